import type { InputSchema, ModelSignature } from '../../api/index.ts';
import { type NumericTensor, rowForm, type Tensor } from '../../bytes/index.ts';
import { valuesOf } from '../protocol/json-tensor.ts';

/** What a model says of one row. */
export interface Prediction {
  /** The class, by its name where the model or its operator says the names. */
  readonly label?: string | number;
  /** How sure it is of the label, from 0 to 1; what a regression says. */
  readonly score?: number | null;
  /** Of every class, by its label. */
  readonly probabilities?: Readonly<Record<string, number | null>>;
  /** What is neither label nor probabilities, by the name of the output. */
  readonly outputs?: Readonly<Record<string, unknown>>;
}

/** What helps to make out which output is what. */
export interface AnswerWords {
  readonly signature: ModelSignature;
  readonly schema?: InputSchema;
}

/**
 * Reads outputs row by row as label, score and probabilities: what skl2onnx makes (`label` and `probabilities`, or one
 * `variable`), a softmax, logits, a single probability or number. What fits none of these comes by its name. Numbers
 * that are not finite are `null`, as JSON has none for them.
 */
export function readAnswer(
  outputs: readonly Tensor[],
  rows: number,
  words: AnswerWords,
): readonly Prediction[] {
  const parts = outputs.map((tensor) => partOf(tensor, rows, words));
  const labels = parts.find(isOf('labels'));
  const chances = parts.find(isOf('chances'));
  const value = parts.find(isOf('value'));
  const isRegression = labels === undefined && chances === undefined && value !== undefined;
  const rest = parts.filter(
    (part) => part !== labels && part !== chances && !(isRegression && part === value),
  );
  return Array.from({ length: rows }, (_none, row) => {
    const probabilities = chances?.rows[row];
    const named = probabilities && withNames(probabilities, chances.names);
    const label = labels?.rows[row] ?? (named && greatest(named));
    const score = isRegression ? value.rows[row] : label === undefined ? undefined : scoreOf(label, named);
    return {
      ...(label !== undefined && { label }),
      ...(score !== undefined && { score }),
      ...(named && { probabilities: named }),
      ...(rest.length > 0 && {
        outputs: Object.fromEntries(rest.map((part) => [part.name, part.rows[row]])),
      }),
    };
  });
}

/** The probability of the label; where its name is none of the classes' names, the greatest of all. */
function scoreOf(
  label: string | number,
  chances: Readonly<Record<string, number | null>> | undefined,
): number | null | undefined {
  if (chances === undefined) return undefined;
  const own = chances[String(label)];
  if (own !== undefined) return own;
  const known = Object.values(chances).filter((chance) => chance !== null);
  return known.length === 0 ? null : Math.max(...known);
}

/** What one output is, row by row. */
type Part = { readonly name: string } & (
  | { readonly kind: 'labels'; readonly rows: readonly (string | number)[] }
  | {
      readonly kind: 'chances';
      readonly rows: readonly (readonly (number | null)[])[];
      readonly names: readonly string[] | undefined;
    }
  | { readonly kind: 'value'; readonly rows: readonly (number | null)[] }
  | { readonly kind: 'other'; readonly rows: readonly unknown[] }
);

function isOf<Kind extends Part['kind']>(kind: Kind) {
  return (part: Part): part is Extract<Part, { kind: Kind }> => part.kind === kind;
}

function partOf(tensor: Tensor, rows: number, words: AnswerWords): Part {
  const { name } = tensor;
  const names = namesOf(name, words);
  const width = widthOf(tensor, rows);
  if (width === undefined)
    return { name, kind: 'other', rows: Array.from({ length: rows }, () => plainOf(tensor)) };
  if (tensor.datatype === 'BYTES') {
    if (width === 1) return { name, kind: 'labels', rows: tensor.strings };
    return { name, kind: 'other', rows: cut(tensor.strings, rows, width) };
  }
  const numbers = valuesOf(tensor).map(Number);
  if (isFraction(tensor)) return fractionsOf({ name, numbers, rows, width, names }, words);
  if (width === 1 && /label|class/i.test(name))
    return { name, kind: 'labels', rows: numbers.map((number) => names?.[number] ?? number) };
  return { name, kind: 'other', rows: width === 1 ? numbers : cut(numbers, rows, width) };
}

interface Fractions {
  readonly name: string;
  readonly numbers: readonly number[];
  readonly rows: number;
  readonly width: number;
  readonly names: readonly string[] | undefined;
}

const OF_CLASSES = /prob|softmax|logit|score|class/i;

function fractionsOf(of: Fractions, { schema, signature }: AnswerWords): Part {
  const { name, numbers, rows, width, names } = of;
  const isOnly = signature.outputs.length === 1;
  const asked = schema?.answer;
  if (asked === 'values' || (width === 1 && asked === undefined && !/prob|sigmoid/i.test(name)))
    return width === 1
      ? { name, kind: 'value', rows: numbers.map(finite) }
      : { name, kind: 'other', rows: cut(numbers.map(finite), rows, width) };
  const isOfClasses =
    asked !== undefined || names !== undefined || OF_CLASSES.test(name) || (isOnly && areChances(numbers));
  if (!isOfClasses) return { name, kind: 'other', rows: cut(numbers.map(finite), rows, width) };
  const areLogits = asked === 'logits' || (asked === undefined && !areChances(numbers));
  const table = cut(numbers, rows, width).map((row) => {
    const chances = areLogits ? softmax(row) : row;
    return (width === 1 ? bothSides(chances, areLogits ? row : undefined) : chances).map(finite);
  });
  return { name, kind: 'chances', rows: table, names };
}

/** What could be probabilities; a policy may have rounded them, or left some out, so they need not add up to one. */
function areChances(numbers: readonly number[]): boolean {
  return numbers.every((number) => number >= 0 && number <= 1);
}

function softmax(row: readonly number[]): readonly number[] {
  const highest = Math.max(...row);
  const powers = row.map((number) => Math.exp(number - highest));
  const sum = powers.reduce((all, power) => all + power, 0);
  return powers.map((power) => power / sum);
}

/** One number for two classes is the probability, or the logit, of the second one. */
function bothSides(chances: readonly number[], logit: readonly number[] | undefined): readonly number[] {
  const chance = logit === undefined ? (chances[0] ?? 0) : 1 / (1 + Math.exp(-(logit[0] ?? 0)));
  return [1 - chance, chance];
}

function withNames(
  chances: readonly (number | null)[],
  names: readonly string[] | undefined,
): Readonly<Record<string, number | null>> {
  return Object.fromEntries(chances.map((chance, at) => [names?.[at] ?? String(at), chance]));
}

function greatest(chances: Readonly<Record<string, number | null>>): string | number | undefined {
  let best: readonly [string, number] | undefined;
  for (const [name, chance] of Object.entries(chances))
    if (chance !== null && (best === undefined || chance > best[1])) best = [name, chance];
  if (best === undefined) return undefined;
  return /^\d{1,9}$/.test(best[0]) ? Number(best[0]) : best[0];
}

function namesOf(output: string, { signature, schema }: AnswerWords): readonly string[] | undefined {
  return schema?.labels ?? signature.outputs.find(({ name }) => name === output)?.labels;
}

/** Elements of a row; `undefined` where the output does not count by rows. */
function widthOf(tensor: Tensor, rows: number): number | undefined {
  const form = rowForm({ shape: rows === 1 && tensor.shape.length === 0 ? [] : [-1] }, tensor.shape);
  return form.rows === rows ? form.width : undefined;
}

function plainOf(tensor: Tensor): unknown {
  return tensor.datatype === 'BYTES'
    ? tensor.strings
    : valuesOf(tensor).map((value) => finite(Number(value)));
}

function isFraction({ datatype }: NumericTensor): boolean {
  return datatype.startsWith('FP') || datatype === 'BF16';
}

function finite(number: number): number | null {
  return Number.isFinite(number) ? number : null;
}

function cut<T>(values: readonly T[], rows: number, width: number): readonly (readonly T[])[] {
  return Array.from({ length: rows }, (_none, row) => values.slice(row * width, (row + 1) * width));
}
