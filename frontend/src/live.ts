/** Redraws sums, formulas and findings of the sheet after every key; the figures come with the page. */
import { grouped } from "./numbers";
import { reckon, written, type Found, type LiveForm } from "./reckoning";
import { Entry } from "./sheet";

export class LiveSheet {
  private readonly computed = new Map<string, Entry>();

  private constructor(
    private readonly form: LiveForm,
    private readonly host: HTMLElement,
    private readonly typed: Entry[],
  ) {
    for (const { code, totalOf, formula } of form.cells) {
      const input = host.querySelector<HTMLInputElement>(`input[data-cell="${code}"]`);
      if (input && (totalOf.length || formula)) this.computed.set(code, new Entry(input));
    }
  }

  /** Null where nothing can be typed. */
  static of(host: HTMLElement, typed: Entry[]): LiveSheet | null {
    const data = document.getElementById("live")?.textContent;
    return data ? new LiveSheet(JSON.parse(data) as LiveForm, host, typed) : null;
  }

  redraw(): void {
    const texts: Record<string, string> = {};
    this.host.querySelectorAll<HTMLInputElement>("input[data-cell]").forEach((input) => {
      texts[input.dataset.cell ?? ""] = input.value;
    });
    const { values, found } = reckon(this.form, texts);
    for (const [code, entry] of this.computed) this.draw(entry, values[code] ?? null);
    const first = new Map<string, Found>();
    // Hard before soft, as beside the cells of a refused submission.
    for (const one of found) if (!first.has(one.code) || (one.isHard && !first.get(one.code)?.isHard)) first.set(one.code, one);
    for (const entry of this.typed) entry.setFound(first.get(entry.code) ?? null);
  }

  private draw(entry: Entry, value: number | null): void {
    const text = written(value);
    if (entry.input.value === text) return;
    entry.input.value = text;
    entry.input.title = value === null ? "" : grouped(value);
    entry.showRate();
  }
}
