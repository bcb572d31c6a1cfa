import { quoteText } from '../../bytes/index.ts';
import { StrongroomError } from '../../errors/index.ts';
import type { Column, ColumnPlan } from './column-plan.ts';
import type { Row } from './row-tensors.ts';

/** Longest line, in characters. */
const MAX_LINE_CHARS = 1 << 20;

/**
 * Cuts CSV (RFC 4180) into records as its text arrives: fields in double quotes may hold commas, line ends and doubled
 * quotes. Empty lines are left out. Throws `FEATURE_INVALID`.
 */
export class CsvCutter {
  #fields: string[] = [];
  #field = '';
  /** Inside quotes; or behind a quote that closed, or doubles, a field. */
  #state: 'plain' | 'quoted' | 'closed' = 'plain';
  #chars = 0;
  #record = 0;

  /** The records that end in this piece of the text. */
  *cut(text: string): Generator<readonly string[]> {
    for (const character of text) {
      if (++this.#chars > MAX_LINE_CHARS) throw this.#refuse(`is longer than ${MAX_LINE_CHARS} characters`);
      if (this.#state === 'quoted') this.#inside(character);
      else if (character === '"') this.#quote();
      else if (character === ',') this.#endField();
      else if (character === '\n') yield* this.#endRecord();
      else if (character !== '\r') this.#plain(character);
    }
  }

  /** The record that the text ends with, if it does not end with a line end. */
  *end(): Generator<readonly string[]> {
    if (this.#state === 'quoted') throw this.#refuse('ends inside of quotes');
    yield* this.#endRecord();
  }

  #inside(character: string): void {
    if (character === '"') this.#state = 'closed';
    else this.#field += character;
  }

  #quote(): void {
    if (this.#state === 'closed') this.#field += '"';
    else if (this.#field !== '') throw this.#refuse('has a quote inside of a field that has none around it');
    this.#state = 'quoted';
  }

  #plain(character: string): void {
    if (this.#state === 'closed') throw this.#refuse('goes on behind a closing quote');
    this.#field += character;
  }

  #endField(): void {
    this.#fields.push(this.#field);
    this.#field = '';
    this.#state = 'plain';
  }

  *#endRecord(): Generator<readonly string[]> {
    const isEmpty = this.#fields.length === 0 && this.#field === '' && this.#state === 'plain';
    if (!isEmpty) {
      this.#endField();
      yield this.#fields;
    }
    this.#fields = [];
    this.#chars = 0;
    this.#record++;
  }

  #refuse(what: string): StrongroomError {
    return new StrongroomError('FEATURE_INVALID', `line ${this.#record + 1} of the CSV ${what}`);
  }
}

/**
 * Puts the fields of records into the order of the columns, by the names in the first record, and reads them by the
 * datatype of their column: an empty field is `null`. Throws `FEATURE_INVALID` for a name that is unknown, missing or
 * there twice.
 */
export function csvRowReader(
  plan: ColumnPlan,
  header?: readonly string[],
): (record: readonly string[], row: number) => Row {
  const places = header === undefined ? undefined : placesOf(plan.columns, header);
  return (record, row) => {
    const width = header?.length ?? plan.columns.length;
    if (record.length !== width)
      throw new StrongroomError(
        'FEATURE_INVALID',
        `row ${row} has ${record.length} fields, and not ${width}`,
      );
    return plan.columns.map((column, at) => valueOf(record[places?.[at] ?? at] ?? '', column));
  };
}

/** Where in a record the value of each column stands. */
function placesOf(columns: readonly Column[], header: readonly string[]): readonly number[] {
  const names = header.map((name) => name.trim());
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw refuseName(twice, 'stands twice in the first line');
  const known = new Set(columns.map(({ name }) => name));
  const other = names.find((name) => !known.has(name));
  if (other !== undefined) throw refuseName(other, 'is none that the model has');
  return columns.map(({ name }) => {
    const at = names.indexOf(name);
    if (at < 0) throw refuseName(name, 'is missing in the first line');
    return at;
  });
}

function refuseName(name: string, what: string): StrongroomError {
  const shown = quoteText(name.length > 80 ? `${name.slice(0, 77)}...` : name);
  return new StrongroomError('FEATURE_INVALID', `the feature ${shown} ${what}`, {
    hint: 'the first line names the features; CSV without one is sent as text/csv; header=absent, or with --no-header',
  });
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const WORDS = new Map<string, unknown>([
  ['', null],
  ['nan', Number.NaN],
  ['inf', Number.POSITIVE_INFINITY],
  ['-inf', Number.NEGATIVE_INFINITY],
  ['infinity', Number.POSITIVE_INFINITY],
  ['-infinity', Number.NEGATIVE_INFINITY],
  ['true', true],
  ['false', false],
]);

/** A field by the datatype of its column. What is none of it stays text, and is refused as such. */
function valueOf(field: string, { datatype }: Column): unknown {
  if (datatype === 'BYTES') return field;
  const text = field.trim();
  if (!NUMBER.test(text)) {
    const word = text.toLowerCase();
    return WORDS.has(word) ? WORDS.get(word) : text;
  }
  const isLong = /^[+-]?\d{16,20}$/.test(text);
  return isLong && datatype.endsWith('64') && !datatype.startsWith('FP') ? BigInt(text) : Number(text);
}

/** A record of CSV, with its line end; RFC 4180 has both characters. */
export function csvLine(fields: readonly string[], lineEnd = '\r\n'): string {
  const shown = fields.map((field) => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field));
  return `${shown.join(',')}${lineEnd}`;
}
