/**
 * <gj-divisions>: units × indicators, each column with its sum against the parent.
 *
 * Inputs bear data-column; a cell marked data-check of the same name bears
 * data-total and data-places. A block from a workbook may be pasted into any
 * cell: what changed is marked until it is saved, and can be taken back.
 */
import { figure, grouped, readNumber } from "./numbers";
import { toast } from "./toast";

class Divisions extends HTMLElement {
  connectedCallback(): void {
    this.addEventListener("input", (event) => this.typed(event));
    this.addEventListener("keydown", (event) => this.key(event));
    this.addEventListener("paste", (event) => this.paste(event));
    this.refresh();
  }

  private get inputs(): HTMLInputElement[] {
    return [...this.querySelectorAll<HTMLInputElement>("input[data-column]")];
  }

  private column(name: string): HTMLInputElement[] {
    return this.inputs.filter((input) => input.dataset.column === name);
  }

  private cellOf(event: Event): HTMLInputElement | null {
    const target = event.target as HTMLElement;
    return target.matches("input[data-column]") ? (target as HTMLInputElement) : null;
  }

  private typed(event: Event): void {
    const cell = this.cellOf(event);
    if (cell) this.changed([cell]);
  }

  private key(event: KeyboardEvent): void {
    const cell = this.cellOf(event);
    // A Chinese input method uses Enter and the arrows for itself.
    if (!cell || event.isComposing || !["Enter", "ArrowDown", "ArrowUp"].includes(event.key)) return;
    if (event.ctrlKey) return;
    event.preventDefault();
    const isBack = event.key === "ArrowUp" || event.shiftKey;
    const cells = this.column(cell.dataset.column ?? "").filter((item) => !item.readOnly);
    const next = cells[cells.indexOf(cell) + (isBack ? -1 : 1)];
    next?.focus();
    next?.select();
  }

  private paste(event: ClipboardEvent): void {
    const start = this.cellOf(event);
    const text = (event.clipboardData?.getData("text/plain") ?? "").replace(/\r/g, "").replace(/\n+$/, "");
    if (!start || !/[\t\n]/.test(text)) return;
    event.preventDefault();
    const rows = [...this.querySelectorAll<HTMLTableRowElement>("tr:has(input[data-column])")];
    const first = rows.findIndex((row) => row.contains(start));
    const cellsOf = (row: HTMLTableRowElement | undefined): HTMLInputElement[] =>
      row ? [...row.querySelectorAll<HTMLInputElement>("input[data-column]")] : [];
    const from = cellsOf(rows[first]).indexOf(start);
    const before: [HTMLInputElement, string][] = [];
    let lost = 0;
    text.split("\n").forEach((line, down) => {
      line.split("\t").forEach((value, right) => {
        const cell = cellsOf(rows[first + down])[from + right];
        const digits = readNumber(value.trim());
        if (!cell || cell.readOnly || digits === null) {
          if (value.trim()) lost += 1;
          return;
        }
        before.push([cell, cell.value]);
        cell.value = digits;
      });
    });
    this.changed(before.map(([cell]) => cell));
    toast(`已填入 ${before.length} 格${lost ? `，${lost} 格没有用上` : ""}，核对后再保存。`, {
      label: "撤销",
      run: () => {
        for (const [cell, value] of before) cell.value = value;
        this.changed(before.map(([cell]) => cell));
      },
    });
  }

  private changed(cells: HTMLInputElement[]): void {
    for (const cell of cells) {
      const isNew = cell.value !== cell.defaultValue;
      cell.classList.toggle("is-changed", isNew);
      if (isNew) cell.title = cell.defaultValue ? `原为 ${cell.defaultValue}` : "原来没有填";
      else cell.removeAttribute("title");
    }
    this.refresh();
  }

  private refresh(): void {
    this.querySelectorAll<HTMLElement>("[data-check]").forEach((check) => this.check(check));
  }

  private check(check: HTMLElement): void {
    const places = Number(check.dataset.places ?? 0);
    const scale = 10 ** places;
    const total = figure(check.dataset.total ?? "") ?? 0;
    const cells = this.column(check.dataset.check ?? "");
    cells.forEach((cell) => {
      const typed = cell.value.trim();
      if (typed && readNumber(typed) === null) cell.setAttribute("aria-invalid", "true");
      else cell.removeAttribute("aria-invalid");
    });
    // Summed in whole pieces, since 0.1 + 0.2 would never equal 0.3.
    const pieces = cells.reduce((sum, cell) => sum + Math.round((figure(cell.value) ?? 0) * scale), 0);
    const gap = Math.round(total * scale - pieces) / scale;
    const excess = total ? `（加码 ${((-gap / total) * 100).toFixed(1)}%）` : "";
    const text = gap === 0 ? "相等" : gap > 0 ? `还差 ${grouped(gap)}` : `超出 ${grouped(-gap)}${excess}`;
    if (check.textContent !== text) check.textContent = text;
    check.classList.toggle("is-equal", gap === 0);
    check.classList.toggle("is-open", gap !== 0);
  }
}

customElements.define("gj-divisions", Divisions);
