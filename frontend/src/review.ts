/**
 * The reviewer's keyboard and the boxes of the work list.
 *
 * <gj-review data-next data-previous>: one return. Rows are [data-line], remarks
 * [data-pin]; J and K walk through the list, ↑ and ↓ through the rows, R writes
 * a remark on the row, A accepts. Keys are dead while something is being typed.
 *
 * <gj-choose>: boxes named "ids", a box for all of them, and how many are ticked.
 */
import { toast } from "./toast";

const ODD = "review-odd";

const typing = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest("input, textarea, select, [contenteditable]") !== null;

class Review extends HTMLElement {
  private pin: HTMLInputElement | null = null;

  private get lines(): HTMLElement[] {
    return [...this.querySelectorAll<HTMLElement>("[data-line]")].filter((line) => line.offsetParent !== null);
  }

  private get pins(): HTMLInputElement[] {
    return [...this.querySelectorAll<HTMLInputElement>("[data-pin]")];
  }

  private readonly pressed = (event: KeyboardEvent): void => this.press(event);

  connectedCallback(): void {
    document.addEventListener("keydown", this.pressed);
    this.addEventListener("focusin", (event) => this.focused(event.target as Element));
    this.addEventListener("input", () => this.count());
    this.addEventListener("click", (event) => this.clicked(event.target as Element));
    // The remark keeps the focus while a phrase is chosen for it.
    this.querySelector("[data-phrases]")?.addEventListener("mousedown", (event) => event.preventDefault());
    if (sessionStorage.getItem(ODD) === "1") this.showOdd(true);
    this.count();
  }

  disconnectedCallback(): void {
    document.removeEventListener("keydown", this.pressed);
  }

  private press(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (typing(event.target)) {
      this.pressInside(event);
      return;
    }
    if (document.querySelector("dialog[open]")) return;
    const key = event.key.toLowerCase();
    if (key === "j") this.go(this.dataset.next, "已是最后一份。");
    else if (key === "k") this.go(this.dataset.previous, "已是第一份。");
    else if (key === "arrowdown" || key === "arrowup") this.step(key === "arrowdown" ? 1 : -1);
    else if (key === "r") this.remark();
    else if (key === "a") this.accept();
    else return;
    event.preventDefault();
  }

  /** Enter and Esc lead from a remark back to its row, where the keys work again. */
  private pressInside(event: KeyboardEvent): void {
    const field = event.target as HTMLElement;
    if (!("pin" in field.dataset) || !["Enter", "Escape"].includes(event.key)) return;
    event.preventDefault();
    field.closest<HTMLElement>("[data-line]")?.focus();
  }

  private go(url: string | undefined, end: string): void {
    if (this.pins.some((pin) => pin.value.trim() !== pin.defaultValue)) {
      toast("写了意见还没有退回，请先退回补正，或清空意见再翻页。");
    } else if (url) location.assign(url);
    else toast(end);
  }

  private step(by: number): void {
    const lines = this.lines;
    const here = lines.findIndex((line) => line.contains(document.activeElement));
    const next = here < 0 ? 0 : Math.min(lines.length - 1, Math.max(0, here + by));
    lines[next]?.focus({ preventScroll: true });
    lines[next]?.scrollIntoView({ block: "center" });
  }

  private remark(): void {
    const line = this.lines.find((row) => row.contains(document.activeElement)) ?? this.lines[0];
    line?.querySelector<HTMLInputElement>("[data-pin]")?.focus();
  }

  private accept(): void {
    const button = this.querySelector<HTMLButtonElement>("[data-accept]");
    if (!button) return;
    if (this.pins.some((pin) => pin.value.trim())) {
      toast("写了审核意见：请退回补正，或清空意见再通过。");
      return;
    }
    button.click();
  }

  private focused(target: Element): void {
    this.pin = target instanceof HTMLInputElement && "pin" in target.dataset ? target : null;
    const phrases = this.querySelector<HTMLElement>("[data-phrases]");
    if (phrases && !phrases.contains(target)) phrases.hidden = this.pin === null;
  }

  private clicked(target: Element): void {
    const phrase = target.closest<HTMLElement>("[data-phrase]")?.dataset.phrase;
    if (phrase && this.pin) {
      this.pin.value = this.pin.value.trim() ? `${this.pin.value.trim()}${phrase}` : phrase;
      this.count();
    }
    if (target.closest("[data-odd]")) this.showOdd(!this.classList.contains("is-odd-only"));
  }

  private showOdd(only: boolean): void {
    const button = this.querySelector<HTMLButtonElement>("[data-odd]");
    const shown = only && button?.disabled === false;
    this.classList.toggle("is-odd-only", shown);
    button?.setAttribute("aria-pressed", String(shown));
    sessionStorage.setItem(ODD, only ? "1" : "0");
    this.querySelectorAll<HTMLElement>(".review-block").forEach((block) => {
      block.classList.toggle("is-even", block.querySelector(".is-odd") === null);
    });
  }

  private count(): void {
    const written = this.pins.filter((pin) => pin.value.trim()).length;
    const mark = this.querySelector<HTMLElement>("[data-pin-count]");
    if (!mark) return;
    mark.hidden = written === 0;
    mark.textContent = `（${written} 栏）`;
    this.pins.forEach((pin) => {
      pin.closest("[data-line]")?.classList.toggle("is-pinned", pin.value.trim() !== "");
    });
  }
}

class Choose extends HTMLElement {
  // What the page says while nothing is chosen; each list has words of its own.
  private idle = "";

  private get boxes(): HTMLInputElement[] {
    return [...this.querySelectorAll<HTMLInputElement>('input[name="ids"]')];
  }

  connectedCallback(): void {
    const all = this.querySelector<HTMLElement>("[data-choose-all]");
    if (all) all.hidden = this.boxes.length === 0;
    this.addEventListener("change", (event) => {
      const box = event.target as HTMLInputElement;
      if (box.closest("[data-choose-all]")) this.boxes.forEach((one) => (one.checked = box.checked));
      this.count();
    });
    this.count();
  }

  private count(): void {
    const boxes = this.boxes;
    const ticked = boxes.filter((box) => box.checked).length;
    const words = this.querySelector("[data-chosen]");
    if (words) {
      this.idle = this.idle || words.textContent || "";
      words.textContent = ticked ? `已选 ${ticked} 份` : this.idle;
    }
    const all = this.querySelector<HTMLInputElement>("[data-choose-all] input");
    if (!all) return;
    all.checked = ticked > 0 && ticked === boxes.length;
    all.indeterminate = ticked > 0 && ticked < boxes.length;
  }
}

customElements.define("gj-review", Review);
customElements.define("gj-choose", Choose);
