/**
 * Sums, formulas and checks of a form while it is typed.
 *
 * Does what fill_totals and findings do in responsibilities/; both are held to
 * ../../tests/responsibilities/live_cases.json. No document here.
 */
import { evaluate, figureOf, type Numbers, type Surroundings, type Tree } from "./expressions";
import { readNumber } from "./numbers";

export interface LiveCell {
  code: string;
  label: string;
  isOpen: boolean;
  style: string;
  totalOf: string[];
  formula: Tree | null;
  notAbove: string;
  together: string;
}

export interface LiveCheck {
  rule: string;
  tree: Tree;
  at: string;
  isHard: boolean;
  text: string;
  missing: string;
}

export interface LiveForm {
  cells: LiveCell[];
  checks: LiveCheck[];
  figures: { last: Numbers; earlier: Numbers; target: Numbers; median_peers: Numbers; other: Numbers };
  /** Exceptions in force: they speak of one number only. */
  granted: { rule: string; at: string; value: string }[];
}

export interface Found {
  code: string;
  rule: string;
  isHard: boolean;
  text: string;
}

export interface Reckoned {
  values: Record<string, number | null>;
  found: Found[];
}

const LARGEST = 1e14;

/** What was typed, by code; something that is no number counts as nothing yet. */
export function reckon(form: LiveForm, typed: Record<string, string>): Reckoned {
  const values: Record<string, number | null> = {};
  for (const { code } of form.cells) {
    const digits = readNumber(typed[code] ?? "");
    values[code] = digits ? Number(digits) : null;
  }
  for (const cell of form.cells) if (cell.totalOf.length) values[cell.code] = sumOf(cell.totalOf, values);
  // Formulas read typed cells and sums, never each other: one look at what stands now.
  const around = { cell: { ...values } };
  for (const cell of form.cells) if (cell.formula) values[cell.code] = kept(figureOf(cell.formula, around));
  return { values, found: soften(form, values, [...half(form, values), ...parts(form, values), ...checked(form, values)]) };
}

function sumOf(codes: string[], values: Record<string, number | null>): number | null {
  const known = codes.map((code) => values[code] ?? null).filter((value): value is number => value !== null);
  return known.length ? (kept(known.reduce((sum, value) => sum + value, 0)) ?? null) : null;
}

/** Two places, half away from zero; a hair more, since 1.005 is stored as slightly less. */
function kept(value: number | null): number | null {
  if (value === null || Math.abs(value) >= LARGEST) return null;
  return (Math.sign(value) * Math.floor(Math.abs(value) * 100 + 0.5 + 1e-7)) / 100;
}

/** A reckoned figure as it is written into its cell. */
export const written = (value: number | null): string => (value === null ? "" : String(value));

function half({ cells }: LiveForm, values: Record<string, number | null>): Found[] {
  const open = cells.filter((cell) => cell.isOpen && cell.together);
  const begun = new Set(open.filter(({ code }) => values[code] !== null).map(({ together }) => together));
  return open
    .filter(({ code, together }) => begun.has(together) && values[code] === null)
    .map(({ code, together }) => ({
      code,
      rule: "row",
      isHard: true,
      text: `“${together}”各栏要么都填、要么都不填，请补上这一栏或清空其余各栏。`,
    }));
}

function parts({ cells }: LiveForm, values: Record<string, number | null>): Found[] {
  const open = new Map(cells.filter(({ isOpen }) => isOpen).map((cell) => [cell.code, cell]));
  const found: Found[] = [];
  for (const [code, { notAbove }] of open) {
    const whole = open.get(notAbove);
    const value = values[code] ?? null;
    const limit = whole ? (values[whole.code] ?? null) : null;
    if (!whole || value === null || limit === null || value <= limit) continue;
    const text = `不能大于“${whole.label}”（${written(limit)}），请核对两项。`;
    found.push({ code, rule: "part", isHard: true, text });
  }
  return found;
}

function checked(form: LiveForm, values: Record<string, number | null>): Found[] {
  const around = surroundings(form, values);
  const found: Found[] = [];
  for (const { tree, at, isHard, text, missing, rule } of form.checks) {
    const holds = evaluate(tree, around, missing === "zero") ?? missing !== "report";
    if (!holds) found.push({ code: at, rule, isHard, text });
  }
  return found;
}

function surroundings({ cells, figures }: LiveForm, values: Record<string, number | null>): Surroundings {
  const ytd: Numbers = {};
  for (const { code, style } of cells) {
    const before = style === "incremental" ? (figures.earlier[code] ?? null) : null;
    const now = values[code] ?? null;
    ytd[code] = before === null ? now : before + (now ?? 0);
  }
  const { last, target, median_peers, other } = figures;
  return { cell: values, last, ytd, target, median_peers, other };
}

/** A granted exception wants a sentence in place of another number. */
function soften({ granted }: LiveForm, values: Record<string, number | null>, found: Found[]): Found[] {
  return found.map((one) => {
    const isGranted = granted.some(
      ({ rule, at, value }) => rule === one.rule && at === one.code && value === written(values[at] ?? null),
    );
    return isGranted && one.rule !== "row" ? { ...one, isHard: false } : one;
  });
}
