/**
 * The W of Shapiro and Wilk: near 1 where numbers look drawn from a normal distribution. Royston's approximation
 * (algorithm AS R94, Applied Statistics 44(4), 1995), for 4 to 5,000 numbers; `undefined` for fewer or all equal.
 */
export function shapiroWilk(values: readonly number[]): number | undefined {
  const count = values.length;
  if (count < 4) return undefined;
  const sorted = Float64Array.from(values).sort();
  const mean = sorted.reduce((sum, value) => sum + value, 0) / count;
  const spread = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  if (!(spread > 1e-24 * (mean * mean + 1e-300))) return undefined;
  const weights = weightsFor(count);
  const fit = sorted.reduce((sum, value, at) => sum + (weights[at] ?? 0) * value, 0);
  return Math.min(1, fit ** 2 / spread);
}

const known = new Map<number, Float64Array>();
const MAX_KNOWN = 512;

function weightsFor(count: number): Float64Array {
  const before = known.get(count);
  if (before !== undefined) return before;
  const weights = royston(count);
  if (known.size < MAX_KNOWN) known.set(count, weights);
  return weights;
}

function royston(count: number): Float64Array {
  const expected = Float64Array.from({ length: count }, (_, at) =>
    normalQuantile((at + 0.625) / (count + 0.25)),
  );
  const square = expected.reduce((sum, value) => sum + value * value, 0);
  const u = 1 / Math.sqrt(count);
  const last = expected[count - 1] ?? 0;
  const beforeLast = expected[count - 2] ?? 0;
  const a1 =
    polynomial([-2.706_056, 4.434_685, -2.071_19, -0.147_981, 0.221_157, 0], u) + last / Math.sqrt(square);
  const weights = new Float64Array(count);
  if (count <= 5) {
    const phi = (square - 2 * last ** 2) / (1 - 2 * a1 ** 2);
    for (let at = 1; at < count - 1; at++) weights[at] = (expected[at] ?? 0) / Math.sqrt(phi);
  } else {
    const a2 =
      polynomial([-3.582_633, 5.682_633, -1.752_461, -0.293_762, 0.042_981, 0], u) +
      beforeLast / Math.sqrt(square);
    const phi = (square - 2 * last ** 2 - 2 * beforeLast ** 2) / (1 - 2 * a1 ** 2 - 2 * a2 ** 2);
    for (let at = 2; at < count - 2; at++) weights[at] = (expected[at] ?? 0) / Math.sqrt(phi);
    weights[count - 2] = a2;
    weights[1] = -a2;
  }
  weights[count - 1] = a1;
  weights[0] = -a1;
  return weights;
}

/** Coefficients from the highest power down. */
function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduce((value, coefficient) => value * x + coefficient, 0);
}

/** Where the standard normal distribution function reaches `p`: Acklam's rational approximation, good to 1e-9. */
export function normalQuantile(p: number): number {
  const low = 0.024_25;
  if (p < low) return tailQuantile(Math.sqrt(-2 * Math.log(p)));
  if (p > 1 - low) return -tailQuantile(Math.sqrt(-2 * Math.log(1 - p)));
  const q = p - 0.5;
  const r = q * q;
  return (polynomial(CENTRE_TOP, r) * q) / (polynomial(CENTRE_BOTTOM, r) * r + 1);
}

function tailQuantile(q: number): number {
  return polynomial(TAIL_TOP, q) / (polynomial(TAIL_BOTTOM, q) * q + 1);
}

const CENTRE_TOP = [
  -3.969_683_028_665_376e1, 2.209_460_984_245_205e2, -2.759_285_104_469_687e2, 1.383_577_518_672_69e2,
  -3.066_479_806_614_716e1, 2.506_628_277_459_239,
];
const CENTRE_BOTTOM = [
  -5.447_609_879_822_406e1, 1.615_858_368_580_409e2, -1.556_989_798_598_866e2, 6.680_131_188_771_972e1,
  -1.328_068_155_288_572e1,
];
const TAIL_TOP = [
  -7.784_894_002_430_293e-3, -3.223_964_580_411_365e-1, -2.400_758_277_161_838, -2.549_732_539_343_734,
  4.374_664_141_464_968, 2.938_163_982_698_783,
];
const TAIL_BOTTOM = [
  7.784_695_709_041_462e-3, 3.224_671_290_700_398e-1, 2.445_134_137_142_996, 3.754_408_661_907_416,
];
