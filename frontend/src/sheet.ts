/** One input of the return form: what the server holds, what is wrong, what is shown beside it. */
import { canonical, grouped, readNumber } from "./numbers";
import { paceOf, type Pace } from "./pace";
import type { Found } from "./reckoning";

export type Field = HTMLInputElement | HTMLTextAreaElement;

export interface Conflict {
  theirs: string;
  by: string;
  at: string;
}

const row = (input: HTMLElement): HTMLElement | null => input.closest<HTMLElement>(".sheet-row");

export class Entry {
  readonly code: string;
  readonly isRemark: boolean;
  /** A text, a date or a reference: kept as it is, never read as a number. */
  readonly isWords: boolean;
  /** The value the server last confirmed. */
  base: string;
  /** A value the server refused; not sent again until it is changed. */
  refused: string | null = null;
  conflict: Conflict | null = null;
  /** The prefilled value was looked at, and the server does not know it yet. */
  accepts = false;
  /** Somebody was in this cell since the page was opened. */
  isVisited = false;
  /** What is said of the value: while typing, by the server, by the form's checks, by history and peers. */
  private said = { local: "", server: "", standing: "" };
  private found: Found | null = null;

  constructor(readonly input: Field) {
    const { remark, words, cell, base } = input.dataset;
    this.isRemark = remark !== undefined;
    this.isWords = words !== undefined;
    this.code = remark ?? words ?? cell ?? "";
    this.base = base ?? input.defaultValue;
    if (!this.isRemark) this.takeServed();
  }

  /** A message the page came with stands until the cell is changed. */
  private takeServed(): void {
    const place = document.getElementById(`message-${this.code}`);
    const text = place?.textContent?.trim() ?? "";
    if (place?.classList.contains("is-soft")) this.said.standing = text;
    else this.said.server = text;
  }

  get key(): string {
    return `${this.isRemark ? "remarks" : "cells"}[${this.code}]`;
  }

  private same(a: string, b: string): boolean {
    return this.isRemark || this.isWords ? plain(a) === plain(b) : canonical(a) === canonical(b);
  }

  get isDirty(): boolean {
    return this.accepts || !this.same(this.input.value, this.base);
  }

  /** The button that takes the prefilled value over, while nobody has. */
  get source(): Element | null {
    return this.accepts ? null : (row(this.input)?.querySelector("[data-accept]") ?? null);
  }

  /** Whether something beside the cell asks for a look: an error, a warning without its remark. */
  get isInDoubt(): boolean {
    if (this.conflict || this.input.hasAttribute("aria-invalid")) return true;
    const soft = document.getElementById(`message-${this.code}`)?.textContent;
    const remark = row(this.input)?.querySelector<HTMLInputElement>("input[data-remark]");
    return Boolean(soft) && !remark?.value.trim();
  }

  /** Blank, and somebody has to fill it. */
  get isMissing(): boolean {
    return this.input.value.trim() === "" && !("free" in this.input.dataset);
  }

  get isSendable(): boolean {
    if (!this.isDirty || this.conflict || this.refused === this.input.value) return false;
    return this.isRemark || this.isWords || readNumber(this.input.value) !== null;
  }

  holds(value: string): boolean {
    return this.same(this.input.value, value);
  }

  /** Say what can be told without the server. */
  check(): void {
    if (this.isRemark) return;
    this.isVisited = true;
    this.said.server = this.refused !== null && this.refused === this.input.value ? this.said.server : "";
    this.said.standing = "";
    if (this.isWords) this.showLeft();
    else this.said.local = this.readingFault();
    this.render();
    this.mark();
  }

  private readingFault(): string {
    const digits = readNumber(this.input.value);
    if (digits === null) return "请填写数字，没有请填 0。";
    if (digits.startsWith("-")) return "不能为负数。";
    const isBroken = "integer" in this.input.dataset && digits.includes(".");
    return isBroken ? `单位是“${this.input.dataset.unit ?? ""}”，请填整数。` : "";
  }

  /** How many signs are left, once it matters. */
  showLeft(): void {
    const left = row(this.input)?.querySelector("[data-left]");
    const most = this.input.maxLength;
    const used = this.input.value.length;
    if (left) left.textContent = most > 0 && used ? `${used} / ${most}` : "";
  }

  /** The server refused the value that was sent. */
  refuse(value: string, text: string): void {
    this.refused = value;
    this.said.server = text;
    this.render();
  }

  /** The server took the value, with what it finds by history and by the units beside. */
  settleWith(standing: string): void {
    this.said = { ...this.said, server: "", standing };
    this.render();
  }

  /** What the form's own checks say of the value now; a blank is not pointed at before anybody was there. */
  setFound(found: Found | null): void {
    const isUntouched = this.input.value.trim() === "" && !this.isVisited;
    this.found = isUntouched ? null : found;
    // The page says the same of this cell until a check is seen to hold again.
    if (this.found && !this.said.local) this.said = { ...this.said, server: "", standing: "" };
    this.render();
  }

  private render(): void {
    const { local, server, standing } = this.said;
    const hard = local || server || (this.found?.isHard ? this.found.text : "");
    if (hard) this.say(hard);
    else this.say((this.found && !this.found.isHard ? this.found.text : "") || standing, true);
  }

  mark(): void {
    row(this.input)?.classList.toggle("is-changed", this.isDirty);
    // The plain form names what it was typed over, as autosave does.
    const name = this.isRemark ? "remark_base[" : "base[";
    const hidden = row(this.input)?.querySelector<HTMLInputElement>(`input[name^='${name}']`);
    if (hidden) hidden.value = this.base;
  }

  private say(message: string, soft = false): void {
    const place = document.getElementById(`message-${this.code}`);
    if (!place || this.isRemark) return;
    if (place.textContent !== message) place.textContent = message;
    place.classList.toggle("is-soft", soft);
    // A soft warning wants a sentence, so the place for it appears.
    if (message && soft) row(this.input)?.querySelector(".cell-remark")?.removeAttribute("hidden");
    if (message && !soft) this.input.setAttribute("aria-invalid", "true");
    else this.input.removeAttribute("aria-invalid");
  }

  /** Redraw year to date and completion from what stands in the input. */
  showRate(): void {
    if (this.isWords || this.isRemark) return;
    const output = row(this.input)?.querySelector<HTMLElement>(".rate");
    const words = output?.querySelector("b");
    const bar = output?.querySelector<HTMLElement>(".bar i");
    if (!output || !words || !bar) return;
    const { counts: style = "", done = "", target = "", quarter = "4" } = this.input.dataset;
    const pace = paceOf(this.input.value, { style, done, target, quarter: Number(quarter) });
    const rate = pace.rate === null ? null : Number(pace.rate);
    words.textContent = pace.rate === null ? "—" : `${pace.rate}%`;
    bar.style.width = `${Math.max(0, Math.min(100, rate ?? 0))}%`;
    output.className = `rate tone-${toneOf(rate)}`;
    this.showPace(pace);
  }

  private showPace({ yearToDate, paced }: Pace): void {
    const box = row(this.input)?.querySelector<HTMLElement>(".cell-pace");
    if (!box) return;
    box.hidden = yearToDate === null;
    const sum = box.querySelector("[data-ytd]");
    const share = box.querySelector("[data-paced]");
    if (sum && yearToDate !== null) sum.textContent = grouped(Number(yearToDate));
    if (share) share.textContent = paced === null ? "—" : `${paced}%`;
  }

  /** Write beside the cell who took the prefilled value over. */
  showAccepted(words: string): void {
    this.accepts = false;
    row(this.input)?.querySelector("[data-accept]")?.replaceWith(note("cell-accepted", words));
  }

  /** Show both values and let the person choose. */
  showConflict(conflict: Conflict, choose: (mine: boolean) => void): void {
    this.clearConflict();
    this.conflict = conflict;
    const box = document.createElement("div");
    box.className = "cell-conflict";
    box.setAttribute("role", "alert");
    const words = document.createElement("p");
    words.textContent = `${conflict.by}在 ${conflict.at} 已把这一项改为 ${brief(conflict.theirs)}，您填的是 ${brief(this.input.value)}。`;
    box.append(words, choice("用对方的", () => choose(false)), choice("用我的", () => choose(true)));
    row(this.input)?.append(box);
  }

  clearConflict(): void {
    this.conflict = null;
    row(this.input)?.querySelector(".cell-conflict")?.remove();
  }
}

/** Words compare without the blanks at their ends and without the kind of line end. */
const plain = (text: string): string => text.replace(/\r\n?/g, "\n").trim();

const brief = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}…` : text) || "空";

function note(css: string, words: string): HTMLElement {
  const span = document.createElement("span");
  span.className = css;
  span.textContent = words;
  return span;
}

function choice(label: string, run: () => void): HTMLButtonElement {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button small";
  button.textContent = label;
  button.addEventListener("click", run);
  return button;
}

function toneOf(rate: number | null): string {
  if (rate === null) return "none";
  if (rate >= 100) return "over";
  if (rate >= 75) return "good";
  return rate >= 50 ? "mid" : "low";
}
