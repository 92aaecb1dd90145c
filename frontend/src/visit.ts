/**
 * <gj-visit data-form="visit-12" data-save-url="…" data-offline-url="…">: a visit on a phone.
 *
 * Every answer, finding, promise and remark is one item with what the server
 * last confirmed below it. Whatever differs is in a draft on this machine and
 * is sent in one bundle when there is a network; a finding bears a key made
 * here, so that a bundle sent twice makes one finding.
 */
import type { EvidencePanel } from "./evidence";
import { draftKey, loadDraft, storeDraft } from "./drafts";
import { icon } from "./icons";
import { keepOffline } from "./offline";
import { isSignIn, send } from "./requests";

type Words = Record<string, string | boolean | number | null>;

interface Demand {
  note: string[];
  finding: string[];
  text: string;
  basis: string;
}

interface Held {
  revision: number;
  answers: Record<string, Words>;
  demands: Record<string, Demand>;
  findings: Record<string, Words>;
  help: Record<string, Words>;
  remarks: Record<string, string>;
}

interface Told {
  revision: number;
  saved_at: string;
  stored: Record<string, Words>;
  errors: Record<string, string>;
  conflicts: Record<string, Words>;
  stamps: Record<string, string>;
}

/** What the server holds of an item, as this phone knows it. */
interface Known {
  text: string;
  stamp: string;
}

type Kind = "answer" | "finding" | "help" | "remark";
type State = "saved" | "waiting" | "sending" | "offline" | "failed" | "conflict" | "errors" | "locked";

const AFTER_TYPING = 900;
const LONGEST_WAIT = 60_000;
const FINDING = ["text", "category", "severity", "basis", "demand", "solved_there", "place", "agreed_action", "agreed_on"];
const HELP = ["text", "due_on"];

/** crypto.randomUUID exists on https only, and on newer browsers only. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** One thing that is saved by itself. */
class Item {
  stamp = "";
  question: string | null = null;
  conflict = false;
  refused: string | null = null;
  isRemoved = false;

  constructor(
    readonly kind: Kind,
    readonly key: string,
    readonly box: HTMLElement,
    /** What the server confirmed, as text; "" when it does not know the item. */
    public base: string,
  ) {}

  get id(): string {
    return `${this.kind}:${this.key}`;
  }

  words(): Words {
    if (this.kind === "remark") return { text: (this.box as HTMLTextAreaElement).value };
    if (this.kind === "answer") return this.answer();
    const words: Words = {};
    for (const name of this.kind === "finding" ? FINDING : HELP) {
      words[name] = this.box.querySelector<HTMLInputElement>(`[data-name="${name}"]`)?.value ?? "";
    }
    if (this.kind === "finding") words.question = this.question;
    return words;
  }

  private answer(): Words {
    const picked = this.box.querySelector<HTMLInputElement>("input[type=radio]:checked, input[type=checkbox][data-na]:checked");
    const typed = this.box.querySelector<HTMLInputElement>("[data-plain]")?.value ?? "";
    const na = picked !== null && "na" in picked.dataset;
    return {
      value: na ? "" : (picked?.value ?? typed).trim(),
      na,
      note: (this.box.querySelector<HTMLInputElement>("[data-note]")?.value ?? "").trim(),
    };
  }

  fill(words: Words): void {
    const text = (value: Words[string] | undefined): string => (value == null ? "" : String(value));
    if (this.kind === "remark") (this.box as HTMLTextAreaElement).value = text(words.text);
    else if (this.kind === "answer") {
      this.box.querySelectorAll<HTMLInputElement>("input[type=radio]").forEach((radio) => {
        radio.checked = "na" in radio.dataset ? words.na === true : words.na !== true && radio.value === words.value;
      });
      const plain = this.box.querySelector<HTMLInputElement>("[data-plain]");
      if (plain) plain.value = text(words.value);
      const na = this.box.querySelector<HTMLInputElement>("input[type=checkbox][data-na]");
      if (na) na.checked = words.na === true;
      const note = this.box.querySelector<HTMLInputElement>("[data-note]");
      if (note) note.value = text(words.note);
    } else {
      for (const name of this.kind === "finding" ? FINDING : HELP) {
        const input = this.box.querySelector<HTMLInputElement>(`[data-name="${name}"]`);
        if (input && words[name] != null) input.value = text(words[name]);
      }
      if (words.question != null) this.question = String(words.question);
    }
  }

  get now(): string {
    return this.isRemoved ? "removed" : JSON.stringify(this.words());
  }

  get isDirty(): boolean {
    if (this.isRemoved) return this.base !== "";
    // A card that was only opened says nothing yet.
    if (this.base === "" && this.isCard && !String(this.words().text).trim()) return false;
    return this.now !== this.base;
  }

  get isCard(): boolean {
    return this.kind === "finding" || this.kind === "help";
  }

  get isSendable(): boolean {
    return this.isDirty && !this.conflict && this.refused !== this.now;
  }

  say(text: string): void {
    const place =
      this.kind === "remark"
        ? document.querySelector<HTMLElement>(`[data-message-of="${this.key}"]`)
        : this.box.querySelector<HTMLElement>("[data-message]");
    if (!place) return;
    place.replaceChildren(document.createTextNode(text));
    place.hidden = !text;
  }

  offer(text: string, choose: (mine: boolean) => void): void {
    this.conflict = true;
    this.say(text);
    const place =
      this.kind === "remark"
        ? document.querySelector<HTMLElement>(`[data-message-of="${this.key}"]`)
        : this.box.querySelector<HTMLElement>("[data-message]");
    for (const [label, mine] of [["用我的", true], ["用对方的", false]] as const) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "button";
      button.textContent = label;
      button.addEventListener("click", () => choose(mine));
      place?.append(" ", button);
    }
  }
}

class VisitForm extends HTMLElement {
  private items = new Map<string, Item>();
  private demands: Record<string, Demand> = {};
  private revision = 0;
  private key = "";
  private timer = 0;
  private failures = 0;
  private sent: Map<Item, string> | null = null;
  private isLocked = false;
  private savedAt = "";
  /** Confirmed since the page was drawn: a kept page may be older than that. */
  private confirmed: Record<string, string> = {};

  connectedCallback(): void {
    const held = JSON.parse(document.getElementById("visit-held")?.textContent ?? "null") as Held | null;
    if (!held || this.items.size) return;
    this.revision = held.revision;
    this.demands = held.demands;
    this.key = draftKey(this.dataset.form ?? location.pathname);
    this.draw(held);
    this.takeDraft();
    this.addEventListener("input", (event) => this.changed(event.target as HTMLElement));
    this.addEventListener("change", (event) => this.changed(event.target as HTMLElement));
    this.addEventListener("click", (event) => this.pressed(event));
    window.addEventListener("online", () => this.queue(0));
    window.addEventListener("offline", () => this.show("offline"));
    window.addEventListener("gongjian:signed-in", () => this.queue(0));
    window.addEventListener("beforeunload", (event) => {
      if (!this.dirty.length || this.isLocked) return;
      event.preventDefault();
      event.returnValue = "1";
    });
    void keepOffline(this.dataset.offlineUrl);
    this.count();
    this.queue(0);
  }

  // --- what stands on the page ---------------------------------------------------

  private draw(held: Held): void {
    this.querySelectorAll<HTMLElement>("[data-question]").forEach((box) => {
      const pk = box.dataset.question ?? "";
      const item = this.add(new Item("answer", pk, box, ""));
      item.fill(held.answers[pk] ?? { value: "", na: false, note: "" });
      item.base = item.now;
    });
    this.querySelectorAll<HTMLTextAreaElement>("[data-remark]").forEach((box) => {
      const name = box.dataset.remark ?? "";
      const item = this.add(new Item("remark", name, box, ""));
      item.fill({ text: held.remarks[name] ?? "" });
      item.base = item.now;
    });
    for (const [key, words] of Object.entries(held.findings)) {
      const item = this.card("finding", key, words);
      item.stamp = String(words.stamp ?? "");
      item.base = item.now;
    }
    for (const [key, words] of Object.entries(held.help)) {
      const item = this.card("help", key, words);
      item.base = item.now;
    }
  }

  private add(item: Item): Item {
    this.items.set(item.id, item);
    return item;
  }

  private card(kind: "finding" | "help", key: string, words: Words): Item {
    const template = this.querySelector<HTMLTemplateElement>(`[data-${kind}-template]`);
    const box = template?.content.firstElementChild?.cloneNode(true) as HTMLElement;
    box.dataset.card = `${kind}:${key}`;
    // The key is the place of the photos, also before the server has heard of the finding.
    const photos = box.querySelector<EvidencePanel>("gj-evidence");
    if (photos) photos.dataset.query += `&slot=${key}`;
    this.querySelector(kind === "finding" ? "[data-findings]" : "[data-help]")?.append(box);
    const item = this.add(new Item(kind, key, box, ""));
    item.fill(words);
    return item;
  }

  private get all(): Item[] {
    return [...this.items.values()];
  }

  private get dirty(): Item[] {
    return this.all.filter((item) => item.isDirty);
  }

  private of(element: HTMLElement): Item | undefined {
    const card = element.closest<HTMLElement>("[data-card]");
    if (card) return this.items.get(card.dataset.card ?? "");
    if (element.dataset.remark) return this.items.get(`remark:${element.dataset.remark}`);
    const question = element.closest<HTMLElement>("[data-question]");
    return question ? this.items.get(`answer:${question.dataset.question}`) : undefined;
  }

  private changed(element: HTMLElement): void {
    const item = this.of(element);
    if (!item) return;
    if (element.hasAttribute("data-plain") && (element as HTMLInputElement).value) {
      const na = item.box.querySelector<HTMLInputElement>("input[type=checkbox][data-na]");
      if (na) na.checked = false;
    }
    if (!item.conflict) item.say("");
    this.count();
    this.keepDraft();
    this.queue(AFTER_TYPING);
  }

  private pressed(event: Event): void {
    const button = (event.target as Element).closest<HTMLElement>("[data-add-finding], [data-add-help], [data-remove], [data-finish], [data-known]");
    if (!button) return;
    if (button.hasAttribute("data-finish")) {
      if (!this.dirty.length) return;
      event.preventDefault();
      this.queue(0);
      button.closest("p")?.setAttribute("data-waits", "");
      return;
    }
    if (button.hasAttribute("data-known")) this.take(button);
    else if (button.hasAttribute("data-remove")) this.drop(button);
    else if (button.hasAttribute("data-add-help")) this.open("help", {});
    else {
      const pk = button.dataset.addFinding || null;
      const asked = pk ? this.demands[pk] : undefined;
      this.open("finding", { question: pk, basis: asked?.basis ?? "", text: "" });
    }
  }

  /** What is known from before becomes the answer; a note that was written stays. */
  private take(button: HTMLElement): void {
    const item = this.of(button);
    if (!item) return;
    const na = button.hasAttribute("data-known-na");
    item.fill({ value: na ? "" : (button.dataset.known ?? ""), na, note: item.words().note ?? "" });
    this.changed(button);
  }

  private open(kind: "finding" | "help", words: Words): void {
    const item = this.card(kind, newKey(), words);
    item.box.scrollIntoView({ block: "center" });
    item.box.querySelector<HTMLElement>("textarea")?.focus();
  }

  private drop(button: HTMLElement): void {
    const item = this.of(button);
    if (!item) return;
    item.isRemoved = true;
    item.box.hidden = true;
    item.box.querySelector<EvidencePanel>("gj-evidence")?.abandon();
    if (item.base === "") this.items.delete(item.id);
    this.count();
    this.keepDraft();
    this.queue(0);
  }

  /** How far it is, and what single answers still demand. */
  private count(): void {
    const answers = this.all.filter((item) => item.kind === "answer");
    const findings = this.all.filter((item) => item.kind === "finding" && !item.isRemoved);
    const withFinding = new Set(findings.map((item) => item.question));
    let done = 0;
    for (const item of answers) {
      const { value, na, note } = item.words();
      if (value || na) done += 1;
      const asked = this.demands[item.key];
      const hide = (name: string, isHidden: boolean): void => {
        const line = item.box.querySelector<HTMLElement>(`[data-demand-${name}]`);
        if (line) line.hidden = isHidden;
      };
      hide("finding", !asked?.finding.includes(String(value)) || withFinding.has(item.key));
      hide("note", !asked?.note.includes(String(value)) || Boolean(note));
    }
    this.write("[data-done]", String(done));
    this.write("[data-found]", String(findings.filter((item) => String(item.words().text).trim()).length));
  }

  private write(selector: string, text: string): void {
    const place = this.querySelector(selector);
    if (place) place.textContent = text;
  }

  // --- the draft -------------------------------------------------------------------

  private keepDraft(): void {
    const dirty = this.dirty;
    this.dataset.dirty = String(dirty.length);
    const values: Record<string, string> = {};
    const bases: Record<string, string> = {};
    for (const item of dirty) {
      values[item.id] = item.now;
      bases[item.id] = JSON.stringify({ text: item.base, stamp: item.stamp } satisfies Known);
    }
    const { revision, confirmed } = this;
    const isEmpty = !dirty.length && !Object.keys(confirmed).length;
    if (!storeDraft(this.key, isEmpty ? null : { revision, values, bases, confirmed })) this.show("failed");
  }

  private takeDraft(): void {
    const draft = loadDraft(this.key);
    if (!draft) return;
    if (draft.revision > this.revision) {
      // The page was kept by the phone and is older than what was saved from it.
      this.revision = draft.revision;
      this.confirmed = draft.confirmed;
      for (const [id, text] of Object.entries(draft.confirmed)) {
        const known = JSON.parse(text) as Known;
        const item = this.put(id, known.text);
        if (item) this.know(item, known);
      }
    }
    for (const [id, text] of Object.entries(draft.values)) {
      const item = this.put(id, text);
      // What lay below it when it was typed: the server compares, and asks where it changed.
      if (item) this.know(item, JSON.parse(draft.bases[id] ?? '{"text":"","stamp":""}') as Known);
    }
    this.keepDraft();
  }

  private know(item: Item, known: Known): void {
    item.base = known.text;
    item.stamp = known.stamp;
  }

  /** Show what an item said, drawing its card when the page does not have it. */
  private put(id: string, text: string): Item | undefined {
    const [kind, key] = [id.slice(0, id.indexOf(":")) as Kind, id.slice(id.indexOf(":") + 1)];
    let item = this.items.get(id);
    if (text === "removed") {
      if (item) item.isRemoved = item.box.hidden = true;
      return item;
    }
    if (!item && (kind === "finding" || kind === "help")) item = this.card(kind, key, {});
    item?.fill(JSON.parse(text) as Words);
    return item;
  }

  // --- sending -----------------------------------------------------------------------

  private queue(delay: number): void {
    clearTimeout(this.timer);
    if (this.isLocked) return;
    this.dataset.dirty = String(this.dirty.length);
    if (!this.dirty.length) {
      this.show("saved");
      return;
    }
    if (!navigator.onLine) {
      this.show("offline");
      return;
    }
    if (!this.all.some((item) => item.isSendable)) {
      this.show(this.all.some((item) => item.conflict) ? "conflict" : "errors");
      return;
    }
    if (!this.sent) this.show("waiting");
    this.timer = window.setTimeout(() => void this.save(), delay);
  }

  private bundle(items: Item[]): string {
    const of = (kind: Kind): Item[] => items.filter((item) => item.kind === kind);
    const base = (item: Item): Words => (item.base ? (JSON.parse(item.base) as Words) : {});
    const card = (item: Item): Words => ({ ...item.words(), key: item.key, stamp: item.stamp, removed: item.isRemoved });
    return JSON.stringify({
      answers: Object.fromEntries(of("answer").map((item) => [item.key, item.words()])),
      base: Object.fromEntries(of("answer").map((item) => [item.key, base(item)])),
      findings: of("finding").map(card),
      help: of("help").map(card),
      remarks: Object.fromEntries(of("remark").map((item) => [item.key, item.words().text])),
      remark_base: Object.fromEntries(of("remark").map((item) => [item.key, base(item).text])),
    });
  }

  private async save(): Promise<void> {
    const ready = this.all.filter((item) => item.isSendable);
    if (this.sent || !this.dataset.saveUrl || !ready.length) return;
    this.sent = new Map(ready.map((item) => [item, item.now]));
    this.show("sending");
    const headers = { "Content-Type": "application/json", Accept: "application/json" };
    try {
      const answer = await send(this.dataset.saveUrl, { method: "POST", body: this.bundle(ready), headers });
      if (answer.status === 409) this.lock(((await answer.json()) as { message?: string }).message);
      else if (!answer.ok || isSignIn(answer)) this.failed();
      else this.saved((await answer.json()) as Told);
    } catch {
      this.failed();
    }
  }

  private saved(told: Told): void {
    const sent = this.sent ?? new Map<Item, string>();
    this.sent = null;
    this.failures = 0;
    this.revision = told.revision;
    this.savedAt = told.saved_at;
    for (const [item, text] of sent) this.settle(item, text, told);
    this.count();
    this.keepDraft();
    this.queue(0);
  }

  private settle(item: Item, text: string, told: Told): void {
    const theirs = told.conflicts[item.key];
    const error = told.errors[item.key];
    if (theirs) {
      this.ask(item, theirs);
    } else if (error) {
      item.refused = text;
      item.say(error);
    } else if (text === "removed") {
      item.box.remove();
      this.items.delete(item.id);
      this.confirmed[item.id] = JSON.stringify({ text, stamp: "" } satisfies Known);
    } else {
      item.base = text;
      item.refused = null;
      item.stamp = item.kind === "finding" ? (told.stamps[item.key] ?? item.stamp) : item.stamp;
      this.confirmed[item.id] = JSON.stringify({ text, stamp: item.stamp } satisfies Known);
      item.say("");
    }
  }

  private ask(item: Item, theirs: Words): void {
    const shown = item.kind === "answer" ? this.shown(item, theirs) : String(theirs.text ?? "");
    const who = theirs.author ? String(theirs.author) : "其他成员";
    item.offer(`${who}已改为“${shown || "空"}”。`, (mine) => {
      const own = item.words();
      item.conflict = false;
      item.say("");
      item.fill(theirs);
      item.base = item.now;
      // Seen and answered: the next bundle goes over it.
      item.stamp = "";
      if (mine) item.fill(own);
      this.count();
      this.keepDraft();
      this.queue(0);
    });
  }

  private shown(item: Item, words: Words): string {
    if (words.na) return "不适用";
    const radio = [...item.box.querySelectorAll<HTMLInputElement>("input[type=radio]")].find((input) => input.value === words.value);
    return [radio?.nextElementSibling?.textContent ?? String(words.value ?? ""), words.note].filter(Boolean).join("，");
  }

  private failed(): void {
    this.sent = null;
    this.failures += 1;
    this.show(navigator.onLine ? "failed" : "offline");
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.save(), Math.min(LONGEST_WAIT, 2_000 * 2 ** Math.min(this.failures, 5)));
  }

  private lock(message = "这次督查的状态已经改变，不能再填写。"): void {
    this.sent = null;
    this.isLocked = true;
    this.querySelectorAll<HTMLInputElement>("input, textarea, select").forEach((input) => {
      input.disabled = true;
    });
    this.show("locked", message);
  }

  private show(state: State, message = ""): void {
    const box = document.getElementById("save-state");
    if (!box) return;
    const waiting = this.dirty.length;
    const looks: Record<State, [SVGSVGElement, string]> = {
      saved: [icon("cloud-check"), this.savedAt ? `已上传 ${this.savedAt}` : "已保存"],
      waiting: [icon("cloud"), "有未上传的更改"],
      sending: [icon("cloud-upload"), "正在上传…"],
      offline: [icon("wifi-off"), `离线，${waiting} 项已存本机`],
      failed: [icon("cloud-off"), "暂未上传，已存本机，将自动重试"],
      conflict: [icon("arrows-exchange"), "有冲突，请选择"],
      errors: [icon("alert-circle"), `有 ${waiting} 项需要更正`],
      locked: [icon("lock"), message],
    };
    box.dataset.state = state;
    const words = document.createElement("span");
    words.textContent = looks[state][1];
    box.replaceChildren(looks[state][0], words);
  }
}

customElements.define("gj-visit", VisitForm);
