/**
 * A column of inputs that behaves like a spreadsheet.
 *
 * Enter or ↓ goes on, Shift+Enter or ↑ back, Esc restores what stood there at
 * entry, a column pasted from a workbook fills downwards and can be undone.
 */
import { readNumber } from "./numbers";
import { previewPaste } from "./paste";
import { toast } from "./toast";

export interface GridOptions {
  cells: () => HTMLInputElement[];
  /** Called after every change by hand, paste or undo. */
  changed: (cells: HTMLInputElement[]) => void;
  /** Called when a cell is left, after its number was written tidily. */
  left?: (cell: HTMLInputElement) => void;
}

export class Grid {
  private atEntry = "";
  private beforePaste: [HTMLInputElement, string][] = [];

  constructor(
    host: HTMLElement,
    private readonly options: GridOptions,
  ) {
    host.addEventListener("input", (event) => this.typed(event));
    host.addEventListener("keydown", (event) => this.key(event));
    host.addEventListener("paste", (event) => this.paste(event));
    host.addEventListener("focusin", (event) => this.enter(event));
    host.addEventListener("focusout", (event) => this.leave(event));
  }

  private cellOf(event: Event): HTMLInputElement | null {
    const target = event.target as HTMLInputElement;
    return this.options.cells().includes(target) ? target : null;
  }

  private typed(event: Event): void {
    const cell = this.cellOf(event);
    if (cell) this.options.changed([cell]);
  }

  private enter(event: Event): void {
    const cell = this.cellOf(event);
    if (!cell) return;
    this.atEntry = cell.value;
    cell.select();
  }

  private leave(event: Event): void {
    const cell = this.cellOf(event);
    if (!cell) return;
    const digits = readNumber(cell.value);
    if (digits && digits !== cell.value) {
      cell.value = digits;
      this.options.changed([cell]);
    }
    this.options.left?.(cell);
  }

  private key(event: KeyboardEvent): void {
    const cell = this.cellOf(event);
    // A Chinese input method uses Enter and the arrows for itself.
    if (!cell || event.isComposing) return;
    const step = this.stepOf(event);
    if (step) {
      event.preventDefault();
      this.go(cell, step);
    } else if (event.key === "Escape") {
      cell.value = this.atEntry;
      this.options.changed([cell]);
      cell.select();
    } else if (event.key === "z" && (event.ctrlKey || event.metaKey) && this.beforePaste.length) {
      event.preventDefault();
      this.undoPaste();
    }
  }

  private stepOf(event: KeyboardEvent): number {
    if (event.key === "ArrowDown") return 1;
    if (event.key === "ArrowUp") return -1;
    if (event.key === "Enter" && !event.ctrlKey) return event.shiftKey ? -1 : 1;
    return 0;
  }

  private go(from: HTMLInputElement, step: number): void {
    const cells = this.options.cells().filter((cell) => !cell.readOnly && !cell.disabled);
    const next = cells[cells.indexOf(from) + step];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
  }

  private paste(event: ClipboardEvent): void {
    const cell = this.cellOf(event);
    const text = (event.clipboardData?.getData("text/plain") ?? "").replace(/\r/g, "").replace(/\n+$/, "");
    if (!cell || !/[\t\n]/.test(text)) return;
    event.preventDefault();
    const column = numberColumn(text.split("\n").map((line) => line.split("\t")));
    if (!column) {
      toast("粘贴的内容里没有找到数字列。");
      return;
    }
    this.fill(cell, column);
  }

  private fill(from: HTMLInputElement, values: string[]): void {
    const cells = this.options.cells().filter((cell) => !cell.readOnly && !cell.disabled);
    const targets = cells.slice(cells.indexOf(from)).slice(0, values.length);
    const over = values.length - targets.length;
    const isShown = previewPaste(targets, values, over, () => this.apply(targets, values, over));
    if (!isShown) this.apply(targets, values, over);
  }

  private apply(targets: HTMLInputElement[], values: string[], over: number): void {
    this.beforePaste = targets.map((target) => [target, target.value]);
    targets.forEach((target, place) => {
      target.value = values[place] ?? "";
    });
    targets[targets.length - 1]?.focus();
    this.options.changed(targets);
    toast(`已粘贴 ${targets.length} 项${over > 0 ? `，多出的 ${over} 行没有用上` : ""}。`, {
      label: "撤销",
      run: () => this.undoPaste(),
    });
  }

  private undoPaste(): void {
    const cells = this.beforePaste;
    this.beforePaste = [];
    for (const [cell, value] of cells) cell.value = value;
    this.options.changed(cells.map(([cell]) => cell));
  }
}

/** The only column, or the first one of a block that holds nothing but numbers. */
function numberColumn(lines: string[][]): string[] | null {
  const width = Math.max(...lines.map((line) => line.length));
  const columns = Array.from({ length: width }, (_, place) => lines.map((line) => (line[place] ?? "").trim()));
  const fits = (column: string[]): boolean =>
    column.every((value) => readNumber(value) !== null) && column.some((value) => readNumber(value) !== "");
  const found = width === 1 ? columns[0] : columns.find(fits);
  return found?.map((value) => readNumber(value) ?? value) ?? null;
}
