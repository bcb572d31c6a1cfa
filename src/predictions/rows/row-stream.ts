import { StrongroomError } from '../../errors/index.ts';
import { CsvCutter } from './csv.ts';
import { readRowJson } from './read-question.ts';

/** Longest row, in bytes. */
const MAX_LINE_BYTES = 1 << 20;
const LINE_FEED = 0x0a;

/** The rows of newline-delimited JSON as it arrives; empty lines are left out. Throws `REQUEST_MALFORMED`. */
export async function* ndjsonRows(bytes: AsyncIterable<Uint8Array>): AsyncGenerator {
  let row = 0;
  for await (const line of linesOf(bytes)) {
    if (line.every((byte) => byte <= 0x20)) continue;
    yield readLine(line, row);
    row++;
  }
}

/** Says which row it was. */
function readLine(line: Uint8Array, row: number): unknown {
  try {
    return readRowJson(line);
  } catch (error) {
    if (!(error instanceof StrongroomError)) throw error;
    throw new StrongroomError(error.code, `row ${row}: ${error.message}`, { hint: error.hint });
  }
}

async function* linesOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let rest = Buffer.alloc(0);
  for await (const chunk of bytes) {
    let all = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk]);
    for (let end = all.indexOf(LINE_FEED); end >= 0; end = all.indexOf(LINE_FEED)) {
      yield all.subarray(0, end);
      all = all.subarray(end + 1);
    }
    if (all.length > MAX_LINE_BYTES) {
      throw new StrongroomError('INPUT_TOO_LARGE', `a row is longer than ${MAX_LINE_BYTES} bytes`);
    }
    rest = all;
  }
  if (rest.length > 0) yield rest;
}

/** The records of CSV as it arrives, in UTF-8 with or without a byte order mark. Throws `FEATURE_INVALID`. */
export async function* csvRecords(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<readonly string[]> {
  const cutter = new CsvCutter();
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for await (const chunk of bytes) yield* cutter.cut(decoded(decoder, chunk));
  yield* cutter.cut(decoded(decoder));
  yield* cutter.end();
}

function decoded(decoder: TextDecoder, chunk?: Uint8Array): string {
  try {
    return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
  } catch (cause) {
    throw new StrongroomError('FEATURE_INVALID', 'the CSV is not UTF-8', { cause });
  }
}

/** Items in groups of `size`, the last one shorter. */
export async function* inGroups<T>(items: AsyncIterable<T>, size: number): AsyncGenerator<readonly T[]> {
  let group: T[] = [];
  for await (const item of items) {
    group.push(item);
    if (group.length < size) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}
