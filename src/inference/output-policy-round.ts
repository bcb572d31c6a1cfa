/**
 * Rounds a distribution to whole units of 10^-decimals that still sum to one, by largest remainder (Hamilton's method):
 * every value moves by less than a unit, but for the winner, which wins its ties and so may move by up to two.
 */
export function roundDistribution(
  probabilities: Float64Array,
  { decimals, winner }: { readonly decimals: number; readonly winner: number },
): Float64Array {
  const unitCount = 10 ** decimals;
  const sum = probabilities.reduce((total, probability) => total + probability, 0);
  const exact = probabilities.map((probability) => (probability / sum) * unitCount);
  const units = exact.map(Math.floor);
  const missing = Math.round(unitCount - units.reduce((total, unit) => total + unit, 0));
  const byRemainder = [...exact.keys()].sort(
    (a, b) => remainderAt(exact, b) - remainderAt(exact, a) || a - b,
  );
  for (const at of byRemainder.slice(0, missing)) units[at] = (units[at] ?? 0) + 1;
  keepWinner(units, winner);
  return units.map((unit) => unit / unitCount);
}

function remainderAt(exact: Float64Array, at: number): number {
  const value = exact[at] ?? 0;
  return value - Math.floor(value);
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
