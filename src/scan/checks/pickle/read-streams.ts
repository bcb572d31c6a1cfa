import type { ByteRange, ByteSource } from '../../../bytes/index.ts';
import {
  joblibDataAfter,
  type PickleConstant,
  type PickleStream,
  type ReadPickleOptions,
  readPickle,
  readPickleBytes,
} from '../../../formats/index.ts';
import type { ScanBudget } from '../../check.ts';
import { findStream, isMeantPickle } from './find-stream.ts';
import { worthDecoding } from './worth-decoding.ts';

/** One stream of a file, with what lies before it and what is worth a look in it. */
export interface FoundStream {
  readonly stream: PickleStream;
  /** Bytes between the end of the last stream and the start of this one. */
  readonly gap: number;
  /** Strings and bytes that may hold something else. */
  readonly constants: readonly PickleConstant[];
  /** How many more there were. */
  readonly constantsDropped: number;
  /** What other loaders would make of the same bytes. */
  readonly others: readonly PickleStream[];
}

/** How the streams of a file ended. */
export interface StreamsEnd {
  /** Where the last stream ended. */
  readonly offset: number;
  /** Whether there may be more that was not looked for. */
  readonly isCut: boolean;
}

/** Streams of one file; PyTorch's older form has five, joblib one. */
const MAX_STREAMS = 1000;
/** Strings and bytes of one stream that are tried for something inside. */
const MAX_CONSTANTS = 20_000;
/** Bytes of a gap that are looked at in one piece, and how far pieces overlap. */
const PIECE_BYTES = 1 << 20;
const OVERLAP_BYTES = 1 << 10;

/**
 * Every pickle of a source, one after another to its end, also behind broken ones and behind bytes that belong to
 * none. `end` is how far streams are looked for.
 */
export async function* readStreams(
  source: ByteSource,
  budget: ScanBudget,
  range: { readonly start?: number; readonly end?: number } = {},
): AsyncGenerator<FoundStream, StreamsEnd> {
  const limit = range.end ?? source.size;
  let position = range.start ?? 0;
  let gap = 0;
  for (let count = 0; position < limit; count++) {
    if (count >= MAX_STREAMS) return { offset: position, isCut: true };
    const found = await readStream(source, budget, { start: position, gap });
    yield found;
    gap = 0;
    const end = Math.max(found.stream.end, position + 1);
    if (end >= limit) return { offset: found.stream.end, isCut: false };
    const isNext = found.stream.isComplete && (await beginsStream(source, end, budget));
    const next = isNext ? end : await findNextStream(source, { start: end, end: limit }, budget);
    if (next === undefined) return { offset: found.stream.end, isCut: false };
    gap = next - found.stream.end;
    position = next;
  }
  return { offset: position, isCut: false };
}

async function readStream(
  source: ByteSource,
  budget: ScanBudget,
  { start, gap }: { readonly start: number; readonly gap: number },
): Promise<FoundStream> {
  const constants: PickleConstant[] = [];
  let constantsDropped = 0;
  const sink = (constant: PickleConstant): void => {
    if (!worthDecoding(constant.value)) return;
    if (constants.length < MAX_CONSTANTS) constants.push(constant);
    else constantsDropped++;
  };
  const stream = await readPickle(source, {
    start,
    dataAfter: joblibDataAfter,
    constants: sink,
    limits: { ...limitsOf(budget), minConstantBytes: 16 },
  });
  budget.spendOperations(stream.operations);
  const others: PickleStream[] = [];
  const readAgain = async (options: Pick<ReadPickleOptions, 'dropsFrames'>): Promise<void> => {
    const other = await readPickle(source, { start, limits: limitsOf(budget), ...options });
    budget.spendOperations(other.operations);
    others.push(other);
  };
  // Where joblib reads data, `pickle.load` goes on with operations.
  if (stream.dataBytes > 0) await readAgain({});
  if (stream.findings.some(({ code }) => code === 'frame-crossed')) await readAgain({ dropsFrames: true });
  return { stream, gap, constants, constantsDropped, others };
}

function limitsOf(budget: ScanBudget): { maxOperations: number } {
  return { maxOperations: Math.min(MAX_OPERATIONS, budget.operationsLeft + 1) };
}

/** Operations of one stream: some hundred megabytes of memory. */
const MAX_OPERATIONS = 4_000_000;

/** Whether another stream follows right behind the last one. */
async function beginsStream(source: ByteSource, at: number, budget: ScanBudget): Promise<boolean> {
  const head = new Uint8Array(await source.read(at, PROBE_BYTES));
  const stream = readPickleBytes(head, { limits: { maxOperations: 1000, maxFindings: 1 } });
  budget.spendOperations(stream.operations);
  // A stream of data alone may be as short as `N.`.
  return isMeantPickle(stream, head) || (stream.isComplete && stream.value !== undefined);
}

const PROBE_BYTES = 1 << 12;

/**
 * Where the next pickle begins in a range that should hold none; `undefined` when there is none. Throws `ScanStopped`
 * where the search takes more than is left.
 */
export async function findNextStream(
  source: ByteSource,
  { start, end }: ByteRange,
  budget: ScanBudget,
): Promise<number | undefined> {
  const spend = (operations: number): void => budget.spendOperations(operations);
  for (let at = start; at < end; at += PIECE_BYTES - OVERLAP_BYTES) {
    const piece = new Uint8Array(await source.read(at, Math.min(PIECE_BYTES, end - at)));
    const found = findStream(piece, spend);
    if (found !== undefined) return at + found;
    if (piece.length < PIECE_BYTES) return undefined;
  }
  return undefined;
}
