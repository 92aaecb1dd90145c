/**
 * <gj-behalf data-save-url="…">: returns of many units, a row each.
 *
 * Arrows and Enter move in both directions, a block copied from a workbook
 * fills from the cell on, each change is saved by itself. The server answers
 * by unit; messages stand below the grid and never change what is typed.
 */
import { icon } from "./icons";
import { canonical, readNumber } from "./numbers";
import { previewPaste } from "./paste";
import { isSignIn, send } from "./requests";
import { toast } from "./toast";

interface Conflict {
  theirs: string;
  by: string;
  at: string;
}

interface UnitAnswer {
  saved: Record<string, { value: string }>;
  errors: Record<string, string>;
  conflicts: Record<string, Conflict>;
  warnings: Record<string, string>;
  saved_at: string;
}

interface Answer {
  units: Record<string, UnitAnswer>;
  locked: Record<string, string>;
}

const AFTER_TYPING = 900;
const AFTER_LEAVING = 150;
const LONGEST_WAIT = 60_000;
/** Cells that one request carries. */
const BATCH = 400;

class BehalfGrid extends HTMLElement {
  private inputs: HTMLInputElement[] = [];
  private rows: HTMLInputElement[][] = [];
  private timer = 0;
  private failures = 0;
  private sent: Map<HTMLInputElement, string> | null = null;
  private savedAt = "";
  private atEntry = "";
  private beforePaste: [HTMLInputElement, string][] = [];
  private readonly refused = new Map<HTMLInputElement, string>();
  private readonly conflicts = new Map<HTMLInputElement, Conflict>();
  private readonly messages = new Map<HTMLInputElement, string>();

  connectedCallback(): void {
    if (this.inputs.length) return;
    this.rows = [...this.querySelectorAll("tr[data-row]")].map((row) => [
      ...row.querySelectorAll<HTMLInputElement>("input[data-base]"),
    ]);
    this.inputs = this.rows.flat();
    this.addEventListener("input", (event) => this.typed(event));
    this.addEventListener("keydown", (event) => this.key(event));
    this.addEventListener("paste", (event) => this.paste(event));
    this.addEventListener("focusin", (event) => this.enter(event));
    this.addEventListener("focusout", (event) => this.leave(event));
    this.querySelector("[data-choose-all]")?.addEventListener("change", (event) => {
      const all = (event.target as HTMLInputElement).checked;
      this.querySelectorAll<HTMLInputElement>("input[name=ids]:not(:disabled)").forEach((box) => {
        box.checked = all;
      });
    });
    window.addEventListener("beforeunload", (event) => {
      if (!this.dirty.length) return;
      event.preventDefault();
      event.returnValue = "1";
    });
    window.addEventListener("online", () => this.queue(0));
    window.addEventListener("offline", () => this.show());
    // A form that leaves the page waits for what is still on its way.
    document.getElementById("behalf-submit")?.addEventListener("submit", (event) => this.leavePage(event));
    // What was typed before this script was there counts too.
    this.changed(this.dirty);
  }

  private leavePage(event: Event): void {
    if (!this.dirty.length) return;
    event.preventDefault();
    toast("还有没保存的数，请等右上角显示“已保存”后再报送。");
    this.queue(0);
  }

  // --- one cell ---------------------------------------------------------------------

  private cellOf(event: Event): HTMLInputElement | null {
    const target = event.target as HTMLInputElement;
    return this.inputs.includes(target) ? target : null;
  }

  private isDirty(input: HTMLInputElement): boolean {
    // One line holds no line ends: a text that differs in nothing else was not touched.
    if (isWords(input)) return squeezed(input.value) !== squeezed(input.dataset.base ?? "");
    return canonical(input.value) !== canonical(input.dataset.base ?? "");
  }

  private get dirty(): HTMLInputElement[] {
    return this.inputs.filter((input) => this.isDirty(input));
  }

  private get ready(): HTMLInputElement[] {
    return this.dirty.filter(
      (input) =>
        !this.conflicts.has(input) && this.refused.get(input) !== input.value && this.wrong(input) === "",
    );
  }

  /** What can be told without the server. */
  private wrong(input: HTMLInputElement, value = input.value): string {
    if (isWords(input)) {
      const most = Number(input.dataset.most);
      const signs = [...value.trim()].length;
      return signs > most ? `最多 ${most} 字，现有 ${signs} 字，请精简。` : "";
    }
    const digits = readNumber(value);
    if (digits === null) return "请填写数字，没有请填 0。";
    if (digits.startsWith("-")) return "不能为负数。";
    if ("integer" in input.dataset && digits.includes("."))
      return `单位是“${input.dataset.unit ?? ""}”，请填整数。`;
    return "";
  }

  private changed(inputs: HTMLInputElement[]): void {
    for (const input of inputs) {
      this.conflicts.delete(input);
      const message = this.wrong(input) || (this.refused.get(input) === input.value ? this.messages.get(input) : "");
      this.say(input, message ?? "");
    }
    this.count();
    this.note();
    if (inputs.length) this.queue(AFTER_TYPING);
  }

  private say(input: HTMLInputElement, message: string, soft = false): void {
    if (message) this.messages.set(input, message);
    else this.messages.delete(input);
    if (message && !soft) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
    input.title = message;
    input.classList.toggle("is-soft", soft && message !== "");
    input.classList.toggle("is-dirty", this.isDirty(input));
    input.classList.toggle("is-conflict", this.conflicts.has(input));
  }

  private typed(event: Event): void {
    const cell = this.cellOf(event);
    if (cell) this.changed([cell]);
  }

  private enter(event: Event): void {
    const cell = this.cellOf(event);
    if (!cell) return;
    this.atEntry = cell.value;
    cell.select();
    this.note(cell);
  }

  private leave(event: Event): void {
    const cell = this.cellOf(event);
    if (!cell) return;
    const digits = isWords(cell) ? null : readNumber(cell.value);
    if (digits && digits !== cell.value) {
      cell.value = digits;
      this.changed([cell]);
    }
    this.queue(AFTER_LEAVING);
  }

  // --- keyboard and clipboard ----------------------------------------------------------

  private key(event: KeyboardEvent): void {
    const cell = this.cellOf(event);
    // A Chinese input method uses Enter and the arrows for itself.
    if (!cell || event.isComposing) return;
    const atStart = cell.selectionStart === 0;
    const atEnd = cell.selectionEnd === cell.value.length;
    const whole = atStart && atEnd;
    const steps: Record<string, [number, number] | null> = {
      ArrowDown: [1, 0],
      ArrowUp: [-1, 0],
      Enter: [event.shiftKey ? -1 : 1, 0],
      ArrowLeft: whole || (atStart && cell.selectionEnd === 0) ? [0, -1] : null,
      ArrowRight: whole || (atEnd && cell.selectionStart === cell.value.length) ? [0, 1] : null,
    };
    const step = steps[event.key];
    if (step) {
      event.preventDefault();
      this.go(cell, step);
    } else if (event.key === "Escape") {
      cell.value = this.atEntry;
      this.changed([cell]);
      cell.select();
    } else if (event.key === "z" && (event.ctrlKey || event.metaKey) && this.beforePaste.length) {
      event.preventDefault();
      this.undoPaste();
    }
  }

  /** Cell in a column, by where it stands in the table: locked cells leave gaps. */
  private at(row: number, column: number): HTMLInputElement | undefined {
    return this.rows[row]?.find((input) => this.columnOf(input) === column);
  }

  private columnOf(input: HTMLInputElement): number {
    return (input.closest("td") as HTMLTableCellElement).cellIndex;
  }

  private rowOf(input: HTMLInputElement): number {
    return this.rows.findIndex((row) => row.includes(input));
  }

  private go(from: HTMLInputElement, [down, right]: [number, number]): void {
    let row = this.rowOf(from);
    const column = this.columnOf(from);
    let next: HTMLInputElement | undefined;
    if (right) {
      const line = this.rows[row] ?? [];
      next = line[line.indexOf(from) + right];
    } else {
      while (!next && row + down >= 0 && row + down < this.rows.length) {
        row += down;
        next = this.at(row, column);
      }
    }
    next?.focus();
    next?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  private paste(event: ClipboardEvent): void {
    const cell = this.cellOf(event);
    const text = (event.clipboardData?.getData("text/plain") ?? "").replace(/\r/g, "").replace(/\n+$/, "");
    if (!cell || !/[\t\n]/.test(text)) return;
    event.preventDefault();
    const lines = text.split("\n").map((line) => line.split("\t"));
    const row = this.rowOf(cell);
    const column = this.columnOf(cell);
    let over = 0;
    const targets: HTMLInputElement[] = [];
    const values: string[] = [];
    lines.forEach((line, down) =>
      line.forEach((value, right) => {
        const target = this.at(row + down, column + right);
        if (!target) {
          over += value.trim() ? 1 : 0;
          return;
        }
        targets.push(target);
        values.push(value.trim());
      }),
    );
    const apply = (): void => this.fill(targets, values, over);
    const judge = (target: HTMLInputElement, value: string): string => this.wrong(target, value);
    if (!previewPaste(targets, values, over, apply, { judge, rest: "格" })) apply();
  }

  /** Fill in the block; nothing was changed before. */
  private fill(targets: HTMLInputElement[], values: string[], over: number): void {
    this.beforePaste = targets.map((target) => [target, target.value]);
    targets.forEach((target, place) => {
      const value = values[place] ?? "";
      target.value = (isWords(target) ? null : readNumber(value)) ?? value;
    });
    this.changed(targets);
    toast(`已粘贴 ${targets.length} 格${over ? `，多出的 ${over} 格没有用上` : ""}。`, {
      label: "撤销",
      run: () => this.undoPaste(),
    });
  }

  private undoPaste(): void {
    const cells = this.beforePaste;
    this.beforePaste = [];
    for (const [cell, value] of cells) cell.value = value;
    this.changed(cells.map(([cell]) => cell));
  }

  // --- sending ---------------------------------------------------------------------------

  private queue(delay: number): void {
    clearTimeout(this.timer);
    this.show();
    if (navigator.onLine && this.ready.length) this.timer = window.setTimeout(() => void this.save(), delay);
  }

  private async save(): Promise<void> {
    const ready = this.ready.slice(0, BATCH);
    if (this.sent || !ready.length) return;
    this.sent = new Map(ready.map((input) => [input, input.value]));
    this.show();
    const body = new URLSearchParams();
    for (const [input, value] of this.sent) {
      body.set(`cells[${input.name}]`, value);
      body.set(`base[${input.name}]`, input.dataset.base ?? "");
    }
    try {
      const answer = await send(this.dataset.saveUrl ?? "", {
        method: "POST",
        body,
        headers: { Accept: "application/json" },
      });
      if (!answer.ok || isSignIn(answer)) throw new Error("refused");
      this.take((await answer.json()) as Answer);
    } catch {
      this.sent = null;
      this.failures += 1;
      this.show();
      const wait = Math.min(LONGEST_WAIT, 2_000 * 2 ** Math.min(this.failures, 5));
      clearTimeout(this.timer);
      this.timer = window.setTimeout(() => void this.save(), wait);
    }
  }

  private take(answer: Answer): void {
    const sent = this.sent ?? new Map<HTMLInputElement, string>();
    this.sent = null;
    this.failures = 0;
    for (const [key, message] of Object.entries(answer.locked)) this.lock(key, message);
    for (const [input, value] of sent) {
      const [key, code] = input.name.split("-") as [string, string];
      const unit = answer.units[key];
      if (unit) this.settle(input, value, code, unit);
      const box = this.querySelector<HTMLInputElement>(`input[name=ids][value="${key}"]`);
      if (unit && box) box.disabled = false;
      const unfiled = unit && box?.closest("tr")?.querySelector("[data-unfiled]");
      if (unfiled) unfiled.textContent = "填报中";
    }
    this.count();
    this.note();
    this.queue(0);
  }

  private settle(input: HTMLInputElement, value: string, code: string, unit: UnitAnswer): void {
    this.savedAt = unit.saved_at || this.savedAt;
    const conflict = unit.conflicts[code];
    const error = unit.errors[code];
    if (conflict) {
      this.conflicts.set(input, conflict);
      this.say(input, `${conflict.by}在 ${conflict.at} 已改为 ${conflict.theirs || "空"}。`);
    } else if (error) {
      this.refused.set(input, value);
      this.say(input, error);
    } else {
      input.dataset.base = unit.saved[code]?.value ?? value;
      this.refused.delete(input);
      this.say(input, this.isDirty(input) ? this.wrong(input) : (unit.warnings[code] ?? ""), true);
    }
  }

  private lock(key: string, message: string): void {
    const row = this.querySelector(`tr[data-row="${key}"]`);
    row?.querySelectorAll<HTMLInputElement>("input[data-base]").forEach((input) => {
      input.value = input.dataset.base ?? "";
      input.readOnly = true;
      this.say(input, "");
    });
    const place = row?.querySelector("[data-row-message]");
    if (place) place.textContent = message;
  }

  private resolve(input: HTMLInputElement, mine: boolean): void {
    const theirs = this.conflicts.get(input)?.theirs ?? "";
    this.conflicts.delete(input);
    // Having seen their value, mine is an answer to it and no longer stale.
    input.dataset.base = theirs;
    if (!mine) input.value = theirs;
    this.changed([input]);
    input.focus();
    this.queue(0);
  }

  // --- what is shown ---------------------------------------------------------------------

  private count(): void {
    this.querySelectorAll<HTMLElement>("tr[data-row]").forEach((row) => {
      const filled = [...row.querySelectorAll<HTMLElement>("td")].filter((cell) => {
        const input = cell.querySelector("input");
        return input ? input.value.trim() !== "" : cell.textContent?.trim() !== "—";
      });
      const place = row.querySelector("[data-filled]");
      if (place) place.textContent = String(filled.length);
    });
  }

  /** Below the grid: the conflict to answer, else what is said of the cell one is in. */
  private note(at?: HTMLInputElement): void {
    const box = this.querySelector<HTMLElement>("[data-note]");
    if (!box) return;
    const active = at ?? (document.activeElement as HTMLInputElement | null);
    const input =
      active && this.messages.has(active) ? active : ([...this.conflicts.keys()][0] ?? [...this.messages.keys()][0]);
    const message = input ? this.messages.get(input) : undefined;
    box.hidden = !message;
    if (!input || !message) {
      box.replaceChildren();
      return;
    }
    const words = document.createElement("p");
    words.textContent = `${input.getAttribute("aria-label") ?? ""}：${message}`;
    const actions: Node[] = [];
    if (this.conflicts.has(input)) {
      words.textContent += `您填的是 ${input.value || "空"}。`;
      actions.push(choice("用对方的", () => this.resolve(input, false)));
      actions.push(choice("用我的", () => this.resolve(input, true)));
    } else if (input !== active) {
      actions.push(choice("去看这一格", () => input.focus()));
    }
    box.replaceChildren(words, ...actions);
  }

  private show(): void {
    const box = document.getElementById("save-state");
    if (!box) return;
    const waiting = this.dirty.length;
    this.dataset.dirty = String(waiting);
    const [state, drawing, text] = this.look(waiting);
    box.dataset.state = state;
    const words = document.createElement("span");
    words.textContent = text;
    box.replaceChildren(drawing, words);
  }

  private look(waiting: number): [string, SVGSVGElement, string] {
    if (this.sent) return ["sending", icon("cloud-upload"), "正在保存…"];
    if (!waiting) return ["saved", icon("cloud-check"), this.savedAt ? `已保存 ${this.savedAt}` : "已保存"];
    if (!navigator.onLine) return ["offline", icon("wifi-off"), `离线，${waiting} 格没有保存`];
    if (this.conflicts.size) return ["conflict", icon("arrows-exchange"), "有冲突，请选择"];
    if (this.failures) return ["failed", icon("cloud-off"), "暂未保存，将自动重试"];
    if (this.ready.length) return ["waiting", icon("cloud"), "有未保存的更改"];
    return ["errors", icon("alert-circle"), `有 ${waiting} 格需要更正`];
  }
}

/** A cell that holds words is told by how many it takes. */
function isWords(input: HTMLInputElement): boolean {
  return "most" in input.dataset;
}

function squeezed(words: string): string {
  return words.replace(/\s+/g, "");
}

function choice(label: string, run: () => void): HTMLButtonElement {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button small";
  button.textContent = label;
  button.addEventListener("click", run);
  return button;
}

customElements.define("gj-behalf", BehalfGrid);
