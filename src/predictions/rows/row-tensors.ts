import { elementCodec, quoteText, type Tensor } from '../../bytes/index.ts';
import { StrongroomError } from '../../errors/index.ts';
import type { Column, ColumnPlan, PlannedInput } from './column-plan.ts';

/** The values of one row, in the order of the columns. */
export type Row = readonly unknown[];

/** Names that a row has, and where they belong; looked up for every row. */
type Places = ReadonlyMap<string, number>;

/**
 * A reader of rows as JSON has them: an array in the order of the columns, or an object by their names. It throws
 * `FEATURE_INVALID`, naming the row and the feature.
 */
export function rowReader({ columns }: ColumnPlan): (value: unknown, row: number) => Row {
  const places: Places = new Map(columns.map(({ name }, at) => [name, at]));
  return (value, row) => {
    if (Array.isArray(value)) return positional(value as Row, columns.length, row);
    if (typeof value === 'object' && value !== null) return byName(value, { columns, places }, row);
    throw refuse(`row ${row} is neither an array of features nor an object of named ones`);
  };
}

function positional(values: Row, width: number, row: number): Row {
  if (values.length === width) return values;
  throw refuse(`row ${row} has ${values.length} features, and the model takes ${width}`);
}

function byName(
  value: object,
  { columns, places }: { readonly columns: readonly Column[]; readonly places: Places },
  row: number,
): Row {
  const values: unknown[] = Array.from({ length: columns.length });
  const entries = Object.entries(value) as [string, unknown][];
  for (const [name, own] of entries) {
    const place = places.get(name);
    if (place === undefined) throw refuse(`row ${row}: the model has no feature ${shown(name)}`);
    values[place] = own;
  }
  if (entries.length === columns.length) return values;
  const missing = columns.find(({ name }) => !Object.hasOwn(value, name));
  throw refuse(`row ${row}: the feature ${shown(missing?.name ?? '')} is missing`);
}

/**
 * Rows as the inputs of a model. `null` is NaN where the model takes fractions: something that is missing. `first` is
 * the number of the first row, for messages. Throws `FEATURE_INVALID`, naming feature and row.
 */
export function rowTensors(rows: readonly Row[], plan: ColumnPlan, first = 0): readonly Tensor[] {
  let from = 0;
  return plan.inputs.map((input) => {
    const place = { input, from, columns: plan.columns, first };
    from += input.width;
    return input.datatype === 'BYTES' ? textTensor(rows, place) : numberTensor(rows, place);
  });
}

/** An input, and where its columns stand in a row. */
interface Place {
  readonly input: PlannedInput;
  readonly from: number;
  readonly columns: readonly Column[];
  readonly first: number;
}

function numberTensor(rows: readonly Row[], place: Place): Tensor {
  const { name, datatype, width } = place.input;
  if (datatype === 'BYTES') throw new StrongroomError('INTERNAL', 'texts are no numbers');
  const codec = elementCodec(datatype);
  const data = new Uint8Array(rows.length * width * codec.size);
  const view = new DataView(data.buffer);
  const isFraction = datatype.startsWith('FP') || datatype === 'BF16';
  let at = 0;
  for (const [row, values] of rows.entries()) {
    for (let column = place.from; column < place.from + width; column++, at += codec.size) {
      const value = values[column] === null && isFraction ? Number.NaN : values[column];
      if (!codec.write(view, at, numberOf(value)))
        throw refuseValue(place, { row, column, what: `no ${datatype}` });
    }
  }
  return { name, datatype, shape: shapeOf(place.input, rows.length), data };
}

/** Booleans are numbers for models that know only those. */
function numberOf(value: unknown): unknown {
  return typeof value === 'boolean' ? Number(value) : value;
}

function textTensor(rows: readonly Row[], place: Place): Tensor {
  const { name, width } = place.input;
  const strings = rows.flatMap((values, row) =>
    values.slice(place.from, place.from + width).map((value, at) => {
      if (typeof value === 'string') return value;
      throw refuseValue(place, { row, column: place.from + at, what: 'no text' });
    }),
  );
  return { name, datatype: 'BYTES', shape: shapeOf(place.input, rows.length), strings };
}

function shapeOf({ hasRows, rowShape }: PlannedInput, rows: number): readonly number[] {
  return hasRows ? [rows, ...rowShape] : rowShape;
}

function refuseValue(
  { columns, first }: Place,
  { row, column, what }: { readonly row: number; readonly column: number; readonly what: string },
): StrongroomError {
  const name = columns[column]?.name ?? '';
  return refuse(`feature ${shown(name)}, row ${first + row}: the value is ${what}`);
}

function refuse(what: string): StrongroomError {
  return new StrongroomError('FEATURE_INVALID', what);
}

function shown(name: string): string {
  return quoteText(name.length > 80 ? `${name.slice(0, 77)}...` : name);
}
