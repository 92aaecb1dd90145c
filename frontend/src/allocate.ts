/**
 * Sharing a target among units by largest remainder.
 *
 * The server does the same in Python and has the last word; ties go to the
 * unit that stands higher in the list.
 */

/** Split ``total`` by weights into whole multiples of one unit of the last place. */
export function allocate(total: number, weights: number[], places = 0): number[] {
  const scale = 10 ** places;
  const pieces = Math.round(total * scale);
  const sum = weights.reduce((so_far, weight) => so_far + weight, 0);
  if (sum <= 0 || pieces < 0) return weights.map(() => 0);
  const exact = weights.map((weight) => (pieces * weight) / sum);
  const shares = exact.map(Math.floor);
  let rest = pieces - shares.reduce((so_far, share) => so_far + share, 0);
  const order = exact
    .map((value, place) => ({ place, remainder: value - Math.floor(value) }))
    .sort((a, b) => b.remainder - a.remainder || a.place - b.place);
  for (const { place } of order) {
    if (rest <= 0) break;
    shares[place] = (shares[place] ?? 0) + 1;
    rest -= 1;
  }
  return shares.map((share) => share / scale);
}
