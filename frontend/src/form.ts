/**
 * <gj-return data-form="17" data-revision="6" data-autosave-url="…">: the return.
 *
 * Only changed inputs are posted, each with the value the server last
 * confirmed; the answer changes messages and marks but never what is being
 * typed. Whatever is not on the server is in a draft on this machine.
 */
import { draftKey, loadDraft, storeDraft, type Draft } from "./drafts";
import { Grid } from "./grid";
import { icon } from "./icons";
import { keepOffline } from "./offline";
import { isSignIn, renewToken, send } from "./requests";
import { LiveSheet } from "./live";
import { Entry, type Conflict, type Field } from "./sheet";
import { SheetView } from "./sheet_view";
import { toast } from "./toast";

interface Answer {
  saved: Record<string, { value: string; display: string; rate: string | null }>;
  errors: Record<string, string>;
  conflicts: Record<string, Conflict>;
  remark_conflicts: Record<string, Conflict>;
  accepted: string[];
  warnings: Record<string, string>;
  standing: Record<string, string>;
  revision: number;
  saved_at: string;
}

type State = "saved" | "waiting" | "sending" | "offline" | "failed" | "conflict" | "locked" | "errors";

const AFTER_TYPING = 900;
const AFTER_LEAVING = 150;
const LONGEST_WAIT = 60_000;
/** What the progress counts: all cells, without the summary that nobody has to write. */
const COUNTED = "[data-cell], [data-words]:not([data-free])";

class ReturnForm extends HTMLElement {
  private form!: HTMLFormElement;
  private entries: Entry[] = [];
  private revision = 0;
  private key = "";
  private timer = 0;
  private failures = 0;
  private sent: Map<Entry, string> | null = null;
  private isLeaving = false;
  private isLocked = false;
  private savedAt = "";
  private lastCell: EventTarget | null = null;
  private confirmed: Record<string, string> = {};
  private live: LiveSheet | null = null;
  private view!: SheetView;

  connectedCallback(): void {
    const form = this.querySelector("form");
    if (!form || this.entries.length) return;
    this.form = form;
    this.revision = Number(this.dataset.revision ?? 0);
    this.key = draftKey(this.dataset.form ?? location.pathname);
    this.entries = [...form.querySelectorAll<Field>("[data-cell], [data-words], [data-remark]")]
      .filter((input) => !input.readOnly && !input.disabled)
      .map((input) => new Entry(input));
    const cells = this.cells.map((entry) => entry.input as HTMLInputElement);
    this.view = new SheetView(this, () => this.asked);
    this.live = LiveSheet.of(this, this.cells);
    new Grid(form, {
      // Enter and the arrows pass over what a filter or a fold has taken away.
      cells: () => cells.filter((cell) => !this.view.isHidden(cell)),
      changed: (inputs) => this.changed(inputs),
      left: (cell) => this.left(cell),
    });
    form.addEventListener("input", (event) => {
      const input = event.target as Field;
      if ("remark" in input.dataset || "words" in input.dataset) this.changed([input]);
    });
    form.addEventListener("focusout", (event) => {
      if ("words" in (event.target as Field).dataset) this.queue(AFTER_LEAVING);
    });
    form.addEventListener("focusin", (event) => {
      this.lastCell = event.target;
    });
    form.addEventListener("submit", () => {
      this.isLeaving = true;
    });
    this.listenToWindow();
    this.addEventListener("click", (event) => this.pressed(event));
    this.offerDraft();
    void keepOffline(this.dataset.offlineUrl);
    this.cells.forEach((entry) => entry.showRate());
    this.entries.forEach((entry) => entry.isWords && entry.showLeft());
    this.live?.redraw();
    this.count();
    this.tellDirty();
    this.takeEarly();
  }

  /** What was typed before this script was there counts like anything typed later. */
  private takeEarly(): void {
    const early = this.entries.filter(({ isDirty, input }) => isDirty && !input.hasAttribute("aria-invalid"));
    if (early.length) this.changed(early.map(({ input }) => input));
  }

  private listenToWindow(): void {
    window.addEventListener("beforeunload", (event) => {
      if (this.isLeaving || this.isLocked || !this.dirty.length) return;
      event.preventDefault();
      event.returnValue = "1";
    });
    window.addEventListener("online", () => this.queue(0));
    window.addEventListener("offline", () => this.show("offline"));
    // Back from a sign-in in another window: renew the token and go on.
    window.addEventListener("focus", () => {
      if (this.failures && this.dirty.length) void renewToken().then((ok) => ok && this.queue(0));
    });
    window.addEventListener("gongjian:signed-in", () => this.queue(0));
    window.addEventListener("pageshow", () => {
      this.isLeaving = false;
    });
  }

  private get cells(): Entry[] {
    return this.entries.filter((entry) => !entry.isRemark && !entry.isWords);
  }

  /** Everything that waits for an answer, in the order of the page. */
  private get asked(): Entry[] {
    return this.entries.filter((entry) => !entry.isRemark);
  }

  private get dirty(): Entry[] {
    return this.entries.filter((entry) => entry.isDirty);
  }

  private changed(inputs: Field[]): void {
    for (const entry of this.entries.filter(({ input }) => inputs.includes(input))) {
      if (entry.conflict) entry.clearConflict();
      entry.check();
      entry.showRate();
    }
    this.live?.redraw();
    this.count();
    this.keepDraft();
    this.queue(AFTER_TYPING);
  }

  /** From now on a blank in a half-filled row is pointed at. */
  private left(cell: HTMLInputElement): void {
    const entry = this.cells.find(({ input }) => input === cell);
    if (entry && !entry.isVisited) {
      entry.isVisited = true;
      this.live?.redraw();
    }
    this.queue(AFTER_LEAVING);
  }

  private pressed(event: Event): void {
    const button = (event.target as Element).closest<HTMLElement>("[data-accept], [data-accept-all], [data-jump]");
    if (!button) return;
    event.preventDefault();
    if (button.dataset.jump) this.jump(button.dataset.jump === "wrong");
    else this.accept(button);
  }

  /** Take prefilled values over: one cell, a section, or the whole sheet. */
  private accept(button: HTMLElement): void {
    const code = button.dataset.accept;
    const within = button.dataset.acceptAll === "sheet" ? this.form : button.closest("[data-section]");
    const waiting = this.cells.filter((entry) => entry.source !== null);
    const chosen = waiting.filter((entry) => (code ? entry.code === code : within?.contains(entry.input)));
    for (const entry of chosen) entry.accepts = true;
    this.querySelectorAll("[data-accept-box]").forEach((box) => {
      const left = waiting.filter((entry) => !entry.accepts && box.parentElement?.contains(entry.input)).length;
      const count = box.querySelector("[data-accept-count]");
      if (count) count.textContent = String(left);
      if (!left) box.remove();
    });
    if (!waiting.some((entry) => !entry.accepts)) this.querySelector("[data-accept-all=sheet]")?.remove();
    this.keepDraft();
    this.queue(0);
  }

  /** Go to the next cell after the present one that is empty, or that is not in order. */
  private jump(toWrong: boolean): void {
    const { asked } = this;
    const here = asked.findIndex(({ input }) => input === this.lastCell);
    const round = [...asked.slice(here + 1), ...asked.slice(0, here + 1)];
    const next = round.find((entry) => (toWrong ? entry.isInDoubt : entry.isMissing));
    if (!next) {
      toast(toWrong ? "没有需要处理的栏目。" : "各栏都已填写。");
      return;
    }
    this.view.reveal(next.input);
    next.input.focus();
    next.input.scrollIntoView({ block: "center" });
  }

  // --- sending -----------------------------------------------------------------

  private queue(delay: number): void {
    clearTimeout(this.timer);
    if (this.isLocked) return;
    if (!this.dirty.length) {
      this.show("saved");
      return;
    }
    if (!navigator.onLine) {
      this.show("offline");
      return;
    }
    if (!this.entries.some((entry) => entry.isSendable)) {
      this.show(this.entries.some((entry) => entry.conflict) ? "conflict" : "errors");
      return;
    }
    if (!this.sent) this.show("waiting");
    this.timer = window.setTimeout(() => void this.save(), delay);
  }

  private async save(): Promise<void> {
    const url = this.dataset.autosaveUrl;
    const ready = this.entries.filter((entry) => entry.isSendable);
    if (this.sent || !url || !ready.length) return;
    this.sent = new Map(ready.map((entry) => [entry, entry.input.value]));
    this.show("sending");
    const body = new URLSearchParams({ revision: String(this.revision) });
    for (const [entry, value] of this.sent) {
      if (entry.accepts) body.append("accept", entry.code);
      body.set(entry.key, value);
      body.set(`${entry.isRemark ? "remark_base" : "base"}[${entry.code}]`, entry.base);
    }
    try {
      const answer = await send(url, { method: "POST", body, headers: { Accept: "application/json" } });
      await this.take(answer);
    } catch {
      this.failed();
    }
  }

  private async take(answer: Response): Promise<void> {
    if (answer.status === 409) {
      const { message } = (await answer.json()) as { message?: string };
      this.lock(message ?? "这张报表的状态已经改变，不能再修改。");
    } else if (!answer.ok || isSignIn(answer)) {
      this.failed();
    } else {
      this.saved((await answer.json()) as Answer);
    }
  }

  private saved(answer: Answer): void {
    const sent = this.sent ?? new Map<Entry, string>();
    this.sent = null;
    this.failures = 0;
    this.revision = answer.revision;
    this.savedAt = answer.saved_at;
    for (const [entry, value] of sent) {
      this.settle(entry, value, answer);
      this.confirmed[entry.key] = entry.base;
    }
    this.keepDraft();
    this.queue(0);
  }

  private settle(entry: Entry, value: string, answer: Answer): void {
    const { code } = entry;
    const isUntouched = entry.holds(value);
    const error = answer.errors?.[code];
    const conflict = (entry.isRemark ? answer.remark_conflicts : answer.conflicts)?.[code];
    if (entry.isRemark && !conflict) {
      entry.base = value;
    } else if (conflict) {
      entry.showConflict(conflict, (mine) => this.resolve(entry, mine));
    } else if (error) {
      if (isUntouched) entry.refuse(value, error);
      else entry.refused = value;
    } else {
      const saved = answer.saved?.[code];
      // Of words the server keeps a tidier copy; what was typed over stays comparable.
      entry.base = entry.isWords ? value : (saved?.value ?? value);
      entry.refused = null;
      if (entry.accepts) entry.showAccepted("已核对");
      if (isUntouched) {
        entry.settleWith(answer.standing?.[code] ?? "");
        entry.showRate();
      }
    }
    entry.mark();
  }

  private resolve(entry: Entry, mine: boolean): void {
    const theirs = entry.conflict?.theirs ?? "";
    entry.clearConflict();
    // Having seen their value, mine is now an answer to it and no longer stale.
    entry.base = theirs;
    if (!mine) entry.input.value = theirs;
    entry.check();
    entry.showRate();
    entry.input.focus();
    this.live?.redraw();
    this.count();
    this.keepDraft();
    this.queue(0);
  }

  private failed(): void {
    this.sent = null;
    this.failures += 1;
    this.show(navigator.onLine ? "failed" : "offline");
    clearTimeout(this.timer);
    this.timer = window.setTimeout(
      () => void this.save(),
      Math.min(LONGEST_WAIT, 2_000 * 2 ** Math.min(this.failures, 5)),
    );
  }

  private lock(message: string): void {
    this.sent = null;
    this.isLocked = true;
    this.entries.forEach(({ input }) => {
      input.readOnly = true;
    });
    this.show("locked");
    this.banner(message, []);
  }

  // --- what is shown --------------------------------------------------------------

  private show(state: State): void {
    const box = document.getElementById("save-state");
    if (!box) return;
    const waiting = this.dirty.length;
    const looks: Record<State, [SVGSVGElement, string]> = {
      saved: [icon("cloud-check"), this.savedAt ? `已保存 ${this.savedAt}` : "已保存"],
      waiting: [icon("cloud"), "有未保存的更改"],
      sending: [icon("cloud-upload"), "正在保存…"],
      offline: [icon("wifi-off"), `离线，${waiting} 项已存本机`],
      failed: [icon("cloud-off"), "暂未上传，已存本机，将自动重试"],
      conflict: [icon("arrows-exchange"), "有冲突，请选择"],
      locked: [icon("lock"), "已不能修改"],
      errors: [icon("alert-circle"), `有 ${waiting} 项需要更正`],
    };
    if (box.dataset.state === state && state !== "saved" && state !== "offline" && state !== "errors") return;
    box.dataset.state = state;
    const words = document.createElement("span");
    words.textContent = looks[state][1];
    box.replaceChildren(looks[state][0], words);
  }

  /** Filled of all, per section, in the contents and in the ring. */
  private count(): void {
    let filled = 0;
    this.form.querySelectorAll<HTMLElement>("[data-section]").forEach((section) => {
      const cells = [...section.querySelectorAll<Field>(COUNTED)];
      const done = cells.filter((cell) => cell.value.trim() !== "").length;
      filled += done;
      const code = section.dataset.section ?? "";
      if (!cells.length) return;
      this.write(`[data-count="${code}"]`, `已填 ${done}/${cells.length}`);
      this.write(`[data-contents="${code}"]`, `${done}/${cells.length}`);
      this.querySelector(`[data-contents="${code}"]`)?.classList.toggle("is-full", done === cells.length);
    });
    const all = this.form.querySelectorAll(COUNTED).length;
    this.write("[data-ring] .ring-value", String(filled));
    this.querySelector("[data-ring] .ring-arc")?.setAttribute(
      "stroke-dasharray",
      `${all ? (filled / all) * 100 : 0} 100`,
    );
  }

  private write(selector: string, text: string): void {
    const place = this.querySelector(selector);
    if (place && place.textContent !== text) place.textContent = text;
  }

  private banner(text: string, actions: [string, () => void][]): void {
    this.querySelector("[data-banner]")?.remove();
    const box = document.createElement("div");
    box.className = "alert is-warn";
    box.dataset.banner = "";
    box.setAttribute("role", "alert");
    const words = document.createElement("div");
    words.textContent = text;
    box.append(icon("device-floppy"), words);
    for (const [label, run] of actions) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "button small";
      button.textContent = label;
      button.addEventListener("click", () => {
        box.remove();
        run();
      });
      box.append(button);
    }
    this.form.prepend(box);
  }

  // --- the draft on this machine -----------------------------------------------------

  private keepDraft(): void {
    const { dirty, revision, confirmed } = this;
    const nothing = !dirty.length && !Object.keys(confirmed).length;
    const values = Object.fromEntries(dirty.map((entry) => [entry.key, entry.input.value]));
    const bases = Object.fromEntries(dirty.map((entry) => [entry.key, entry.base]));
    storeDraft(this.key, nothing ? null : { revision, values, bases, confirmed });
    this.tellDirty();
  }

  /** Tests and styles read the count from the element. */
  private tellDirty(): void {
    this.dataset.dirty = String(this.dirty.length);
  }

  /**
   * Take up what this machine still holds. A value typed over what the server
   * holds now goes in by itself; where somebody wrote in between, the person chooses.
   */
  private offerDraft(): void {
    const draft = loadDraft(this.key);
    if (!draft) return;
    if (draft.revision > this.revision) this.catchUp(draft);
    const differing = this.entries.filter((entry) => {
      const value = draft.values[entry.key];
      return value !== undefined && !entry.holds(value);
    });
    const safe = differing.filter((entry) => entry.base === (draft.bases?.[entry.key] ?? entry.base));
    const doubtful = differing.filter((entry) => !safe.includes(entry));
    if (safe.length) {
      this.useDraft(draft, safe);
      toast(`已恢复本机草稿 ${safe.length} 项。`);
    }
    if (doubtful.length) {
      const when = new Date(draft.at).toLocaleString("zh-CN");
      this.banner(`本机有 ${doubtful.length} 项未上传的草稿，存于 ${when}；此后这些栏在别处改动过，请选择。`, [
        ["采用草稿", () => this.useDraft(draft, doubtful)],
        ["丢弃草稿", () => this.keepDraft()],
      ]);
    } else if (!safe.length) {
      this.keepDraft();
    }
  }

  /** This page was kept from before: bring it to what the server confirmed since. */
  private catchUp(draft: Draft): void {
    for (const entry of this.entries) {
      const value = draft.confirmed?.[entry.key];
      if (value === undefined) continue;
      entry.base = value;
      entry.input.value = value;
      entry.mark();
    }
    this.revision = draft.revision;
    this.confirmed = draft.confirmed ?? {};
  }

  private useDraft(draft: Draft, entries: Entry[]): void {
    for (const entry of entries) entry.input.value = draft.values[entry.key] ?? entry.input.value;
    this.changed(entries.map(({ input }) => input));
  }
}

customElements.define("gj-return", ReturnForm);
