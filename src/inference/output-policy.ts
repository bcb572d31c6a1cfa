import { formatOutputPolicy, isFullOutput, type OutputPolicy } from '../api/index.ts';
import type { NumericTensor, SecretBytes, Tensor } from '../bytes/index.ts';
import { StrongroomError } from '../errors/index.ts';
import { noiseFor } from './output-policy-noise.ts';
import { roundToDigits } from './output-policy-round.ts';
import { type NoiseStream, policeScores } from './output-policy-row.ts';
import { isFloat, isNumeric, readNumbers, withNumbers } from './score-tensor.ts';

/** An answer before it gets out, and what it answers. */
export interface PolicedAnswer {
  readonly policy: OutputPolicy;
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  /** Of the model alone. Without it a policy that perturbs is refused. */
  readonly key?: SecretBytes;
}

/** Sums of probabilities that were computed in half precision are off by that much. */
const SUM_TOLERANCE = 5e-3;

/**
 * An answer as a policy lets it out; names, types and shapes stay. Labels (`[n]` or `[n, 1]`, integers or texts) pass
 * every policy. Scores (`[n, classes]`, floats) are policed row by row, with the digits of other floats going where only
 * digits must go. Whatever else there is under a policy that hides more than digits, such as an embedding, the numbers
 * of a tree's leaves or a noise that would not be one on something other than probabilities, is refused with
 * `OUTPUT_POLICY_UNFIT`, naming the output.
 */
export function applyOutputPolicy(answer: PolicedAnswer): readonly Tensor[] {
  if (isFullOutput(answer.policy)) return answer.outputs;
  const rowCount = answer.inputs[0]?.shape[0] ?? 0;
  return answer.outputs.map((output) => policeOutput(output, rowCount, answer));
}

function policeOutput(output: Tensor, rowCount: number, answer: PolicedAnswer): Tensor {
  const { policy } = answer;
  if (isLabels(output, rowCount)) return output;
  if (isNumeric(output) && isFloat(output.datatype)) {
    const [rows, classes = 0, ...more] = output.shape;
    if (rows === rowCount && classes > 1 && more.length === 0) return policeTable(output, classes, answer);
    if (hidesDigitsOnly(policy, rows === rowCount && isColumn(output.shape))) return roundAll(output, policy);
  } else if (hidesDigitsOnly(policy, false)) {
    return output;
  }
  throw unfit(output, policy);
}

/** Whether it says one class of each row and nothing of how sure the model is. */
function isLabels(output: Tensor, rowCount: number): boolean {
  const isClass = output.datatype === 'BYTES' || !isFloat(output.datatype);
  return isClass && output.shape[0] === rowCount && isColumn(output.shape);
}

function isColumn(shape: readonly number[]): boolean {
  return shape.length === 1 || (shape.length === 2 && shape[1] === 1);
}

/** One number a row has no other classes to hide. */
function hidesDigitsOnly({ isLabelOnly, classes, perturbation }: OutputPolicy, isSingle: boolean): boolean {
  return isLabelOnly !== true && perturbation === undefined && (classes === undefined || isSingle);
}

function roundAll(output: NumericTensor, { digits }: OutputPolicy): Tensor {
  if (digits === undefined) return output;
  const numbers = readNumbers(output, { start: 0, end: countOf(output) });
  return withNumbers(
    output,
    numbers.map((value) => roundToDigits(value, digits)),
  );
}

function countOf({ shape }: Tensor): number {
  return shape.reduce((product, dimension) => product * dimension, 1);
}

function policeTable(output: NumericTensor, classes: number, answer: PolicedAnswer): Tensor {
  const { policy, inputs, key } = answer;
  const numbers = readNumbers(output, { start: 0, end: countOf(output) });
  const rows = rowsOf(numbers, classes);
  const isDistribution = rows.every(isProbabilities);
  if (!isDistribution) assertFitWithout(output, numbers, policy);
  const policed = rows.map((scores, row) => {
    const noise = (): NoiseStream =>
      noiseFor(keyFor(key, output, policy), { inputs, row, rowCount: rows.length, probabilities: scores });
    return policeScores(scores, { policy, isDistribution, noise });
  });
  return withNumbers(output, joined(policed, classes));
}

function keyFor(key: SecretBytes | undefined, output: Tensor, policy: OutputPolicy): SecretBytes {
  if (key === undefined) throw unfit(output, policy);
  return key;
}

/** What is no distribution cannot be perturbed, and among what is no number there is no largest. */
function assertFitWithout(output: NumericTensor, numbers: Float64Array, policy: OutputPolicy): void {
  if (hidesDigitsOnly(policy, false)) return;
  if (policy.perturbation === undefined && numbers.every(Number.isFinite)) return;
  throw unfit(output, policy);
}

function rowsOf(numbers: Float64Array, classes: number): readonly Float64Array[] {
  if (numbers.length === classes) return [numbers];
  const rows: Float64Array[] = [];
  for (let at = 0; at < numbers.length; at += classes) rows.push(numbers.subarray(at, at + classes));
  return rows;
}

function joined(rows: readonly Float64Array[], classes: number): Float64Array {
  const [only] = rows;
  if (only !== undefined && rows.length === 1) return only;
  const numbers = new Float64Array(rows.length * classes);
  for (const [row, scores] of rows.entries()) numbers.set(scores, row * classes);
  return numbers;
}

function isProbabilities(row: Float64Array): boolean {
  let sum = 0;
  for (const value of row) {
    if (!(value >= 0 && value <= 1 + SUM_TOLERANCE)) return false;
    sum += value;
  }
  return Math.abs(sum - 1) <= SUM_TOLERANCE;
}

function unfit({ name }: Tensor, policy: OutputPolicy): StrongroomError {
  return new StrongroomError(
    'OUTPUT_POLICY_UNFIT',
    `the output ${JSON.stringify(name.slice(0, 128))} cannot be kept to the policy ${formatOutputPolicy(policy)}`,
  );
}
