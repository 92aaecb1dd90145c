/**
 * The panel of evidence: choose, drop, paste or photograph a file, cite one
 * that is there, take one away and bring it back.
 *
 * A file goes up in pieces. When the network dies it waits and goes on from
 * where the server stands; until it has arrived it is kept in the browser.
 */
import { icon } from "./icons";
import { isSignIn, send } from "./requests";
import { toast } from "./toast";
import { forget, keep, waitingFor, type WaitingFile } from "./waiting";

interface Standing {
  received: number;
  size: number;
  use: number | null;
}

const PIECE = 256 * 1024;
const STUCK_AFTER = 60_000;
const LONGEST_PAUSE = 15_000;

/** The server said no, and said why; sending it again changes nothing. */
class Refused extends Error {}

function uuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** Wait a while, or less when the network or the sign-in comes back. */
function pause(milliseconds: number): Promise<void> {
  return new Promise((done) => {
    const end = (): void => {
      clearTimeout(timer);
      window.removeEventListener("online", end);
      window.removeEventListener("gongjian:signed-in", end);
      done();
    };
    const timer = setTimeout(end, milliseconds);
    window.addEventListener("online", end);
    window.addEventListener("gongjian:signed-in", end);
  });
}

/** One file on its way, and its line on the page. */
class Going {
  readonly line = document.createElement("li");
  private readonly bar = document.createElement("progress");
  private readonly words = document.createElement("span");
  private readonly stop = document.createElement("button");
  private stopped = false;

  constructor(
    private readonly waiting: WaitingFile,
    private readonly beginUrl: string,
    private readonly arrived: () => Promise<void>,
  ) {
    const name = document.createElement("b");
    name.textContent = waiting.name;
    this.bar.max = waiting.file.size || 1;
    this.bar.setAttribute("aria-label", `${waiting.name}上传进度`);
    this.stop.type = "button";
    this.stop.className = "icon-button";
    this.stop.title = "取消";
    this.stop.setAttribute("aria-label", `取消上传${waiting.name}`);
    this.stop.append(icon("x"));
    this.stop.addEventListener("click", () => this.cancel());
    this.line.append(name, this.bar, this.words, this.stop);
    this.say("going", "等待上传");
  }

  private say(state: string, words: string): void {
    this.line.dataset.state = state;
    this.words.textContent = words;
  }

  cancel(): void {
    this.stopped = true;
    void forget(this.waiting.key);
    this.line.remove();
  }

  async run(): Promise<void> {
    let failures = 0;
    let standing: Standing | null = null;
    while (!this.stopped) {
      try {
        standing = standing ? await this.sendPiece(standing) : await this.begin();
        failures = 0;
        this.bar.value = standing.received;
        this.say("going", `${Math.floor((standing.received / standing.size) * 100)}%`);
        if (standing.use !== null) return await this.finish();
      } catch (error) {
        if (error instanceof Refused) return this.refuse(error.message);
        // Asked anew where the server stands: the piece may have arrived and its answer not.
        standing = null;
        failures += 1;
        this.say("waiting", "网络不通，文件已存本机，恢复后自动续传");
        await pause(Math.min(LONGEST_PAUSE, 700 * 2 ** Math.min(failures, 6)));
      }
    }
  }

  private begin(): Promise<Standing> {
    const body = new URLSearchParams({
      key: this.waiting.key,
      name: this.waiting.name,
      size: String(this.waiting.file.size),
    });
    return this.ask(`${this.beginUrl}?${this.waiting.place}`, { method: "POST", body });
  }

  private sendPiece(standing: Standing): Promise<Standing> {
    const body = this.waiting.file.slice(standing.received, standing.received + PIECE);
    const headers = { "Content-Type": "application/octet-stream", "Upload-Offset": String(standing.received) };
    return this.ask(`${this.beginUrl}${this.waiting.key}/`, { method: "POST", body, headers });
  }

  private async ask(url: string, init: RequestInit): Promise<Standing> {
    const stuck = new AbortController();
    const timer = setTimeout(() => stuck.abort(), STUCK_AFTER);
    try {
      const answer = await send(url, { ...init, signal: stuck.signal });
      if (isSignIn(answer) || answer.status >= 500 || answer.status === 429) throw new Error("later");
      if (answer.ok) return (await answer.json()) as Standing;
      throw new Refused(await refusalOf(answer));
    } finally {
      clearTimeout(timer);
    }
  }

  private async finish(): Promise<void> {
    await forget(this.waiting.key);
    await this.arrived();
    this.line.remove();
  }

  private refuse(words: string): void {
    void forget(this.waiting.key);
    this.say("refused", words);
    this.bar.hidden = true;
  }
}

async function refusalOf(answer: Response): Promise<string> {
  try {
    return ((await answer.json()) as { message: string }).message;
  } catch {
    return "没有上传成功，请刷新页面后重试。";
  }
}

class EvidencePanel extends HTMLElement {
  private timer = 0;
  private ready = false;
  private going: Going[] = [];

  /** What the files belong to is gone: none of them is sent any more. */
  abandon(): void {
    for (const one of this.going) one.cancel();
  }

  connectedCallback(): void {
    if (this.ready) return;
    this.ready = true;
    this.addEventListener("click", (event) => void this.clicked(event));
    this.addEventListener("change", (event) => this.chosen(event));
    const zone = this.querySelector<HTMLElement>("[data-zone]");
    if (!zone) return;
    this.acceptDrops(zone);
    const words = this.querySelector<HTMLInputElement>("[data-find]");
    words?.addEventListener("input", () => {
      clearTimeout(this.timer);
      this.timer = window.setTimeout(() => void this.search(), 250);
    });
    // Enter looks for words here and does not send the form around the panel.
    words?.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      void this.search();
    });
    // What was registered in the other window stands here when one comes back.
    this.querySelector("a[target]")?.addEventListener("click", () => {
      window.addEventListener("focus", () => void this.attempt(() => this.renew()), { once: true });
    });
    void this.resume();
    // Drawn by a script: what has arrived before is asked for, when there is a network.
    if (this.dataset.asks !== undefined) void this.renew().catch(() => undefined);
  }

  private get place(): string {
    return this.dataset.query ?? "";
  }

  private get actor(): string {
    return document.body.dataset.actor ?? "";
  }

  /** Go on with what a closed tab or a flat battery left behind. */
  private async resume(): Promise<void> {
    for (const waiting of await waitingFor(this.place, this.actor)) this.start(waiting);
  }

  private acceptDrops(zone: HTMLElement): void {
    const carries = (event: DragEvent): boolean => [...(event.dataTransfer?.types ?? [])].includes("Files");
    this.addEventListener("dragover", (event) => {
      if (!carries(event)) return;
      event.preventDefault();
      zone.classList.add("is-over");
    });
    this.addEventListener("dragleave", () => zone.classList.remove("is-over"));
    this.addEventListener("drop", (event) => {
      zone.classList.remove("is-over");
      if (!carries(event)) return;
      event.preventDefault();
      this.add([...(event.dataTransfer?.files ?? [])]);
    });
    // A pasted picture belongs to the panel in which the focus is, or to the only one.
    document.addEventListener("paste", (event) => {
      const files = [...(event.clipboardData?.files ?? [])];
      if (!files.length || !this.isConnected) return;
      const inside = this.contains(document.activeElement);
      if (!inside && document.querySelectorAll("gj-evidence [data-zone]").length > 1) return;
      event.preventDefault();
      this.add(files, "截图");
    });
  }

  private chosen(event: Event): void {
    const input = event.target as HTMLInputElement;
    if (!input.matches("[data-file]")) return;
    // The sheet around the panel must not take this for a changed cell.
    event.stopPropagation();
    this.add([...(input.files ?? [])]);
    input.value = "";
  }

  private add(files: File[], stem = ""): void {
    for (const file of files) {
      if (file.size > Number(this.dataset.largest)) {
        toast(`“${file.name}”过大，请压缩或分成几份，也可以只登记文号和存放处。`);
        continue;
      }
      const name = stem && /^image\.\w+$/.test(file.name) ? this.stamped(stem, file.name) : file.name;
      const waiting = { key: uuid(), place: this.place, actor: this.actor, name, file, at: Date.now() };
      void keep(waiting);
      this.start(waiting);
    }
  }

  private stamped(stem: string, name: string): string {
    const now = new Date();
    const two = (figure: number): string => String(figure).padStart(2, "0");
    const time = `${two(now.getMonth() + 1)}${two(now.getDate())}-${two(now.getHours())}${two(now.getMinutes())}${two(now.getSeconds())}`;
    return `${stem}${time}.${name.split(".").pop()}`;
  }

  private start(waiting: WaitingFile): void {
    const list = this.querySelector<HTMLElement>("[data-going]");
    if (!list) return;
    const going = new Going(waiting, this.dataset.beginUrl ?? "", () => this.renew());
    this.going.push(going);
    list.append(going.line);
    list.hidden = false;
    void going.run();
  }

  private async renew(): Promise<void> {
    const compact = this.classList.contains("is-compact") ? "&compact=1" : "";
    const answer = await send(`${this.dataset.panelUrl}?${this.place}${compact}`);
    if (answer.ok) this.querySelector("[data-list]")!.innerHTML = await answer.text();
  }

  private async clicked(event: Event): Promise<void> {
    const button = (event.target as Element).closest<HTMLElement>("button");
    if (!button) return;
    if (button.matches("[data-cite]")) await this.toggleSearch(button);
    else if (button.dataset.choose) await this.cite(button.dataset.choose);
    else if (button.dataset.remove) await this.takeAway(button.dataset);
  }

  private async toggleSearch(button: HTMLElement): Promise<void> {
    const box = this.querySelector<HTMLElement>("[data-search]")!;
    box.hidden = !box.hidden;
    button.setAttribute("aria-expanded", String(!box.hidden));
    if (box.hidden) return;
    box.querySelector("input")?.focus();
    await this.search();
  }

  private async search(): Promise<void> {
    const words = this.querySelector<HTMLInputElement>("[data-find]")!.value;
    const url = `${this.dataset.searchUrl}?${this.place}&q=${encodeURIComponent(words)}`;
    const answer = await this.attempt(() => send(url));
    if (answer?.ok) this.querySelector("[data-offered]")!.innerHTML = await answer.text();
  }

  private async cite(evidence: string): Promise<void> {
    const body = new URLSearchParams({ evidence });
    if (!(await this.act(`${this.dataset.citeUrl}?${this.place}`, body))) return;
    await this.search();
    toast("已引用，不用再传一遍。");
  }

  private async takeAway(piece: DOMStringMap): Promise<void> {
    if (!(await this.act(piece.remove!))) return;
    toast(`已移除“${piece.name}”。`, { label: "恢复", run: () => void this.act(piece.restore!) });
  }

  private async act(url: string, body = new URLSearchParams()): Promise<boolean> {
    const answer = await this.attempt(() => send(url, { method: "POST", body }));
    if (!answer) return false;
    if (!answer.ok) toast(await refusalOf(answer));
    await this.renew();
    return answer.ok;
  }

  private async attempt<T>(request: () => Promise<T>): Promise<T | null> {
    try {
      return await request();
    } catch {
      toast("没有连上服务器，请检查网络后再试。");
      return null;
    }
  }
}

export type { EvidencePanel };

customElements.define("gj-evidence", EvidencePanel);
