/** A pasted block is shown beside what stands there before anything is filled in. */
import { grouped, readNumber } from "./numbers";

/** What a page says of a cell before it is filled in; empty when nothing is wrong. */
type Judge = (target: HTMLInputElement, value: string) => string;

/** A block longer than this is shown with what is wrong first. */
const LONG = 20;

/** Show the preview; false where the page has none and the block is to be filled in at once. */
export function previewPaste(
  targets: HTMLInputElement[],
  values: string[],
  over: number,
  apply: () => void,
  { judge = faultOf, rest = "行" }: { judge?: Judge; rest?: string } = {},
): boolean {
  const dialog = document.getElementById("paste-preview") as HTMLDialogElement | null;
  const rows = dialog?.querySelector<HTMLElement>("[data-rows]");
  const summary = dialog?.querySelector<HTMLElement>("[data-summary]");
  const button = dialog?.querySelector<HTMLButtonElement>("[data-apply]");
  if (!dialog?.showModal || !rows || !summary || !button || !targets.length) return false;
  const faults = targets.map((target, place) => judge(target, values[place] ?? ""));
  const lines = targets.map((target, place) => line(target, values[place] ?? "", faults[place] ?? ""));
  if (lines.length > LONG) lines.sort((one, other) => isWrong(other) - isWrong(one));
  rows.replaceChildren(...lines);
  const wrong = faults.filter(Boolean).length;
  summary.textContent = [
    `将填入 ${targets.length} 栏`,
    wrong ? `${wrong} 栏有误，填入后仍须更正` : "各栏都能识别",
    over > 0 ? `多出的 ${over} ${rest}没有栏目可填` : "",
  ]
    .filter(Boolean)
    .join("，")
    .concat("。可以撤销。");
  button.onclick = (): void => {
    dialog.close();
    apply();
  };
  dialog.showModal();
  button.focus();
  return true;
}

/** What the cell will say of the value. */
function faultOf(target: HTMLInputElement, value: string): string {
  const digits = readNumber(value);
  if (digits === null) return `“${value.slice(0, 20)}”不是数字`;
  if (digits.startsWith("-")) return "不能为负数";
  return "integer" in target.dataset && digits.includes(".") ? "须为整数" : "";
}

function isWrong(row: HTMLElement): number {
  return Number(row.classList.contains("is-wrong"));
}

function line(target: HTMLInputElement, value: string, fault: string): HTMLTableRowElement {
  const row = document.createElement("tr");
  const label = target.labels?.[0]?.firstChild?.textContent ?? target.getAttribute("aria-label") ?? "";
  const isSame = sameAs(target.value, value) && !fault;
  row.className = fault ? "is-wrong" : isSame ? "is-same" : "";
  row.append(cell(label), cell(shown(target.value), "r num"), cell(shown(value), "r num"));
  row.append(cell(fault || (isSame ? "没有变化" : value === "" ? "清空" : "可以填入")));
  return row;
}

/** Words are the same as they stand; numbers however they are written. */
function sameAs(held: string, value: string): boolean {
  const [one, other] = [readNumber(held), readNumber(value)];
  return one === null || other === null ? held.trim() === value.trim() : one === other;
}

function shown(text: string): string {
  const digits = readNumber(text);
  return digits === null ? text.slice(0, 20) : digits === "" ? "空" : grouped(Number(digits));
}

function cell(text: string, css = ""): HTMLTableCellElement {
  const place = document.createElement("td");
  place.textContent = text;
  place.className = css;
  return place;
}
