/**
 * Year to date and completion of a cell while it is typed, as responsibilities/pace.py reckons them.
 *
 * Whole hundredths in place of floats; both sides are held to
 * ../../tests/responsibilities/pace_cases.json.
 */
import { readNumber } from "./numbers";

export interface Around {
  style: string;
  done: string;
  target: string;
  quarter: number;
}

export interface Pace {
  yearToDate: string | null;
  rate: string | null;
  paced: string | null;
}

export function paceOf(typed: string, { style, done, target, quarter }: Around): Pace {
  const value = hundredths(typed);
  if (value === null) return { yearToDate: null, rate: null, paced: null };
  const reached = style === "incremental" ? value + (hundredths(done) ?? 0n) : value;
  const whole = hundredths(target) ?? 0n;
  const yearToDate = written(reached, 2);
  if (!whole) return { yearToDate, rate: null, paced: null };
  const rate = percent(reached, whole);
  if (style === "latest") return { yearToDate, rate, paced: null };
  return { yearToDate, rate, paced: percent(reached * 4n, whole * BigInt(quarter)) };
}

/** What was typed in hundredths, the most a cell keeps; null for nothing and for no number. */
function hundredths(typed: string): bigint | null {
  const digits = readNumber(typed);
  if (!digits) return null;
  const [, sign = "", whole = "0", fraction = ""] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(digits) ?? [];
  return BigInt(`${sign}${whole}${fraction.slice(0, 2).padEnd(2, "0")}`);
}

/** One place, half away from zero. Neither figure is ever negative. */
function percent(part: bigint, whole: bigint): string {
  const tenths = (part * 2000n + whole) / (whole * 2n);
  return `${tenths / 10n}.${tenths % 10n}`;
}

function written(value: bigint, places: number): string {
  const digits = value.toString().padStart(places + 1, "0");
  const fraction = digits.slice(-places).replace(/0+$/, "");
  return digits.slice(0, -places) + (fraction ? `.${fraction}` : "");
}
