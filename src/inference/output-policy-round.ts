/** How a distribution is rounded. */
export interface Rounding {
  readonly decimals: number;
  /** The class that must stay the likeliest. */
  readonly winner: number;
}

/**
 * Rounds a distribution to whole units of 10^-decimals that still sum to one, by largest remainder (Hamilton's method):
 * every value moves by less than a unit, but for the winner, which wins its ties and so may move by up to two.
 */
export function roundDistribution(probabilities: Float64Array, { decimals, winner }: Rounding): Float64Array {
  const unitCount = 10 ** decimals;
  const units = apportion(probabilities, unitCount);
  keepWinner(units, winner);
  for (let at = 0; at < units.length; at++) units[at] = (units[at] ?? 0) / unitCount;
  return units;
}

/**
 * Rounds the kept classes of a distribution, largest first, in the same way; the others share what is left evenly, which
 * is never more than a kept class has.
 */
export function roundKept(
  probabilities: Float64Array,
  { decimals, kept }: Rounding & { readonly kept: readonly number[] },
): Float64Array {
  const unitCount = 10 ** decimals;
  const shown = Float64Array.from(kept, (at) => probabilities[at] ?? 0);
  const all = probabilities.reduce((sum, probability) => sum + probability, 0);
  const rest = Math.max(0, all - shown.reduce((sum, probability) => sum + probability, 0));
  const units = apportion(Float64Array.of(...shown, rest), unitCount);
  const keptUnits = units.subarray(0, kept.length);
  keepWinner(keptUnits, 0);
  const others = probabilities.length - kept.length;
  const left = () => (unitCount - keptUnits.reduce((sum, unit) => sum + unit, 0)) / others;
  for (let at = keptUnits.length - 1; at >= 0; at--) {
    const leeway = at === 0 ? 0 : 1e-9;
    while ((keptUnits[at] ?? 0) + leeway <= left()) keptUnits[at] = (keptUnits[at] ?? 0) + 1;
  }
  keepWinner(keptUnits, 0);
  const shared = new Float64Array(probabilities.length).fill(left() / unitCount);
  for (const [rank, at] of kept.entries()) shared[at] = (keptUnits[rank] ?? 0) / unitCount;
  return shared;
}

/** Whole units in proportion to a distribution, by largest remainder. */
function apportion(probabilities: Float64Array, unitCount: number): Float64Array {
  let sum = 0;
  for (const probability of probabilities) sum += probability;
  const units = new Float64Array(probabilities.length);
  const remainders: number[] = [];
  let missing = unitCount;
  for (let at = 0; at < units.length; at++) {
    const exact = ((probabilities[at] ?? 0) / sum) * unitCount;
    const whole = Math.floor(exact);
    units[at] = whole;
    remainders.push(exact - whole);
    missing -= whole;
  }
  const byRemainder: number[] = [];
  for (let at = 0; at < units.length; at++) byRemainder.push(at);
  byRemainder.sort((a, b) => (remainders[b] ?? 0) - (remainders[a] ?? 0) || a - b);
  for (const at of byRemainder.slice(0, missing)) units[at] = (units[at] ?? 0) + 1;
  return units;
}

/** Takes a unit from a class that came level with the winner: whoever looks for the largest finds the same as before. */
function keepWinner(units: Float64Array, winner: number): void {
  for (let at = 0; at < units.length; at++) {
    if (at === winner || (units[at] ?? 0) < (units[winner] ?? 0)) continue;
    if ((units[at] ?? 0) === 0) continue;
    units[at] = (units[at] ?? 0) - 1;
    units[winner] = (units[winner] ?? 0) + 1;
  }
}

/** A number to so many significant digits; what is not finite stays. */
export function roundToDigits(value: number, digits: number): number {
  return Number.isFinite(value) ? Number(value.toPrecision(digits)) : value;
}
