/**
 * Numbers as offices type them: full width, thousands commas, 万, 亿, %.
 *
 * Works on text and never on floats, so that the Python reader gives the same
 * digits; both are held to ../number_cases.json.
 */

const FULL_WIDTH = "０１２３４５６７８９．，－％　";
const HALF_WIDTH = "0123456789.,-% ";
const NOTHING = new Set(["", "-", "—", "/", "无"]);
const UNITS: Record<string, number> = { "%": 0, 万: 4, 亿: 8 };
const PLAIN = /^(-?)(?:([0-9]+)(?:\.([0-9]*))?|\.([0-9]+))$/;

/** Canonical digits of what was typed; "" for nothing, null for no number. */
export function readNumber(typed: string): string | null {
  const text = typed
    .replace(/[０-９．，－％　]/g, (sign) => HALF_WIDTH.charAt(FULL_WIDTH.indexOf(sign)))
    .replace(/[,\s\u00a0]/g, "");
  if (NOTHING.has(text)) return "";
  const places = UNITS[text.slice(-1)];
  const match = PLAIN.exec(places === undefined ? text : text.slice(0, -1));
  if (!match) return null;
  const [, sign, whole = "", fraction = match[4] ?? ""] = match;
  return shifted(sign ?? "", whole, fraction ?? "", places ?? 0);
}

/** Move the point to the right and drop idle zeros. */
function shifted(sign: string, whole: string, fraction: string, places: number): string {
  const filled = fraction.padEnd(places, "0");
  const left = (whole + filled.slice(0, places)).replace(/^0+(?=.)/, "") || "0";
  const right = filled.slice(places).replace(/0+$/, "");
  const digits = right ? `${left}.${right}` : left;
  return digits === "0" ? "0" : sign + digits;
}

/** The same for comparing: text that is no number stands for itself. */
export function canonical(typed: string): string {
  return readNumber(typed) ?? typed.trim();
}

/** For arithmetic of previews only; null for nothing and for no number. */
export function figure(typed: string): number | null {
  const digits = readNumber(typed);
  return digits ? Number(digits) : null;
}

/** 12345.6 → 12,345.6 for reading. */
export function grouped(value: number, places = 2): string {
  return value.toLocaleString("en-US", { maximumFractionDigits: places });
}
