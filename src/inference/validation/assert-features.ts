import type { Feature, InputSchema, ModelSignature } from '../../api/index.ts';
import { elementCodec, quoteText, rowForm, type Tensor, tensorView } from '../../bytes/index.ts';
import { StrongroomError } from '../../errors/index.ts';

/** The columns of one input: elements of a row, all that is behind the first dimension. */
interface Columns {
  readonly tensor: Tensor;
  readonly rows: number;
  readonly features: readonly Feature[];
}

/**
 * Holds every value against the feature that it is of. Throws `TENSOR_VALUE`, naming feature and row, and
 * `SCHEMA_MISMATCH` where the schema has other columns than the model.
 */
export function assertFeatures(
  inputs: readonly Tensor[],
  signature: ModelSignature,
  schema: InputSchema,
): void {
  for (const columns of columnsOf(inputs, signature, schema)) {
    const { maxRows } = schema;
    if (maxRows !== undefined && columns.rows > maxRows) {
      throw new StrongroomError(
        'TENSOR_VALUE',
        `${columns.rows} rows at once, and at most ${maxRows} are taken`,
        {
          hint: 'send fewer rows in one request',
        },
      );
    }
    assertColumns(columns);
  }
}

function columnsOf(
  inputs: readonly Tensor[],
  signature: ModelSignature,
  { features }: InputSchema,
): readonly Columns[] {
  let at = 0;
  const all = signature.inputs.flatMap((spec) => {
    const tensor = inputs.find(({ name }) => name === spec.name);
    if (tensor === undefined) return [];
    const { rows, width } = rowForm(spec, tensor.shape);
    const own = features.slice(at, (at += width));
    return [{ tensor, rows, features: own }];
  });
  if (at !== features.length) {
    throw new StrongroomError(
      'SCHEMA_MISMATCH',
      `the model takes ${at} features, and its schema has ${features.length}`,
    );
  }
  return all;
}

function assertColumns({ tensor, rows, features }: Columns): void {
  const judges = features.map((feature) => judgeOf(feature));
  if (judges.every((judge) => judge === undefined)) return;
  const valueAt = readerOf(tensor);
  for (let row = 0; row < rows; row++) {
    for (const [column, judge] of judges.entries()) {
      const complaint = judge?.(valueAt(row * judges.length + column));
      if (complaint === undefined) continue;
      const name = quoteText((features[column]?.name ?? '').slice(0, 80));
      throw new StrongroomError('TENSOR_VALUE', `feature ${name}, row ${row}: ${complaint}`);
    }
  }
}

function readerOf(tensor: Tensor): (at: number) => number | string {
  if (tensor.datatype === 'BYTES') return (at) => tensor.strings[at] ?? '';
  const { size, read } = elementCodec(tensor.datatype);
  const view = tensorView(tensor);
  return (at) => Number(read(view, at * size));
}

/** Says what is wrong with a value; `undefined` where nothing is. */
type Judge = (value: number | string) => string | undefined;

/** `undefined` for a feature that takes everything. NaN passes: whether it is taken at all was decided before. */
function judgeOf({ type, min, max, categories }: Feature): Judge | undefined {
  if (categories !== undefined) {
    const known = new Set(categories);
    return (value) => (known.has(String(value)) ? undefined : 'the value is none of its categories');
  }
  if (min === undefined && max === undefined && (type === undefined || type === 'number' || type === 'text'))
    return undefined;
  return (value) => {
    const number = Number(value);
    if (min !== undefined && number < min) return `${number} is below ${min}`;
    if (max !== undefined && number > max) return `${number} is above ${max}`;
    if (type === 'integer' && Number.isFinite(number) && !Number.isInteger(number))
      return `${number} is no whole number`;
    return type === 'boolean' && number !== 0 && number !== 1 ? `${number} is neither 0 nor 1` : undefined;
  };
}
