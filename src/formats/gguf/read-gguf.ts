import type { ByteSource } from '../../bytes/index.ts';
import type { FormatProblem } from '../problem.ts';
import { ProblemLog, ReadingHalt } from '../problem-log.ts';
import { GgufCursor } from './cursor.ts';
import { DEFAULT_GGUF_LIMITS, type GgufLimits } from './limits.ts';
import { type GgufEntry, readEntry } from './metadata.ts';
import { checkTensors, type GgufTensor, readTensor } from './tensors.ts';
import { GGUF_ARRAY, GGUF_UINT32 } from './type-table.ts';

/** `GGUF`, as a little-endian number. */
const MAGIC = 0x46554747;
const VERSIONS = [2, 3];
const LOW_HALF = 0xffff;
const DEFAULT_ALIGNMENT = 32;
/** A key of one byte, its length, a type and one byte of value; a name, its length, no dimensions, type, offset. */
const MIN_ENTRY_BYTES = 14n;
const MIN_TENSOR_BYTES = 24n;
/** Beyond a page nobody aligns; the gaps could hide something. */
const MAX_USUAL_ALIGNMENT = 4096;

/** What the header of a GGUF file says, and where it breaks its format. */
export interface GgufDocument {
  readonly version: number;
  readonly entries: readonly GgufEntry[];
  readonly tensors: readonly GgufTensor[];
  readonly problems: readonly FormatProblem[];
}

/**
 * Reads the header of a GGUF file (ggml/docs/gguf.md; checks as ggml/src/gguf.cpp and the fixes of its advisories)
 * with exact bounds; of the tensors only their places. What was read before a broken place is kept: a chat template
 * in front of the damage is still one. Never throws for bad bytes.
 */
export async function readGguf(source: ByteSource, limits: Partial<GgufLimits> = {}): Promise<GgufDocument> {
  const log = new ProblemLog();
  const cursor = new GgufCursor(source, log, { ...DEFAULT_GGUF_LIMITS, ...limits });
  const entries: GgufEntry[] = [];
  const tensors: GgufTensor[] = [];
  let version = 0;
  try {
    version = await readVersion(cursor);
    const tensorCount = await readCount(cursor, MIN_TENSOR_BYTES, 'tensors');
    const entryCount = await readCount(cursor, MIN_ENTRY_BYTES, 'metadata entries');
    await readEntries(cursor, entryCount, entries);
    const alignment = alignmentOf(entries, log);
    for (let count = 0; count < tensorCount; count++) tensors.push(await readTensor(cursor));
    checkTensors(tensors, { headerEnd: cursor.position, alignment, size: source.size }, log);
  } catch (error) {
    // A halt has noted its reason already; the header ends there.
    if (!(error instanceof ReadingHalt)) throw error;
  }
  return { version, entries, tensors, problems: log.problems };
}

async function readVersion(cursor: GgufCursor): Promise<number> {
  if ((await cursor.uint32()) !== MAGIC) cursor.fail('GGUF_MAGIC', 0, 'does not begin with GGUF');
  const at = cursor.position;
  const version = await cursor.uint32();
  if ((version & LOW_HALF) === 0) cursor.fail('GGUF_VERSION', at, `version ${version}: big-endian or zero`);
  if (!VERSIONS.includes(version)) cursor.fail('GGUF_VERSION', at, `version ${version}, known are 2 and 3`);
  return version;
}

async function readCount(cursor: GgufCursor, minBytes: bigint, what: string): Promise<number> {
  const at = cursor.position;
  const count = BigInt.asIntN(64, await cursor.uint64());
  if (count < 0n || count > BigInt(cursor.remaining) / minBytes) {
    cursor.fail('GGUF_COUNT', at, `${count} ${what} do not fit into the file`);
  }
  if (count > cursor.limits.maxEntries)
    cursor.stop(at, `${count} ${what}, read are ${cursor.limits.maxEntries}`);
  return Number(count);
}

async function readEntries(cursor: GgufCursor, count: number, entries: GgufEntry[]): Promise<void> {
  const keys = new Set<string>();
  for (let read = 0; read < count; read++) {
    const entry = await readEntry(cursor);
    if (keys.has(entry.key)) cursor.log.error('GGUF_DUPLICATE_KEY', entry.offset, `a key appears twice`);
    keys.add(entry.key);
    entries.push(entry);
  }
}

function alignmentOf(entries: readonly GgufEntry[], log: ProblemLog): number {
  const entry = entries.find(({ key }) => key === 'general.alignment');
  if (entry === undefined) return DEFAULT_ALIGNMENT;
  const { value, type, offset } = entry;
  if (type === GGUF_ARRAY || type !== GGUF_UINT32 || typeof value !== 'number') {
    log.error('GGUF_ALIGNMENT', offset, 'the alignment is not a UINT32');
    throw new ReadingHalt('alignment');
  }
  if (value <= 0 || !Number.isInteger(Math.log2(value))) {
    log.error('GGUF_ALIGNMENT', offset, `the alignment ${value} is not a power of two`);
    throw new ReadingHalt('alignment');
  }
  if (value > MAX_USUAL_ALIGNMENT)
    log.notice('GGUF_ALIGNMENT_LARGE', offset, `an alignment of ${value} bytes`);
  return value;
}
