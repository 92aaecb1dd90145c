/**
 * <gj-designer>: the rows of a form as a table for the keyboard; <gj-preview>: a form tried out.
 *
 * Without the script every button is sent to the server, which does the same;
 * with it nothing leaves the page until it is saved, but for the question
 * whether something of that name is asked already.
 */
import { reckon, written, type LiveForm } from "./reckoning";

const ASK_AFTER = 350;

const columnOf = (element: Element): string => (element as HTMLElement).dataset.column ?? "";
const rowOf = (element: Element | null): HTMLElement | null => element?.closest<HTMLElement>("[data-row]") ?? null;

class Designer extends HTMLElement {
  private list!: HTMLElement;
  private number = 0;
  private timer = 0;
  private isChanged = false;
  private isLeaving = false;
  private dragged: HTMLElement | null = null;

  connectedCallback(): void {
    const form = this.querySelector("form");
    const list = this.querySelector<HTMLElement>("[data-rows]");
    if (!form || !list || this.list) return;
    this.list = list;
    form.addEventListener("click", (event) => this.press(event));
    form.addEventListener("keydown", (event) => this.key(event));
    form.addEventListener("input", (event) => this.typed(event.target as HTMLElement));
    form.addEventListener("submit", () => {
      this.isLeaving = true;
    });
    window.addEventListener("beforeunload", (event) => {
      if (this.isChanged && !this.isLeaving) event.preventDefault();
    });
    this.letDrag();
  }

  private get rows(): HTMLElement[] {
    return [...this.list.querySelectorAll<HTMLElement>("[data-row]")];
  }

  /** The buttons of a row do here what the server would do. */
  private press(event: Event): void {
    const button = (event.target as Element).closest<HTMLButtonElement>("button[name=act]");
    const [act] = (button?.value ?? "").split(":");
    const row = rowOf(button);
    if (act === "add") this.add(this.rows[this.rows.length - 1] ?? null);
    else if (act === "up" && row) this.move(row, -1, button);
    else if (act === "down" && row) this.move(row, 1, button);
    else if (act === "remove" && row) this.drop(row);
    else return;
    event.preventDefault();
  }

  private key(event: KeyboardEvent): void {
    const field = event.target as HTMLElement;
    const row = rowOf(field);
    if (!row || event.isComposing || field.closest("details")) return;
    const isText = field instanceof HTMLInputElement;
    const plain = !event.altKey && !event.ctrlKey && !event.metaKey;
    if (event.altKey && event.key === "ArrowUp") this.move(row, -1, field);
    else if (event.altKey && event.key === "ArrowDown") this.move(row, 1, field);
    else if (event.altKey && event.key === "Delete") this.drop(row);
    else if (event.ctrlKey && event.key === "Enter") this.add(row);
    else if (plain && event.key === "Enter" && columnOf(field)) this.go(row, 1, columnOf(field), true);
    else if (plain && isText && event.key === "ArrowDown") this.go(row, 1, columnOf(field), false);
    else if (plain && isText && event.key === "ArrowUp") this.go(row, -1, columnOf(field), false);
    else return;
    event.preventDefault();
  }

  private go(row: HTMLElement, step: number, column: string, mayAdd: boolean): void {
    const rows = this.rows;
    const next = rows[rows.indexOf(row) + step];
    if (next) next.querySelector<HTMLElement>(`[data-column="${column}"]`)?.focus();
    else if (mayAdd && step > 0) this.add(row);
  }

  private add(after: HTMLElement | null): void {
    const blank = this.querySelector<HTMLTemplateElement>("template[data-blank]");
    if (!blank) return;
    do this.number += 1;
    while (this.list.querySelector(`[data-row="n${this.number}"]`));
    const holder = document.createElement("div");
    holder.innerHTML = blank.innerHTML.replace(/__row__/g, `n${this.number}`);
    const row = holder.firstElementChild as HTMLElement;
    // A new row goes on as the one above it.
    for (const column of ["section", "type", "unit", "style", "blank"]) {
      const from = after?.querySelector<HTMLInputElement>(`[data-column="${column}"]`);
      const to = row.querySelector<HTMLInputElement>(`[data-column="${column}"]`);
      if (from && to) to.value = from.value;
    }
    if (after) after.after(row);
    else this.list.append(row);
    this.changed();
    row.querySelector<HTMLElement>('[data-column="label"]')?.focus();
  }

  private drop(row: HTMLElement): void {
    const rows = this.rows;
    const place = rows.indexOf(row);
    const next = rows[place + 1] ?? rows[place - 1];
    row.remove();
    this.changed();
    next?.querySelector<HTMLElement>('[data-column="label"]')?.focus();
  }

  private move(row: HTMLElement, step: number, keep: HTMLElement | null): void {
    const rows = this.rows;
    const other = rows[rows.indexOf(row) + step];
    if (!other) return;
    if (step < 0) other.before(row);
    else other.after(row);
    keep?.focus();
    row.scrollIntoView({ block: "nearest" });
    this.changed();
  }

  private changed(): void {
    this.isChanged = true;
    const count = this.rows.length;
    const shown = this.querySelector("[data-count]");
    if (shown) shown.textContent = String(count);
    this.querySelector<HTMLElement>("[data-empty]")?.toggleAttribute("hidden", count > 0);
  }

  private typed(field: HTMLElement): void {
    if (field.matches("[data-search]")) return this.filter((field as HTMLInputElement).value);
    this.isChanged = true;
    const row = rowOf(field);
    const isNew = row?.querySelector<HTMLInputElement>("input[name$='-code']")?.value === "";
    if (!row || !isNew || columnOf(field) !== "label") return;
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.ask(row, (field as HTMLInputElement).value), ASK_AFTER);
  }

  /** Show what is asked already under a like name. */
  private async ask(row: HTMLElement, label: string): Promise<void> {
    const place = row.querySelector<HTMLElement>("[data-similar]");
    if (!place) return;
    const query = new URLSearchParams({ label, uid: row.dataset.row ?? "" });
    try {
      const answer = await fetch(`${this.dataset.similarUrl ?? ""}?${query.toString()}`);
      const words = answer.ok && !answer.redirected ? await answer.text() : "";
      const now = row.querySelector<HTMLInputElement>('[data-column="label"]')?.value;
      if (now === label) place.innerHTML = words;
    } catch {
      place.textContent = "";
    }
  }

  private filter(typed: string): void {
    const wanted = typed.trim().toLowerCase();
    this.querySelectorAll<HTMLElement>("[data-library] label").forEach((label) => {
      label.hidden = !(label.textContent ?? "").toLowerCase().includes(wanted);
    });
  }

  private letDrag(): void {
    this.list.addEventListener("pointerdown", (event) => {
      const row = rowOf(event.target as Element);
      if (row) row.draggable = (event.target as Element).closest("[data-grip]") !== null;
    });
    this.list.addEventListener("dragstart", (event) => {
      this.dragged = rowOf(event.target as Element);
      this.dragged?.classList.add("is-dragged");
      event.dataTransfer?.setData("text/plain", "");
    });
    this.list.addEventListener("dragover", (event) => {
      const over = rowOf(event.target as Element);
      if (!this.dragged || !over) return;
      event.preventDefault();
      if (over === this.dragged) return;
      const { top, height } = over.getBoundingClientRect();
      if (event.clientY < top + height / 2) over.before(this.dragged);
      else over.after(this.dragged);
    });
    this.list.addEventListener("dragend", () => {
      this.dragged?.classList.remove("is-dragged");
      if (this.dragged) this.dragged.draggable = false;
      this.dragged = null;
      this.changed();
    });
  }
}

/** The form tried out: what is typed is checked as on the sheet, and kept nowhere. */
class Preview extends HTMLElement {
  private readonly visited = new Set<string>();

  connectedCallback(): void {
    const form = JSON.parse(document.getElementById("live")?.textContent ?? "null") as LiveForm | null;
    if (!form) return;
    this.addEventListener("input", (event) => {
      this.visited.add((event.target as HTMLElement).dataset.cell ?? "");
      this.check(form);
    });
  }

  private check(form: LiveForm): void {
    const inputs = [...this.querySelectorAll<HTMLInputElement>("input[data-cell]")];
    const typed = Object.fromEntries(inputs.map((input) => [input.dataset.cell ?? "", input.value]));
    const { values, found } = reckon(form, typed);
    for (const input of inputs) {
      const code = input.dataset.cell ?? "";
      const own = form.cells.find((cell) => cell.code === code);
      if (own?.totalOf.length || own?.formula) input.value = written(values[code] ?? null);
      // Untouched forms are full of gaps; they are not pointed at while trying.
      const isTouched = this.visited.has(code) || input.value.trim() !== "";
      const here = found.filter((one) => isTouched && one.code === code);
      const first = here.find(({ isHard }) => isHard) ?? here[0];
      const place = document.getElementById(`message-${code}`);
      if (!place) continue;
      place.textContent = first?.text ?? "";
      place.classList.toggle("is-soft", first?.isHard === false);
    }
  }
}

customElements.define("gj-designer", Designer);
customElements.define("gj-preview", Preview);
