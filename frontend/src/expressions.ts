/**
 * Evaluates the compiled checks of a form, as responsibilities/expressions.py does.
 *
 * Only trees, no parser: the server has read and typed the text. Both are held
 * to ../../tests/responsibilities/expression_cases.json. null is a missing number or an open condition.
 */

export type Tree = [string, ...(string | Tree)[]];
export type Numbers = Record<string, number | null | undefined>;

/** Figures by cell code; those of other forms by "key code". */
export interface Surroundings {
  cell?: Numbers;
  last?: Numbers;
  ytd?: Numbers;
  target?: Numbers;
  median_peers?: Numbers;
  other?: Numbers;
}

type Value = number | boolean | null;

const NEAR = 0.000001;
const BESIDE = ["cell", "last", "ytd", "target", "median_peers"] as const;

/** Whether the condition holds; null when a missing figure leaves it open. */
export function evaluate(tree: Tree, around: Surroundings, blankIsZero = false): boolean | null {
  const found = valueOf(tree, around, blankIsZero ? 0 : null);
  return typeof found === "boolean" ? found : null;
}

/** The number a formula gives; null when a missing figure leaves it open. */
export function figureOf(tree: Tree, around: Surroundings): number | null {
  const found = valueOf(tree, around, null);
  return typeof found === "number" ? found : null;
}

function valueOf(tree: Tree, around: Surroundings, blank: number | null): Value {
  const [head, ...rest] = tree;
  if (head === "num") return Number(rest[0]);
  if (head === "other") return around.other?.[`${String(rest[0])} ${String(rest[1])}`] ?? blank;
  const beside = BESIDE.find((name) => name === head);
  if (beside) return around[beside]?.[String(rest[0])] ?? blank;
  const parts = rest.map((part) => valueOf(part as Tree, around, blank));
  const first = parts[0] ?? null;
  if (head === "and" || head === "or") return logic(head === "or", parts);
  if (head === "not") return first === null ? null : !first;
  if (head === "if") return first === null ? null : (parts[first ? 1 : 2] ?? null);
  return numberOf(head, parts as (number | null)[]);
}

function logic(deciding: boolean, parts: Value[]): boolean | null {
  if (parts.includes(deciding)) return deciding;
  return parts.includes(null) ? null : !deciding;
}

function numberOf(head: string, parts: (number | null)[]): Value {
  if (head === "sum" || head === "min" || head === "max") {
    const known = parts.filter((part): part is number => part !== null);
    if (!known.length) return null;
    if (head === "sum") return known.reduce((total, part) => total + part, 0);
    return head === "min" ? Math.min(...known) : Math.max(...known);
  }
  const [first = null, second = null] = parts;
  if (first === null || (parts.length > 1 && second === null)) return null;
  if (head === "abs") return Math.abs(first);
  if (head === "neg") return -first;
  if (head === "round") return rounded(first, Math.min(second ?? 0, 6));
  if (second === null) return null;
  const reckoned = reckon(head, first, second);
  return reckoned === undefined ? compare(head, first - second) : reckoned;
}

/** Half away from zero; a hair more, since 1.005 is stored as slightly less. */
function rounded(value: number, places: number): number {
  const scale = 10 ** Math.trunc(places);
  return (Math.sign(value) * Math.floor(Math.abs(value) * scale + 0.5 + 1e-7)) / scale;
}

function reckon(head: string, left: number, right: number): number | null | undefined {
  if (head === "+") return left + right;
  if (head === "-") return left - right;
  if (head === "*") return left * right;
  if (head === "/") return right === 0 ? null : left / right;
  return undefined;
}

function compare(head: string, difference: number): boolean | null {
  const same = Math.abs(difference) < NEAR;
  if (head === "=") return same;
  if (head === "!=") return !same;
  if (head === "<") return difference < 0 && !same;
  if (head === "<=") return difference < 0 || same;
  if (head === ">") return difference > 0 && !same;
  if (head === ">=") return difference > 0 || same;
  return null;
}
