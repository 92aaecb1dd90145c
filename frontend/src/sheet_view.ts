/** What is shown of the sheet: a filter of rows, folded sections, the story of a cell beside it. */
import { isSignIn, send } from "./requests";
import type { Entry } from "./sheet";

type Shown = "all" | "empty" | "doubt";
const NOTHING: Record<Shown, string> = { all: "", empty: "各栏都已填写。", doubt: "没有需要处理的提示。" };

export class SheetView {
  private readonly panel: HTMLDialogElement | null;
  private opener: HTMLElement | null = null;

  constructor(
    private readonly host: HTMLElement,
    private readonly entries: () => Entry[],
  ) {
    this.panel = host.querySelector<HTMLDialogElement>("#cell-panel");
    host.querySelectorAll<HTMLElement>("[data-fold], [data-tools]").forEach((place) => (place.hidden = false));
    host.addEventListener("change", (event) => {
      const choice = event.target as HTMLInputElement;
      if ("show" in choice.dataset) this.filter(choice.value as Shown);
    });
    host.addEventListener("click", (event) => this.pressed(event));
    host.addEventListener("keydown", (event) => this.key(event));
    this.panel?.addEventListener("click", (event) => {
      if (event.target === this.panel) this.panel?.close();
    });
    this.panel?.addEventListener("close", () => this.opener?.focus());
  }

  isHidden(input: Element): boolean {
    return input.closest("[hidden], .is-folded") !== null;
  }

  /** Bring a cell back that a filter or a fold has taken away. */
  reveal(input: Element): void {
    if (input.closest(".sheet-row[hidden], fieldset[hidden]")) {
      const all = this.host.querySelector<HTMLInputElement>("input[data-show][value=all]");
      if (all) all.checked = true;
      this.filter("all");
    }
    const section = input.closest<HTMLElement>(".sheet-section");
    if (section?.classList.contains("is-folded")) this.fold(section, false);
  }

  private pressed(event: Event): void {
    const target = event.target as Element;
    const link = target.closest<HTMLAnchorElement>("a[data-details]");
    const sections = [...this.host.querySelectorAll<HTMLElement>(".sheet-section")];
    if (link && this.panel?.showModal) {
      event.preventDefault();
      void this.open(link);
    } else if (target.closest("[data-fold]")) {
      const section = target.closest<HTMLElement>(".sheet-section");
      if (section) this.fold(section, !section.classList.contains("is-folded"));
    } else if (target.closest("[data-fold-all]")) {
      const isOpen = sections.some((section) => !section.classList.contains("is-folded"));
      sections.forEach((section) => this.fold(section, isOpen));
    } else {
      // The contents lead into a folded section.
      const id = target.closest<HTMLAnchorElement>(".contents a")?.hash.slice(1);
      const section = sections.find((one) => one.id === id);
      if (section) this.fold(section, false);
    }
  }

  private key(event: KeyboardEvent): void {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
    const link = (event.target as Element).closest(".sheet-row")?.querySelector<HTMLAnchorElement>("a[data-details]");
    if (!link || !this.panel?.showModal) return;
    event.preventDefault();
    void this.open(link, event.target as HTMLElement);
  }

  private fold(section: HTMLElement, isFolded: boolean): void {
    section.classList.toggle("is-folded", isFolded);
    const button = section.querySelector<HTMLElement>("[data-fold]");
    const label = button?.getAttribute("aria-label") ?? "";
    button?.setAttribute("aria-expanded", String(!isFolded));
    button?.setAttribute("aria-label", `${isFolded ? "展开" : "收起"}${label.slice(2)}`);
    const all = this.host.querySelector<HTMLElement>("[data-fold-all]");
    const isEvery = !this.host.querySelector(".sheet-section:not(.is-folded)");
    all?.setAttribute("aria-pressed", String(isEvery));
    const words = all?.querySelector("span");
    if (words) words.textContent = isEvery ? "全部展开" : "全部收起";
  }

  /** Decided when it is chosen and not while typing: no row goes away under the cursor. */
  private filter(shown: Shown): void {
    const wanted = new Set(
      this.entries()
        .filter((entry) => (shown === "empty" ? entry.isMissing : entry.isInDoubt))
        .map((entry) => entry.code),
    );
    let left = 0;
    this.host.querySelectorAll<HTMLElement>(".sheet-section").forEach((section) => {
      const rows = [...section.querySelectorAll<HTMLElement>("[data-row]")];
      rows.forEach((row) => (row.hidden = shown !== "all" && !wanted.has(row.dataset.row ?? "")));
      const visible = rows.filter((row) => !row.hidden).length;
      section.hidden = visible === 0;
      left += visible;
    });
    const none = this.host.querySelector<HTMLElement>("[data-none]");
    if (none) {
      none.hidden = shown === "all";
      none.textContent = left ? `显示 ${left} 栏。` : NOTHING[shown];
    }
  }

  private async open(link: HTMLAnchorElement, from?: HTMLElement): Promise<void> {
    const place = this.panel?.querySelector<HTMLElement>("[data-place]");
    const title = this.panel?.querySelector("h2");
    if (!this.panel || !place || !title) return;
    this.opener = from ?? link;
    title.textContent = link.closest(".sheet-row")?.querySelector("label")?.firstChild?.textContent ?? "";
    place.textContent = "正在读取…";
    this.panel.showModal();
    try {
      const answer = await send(link.href, { headers: { "HX-Request": "true", Accept: "text/html" } });
      if (answer.ok && !isSignIn(answer)) place.innerHTML = await answer.text();
      else place.textContent = "没有读到，请稍后再试。";
    } catch {
      place.textContent = "网络不通，暂时看不到。填写不受影响。";
    }
  }
}
