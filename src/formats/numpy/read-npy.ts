import { type ByteRange, type ByteSource, bufferView } from '../../bytes/index.ts';
import type { FormatProblem } from '../problem.ts';
import { ProblemLog } from '../problem-log.ts';
import { itemTypeOf, shapeOf } from './item-type.ts';
import { DEFAULT_NPY_LIMITS, type NpyLimits } from './limits.ts';
import { type Literal, parseLiteral } from './literal.ts';

/** An array file as its header describes it. */
export interface NpyDocument {
  /** What follows the header: raw items, or a pickle of them. `undefined` when the header says nothing of use. */
  readonly content: 'items' | 'pickle' | undefined;
  /** Where it is; a pickle has no stated length. */
  readonly data: ByteRange;
  /** What its items are, where the header is sound. */
  readonly array?: NpyArray;
  readonly problems: readonly FormatProblem[];
}

/** An array as its header describes it. */
export interface NpyArray {
  /** `numpy.dtype.str`, as `<f4`; absent for records. */
  readonly type?: string;
  readonly shape: readonly bigint[];
  /** Columns first. */
  readonly isFortranOrder: boolean;
}

const MAGIC = Buffer.from('\x93NUMPY', 'latin1');
const KEYS = ['descr', 'fortran_order', 'shape'];

/**
 * Reads the header of a `.npy` file of versions 1 to 3 (NEP 1). The header is taken for a literal, as NumPy does, and
 * never evaluated. Throws only what the source throws.
 */
export async function readNpy(source: ByteSource, options: Partial<NpyLimits> = {}): Promise<NpyDocument> {
  const limits = { ...DEFAULT_NPY_LIMITS, ...options };
  const log = new ProblemLog();
  const header = await readHeader(source, limits, log);
  const nothing = { content: undefined, data: { start: source.size, end: source.size } };
  if (header === undefined) return { ...nothing, problems: log.problems };
  const array = describeArray(header.text, limits, log);
  if (array === undefined) return { ...nothing, problems: log.problems };
  const start = header.end;
  if (array.hasObjects)
    return { content: 'pickle', data: { start, end: source.size }, problems: log.problems };
  const left = BigInt(source.size - start);
  if (array.bytes > left) log.error('NUMPY_TRUNCATED', start, 'the data is shorter than the shape says');
  const end = array.bytes > left ? source.size : start + Number(array.bytes);
  if (end < source.size) log.error('NUMPY_TRAILING_DATA', end, `${source.size - end} bytes behind the array`);
  return { content: 'items', data: { start, end }, array: array.array, problems: log.problems };
}

interface Header {
  readonly text: string;
  readonly end: number;
}

/** Where the header is; `undefined` when the file does not begin as an array. */
async function headerRange(
  source: ByteSource,
  log: ProblemLog,
): Promise<(ByteRange & { major: number }) | undefined> {
  const head = bufferView(Uint8Array.from(await source.read(0, 12)));
  if (head.length < 10 || !head.subarray(0, 6).equals(MAGIC)) {
    log.error('NUMPY_MAGIC', 0, 'it does not begin as a NumPy array');
    return undefined;
  }
  const [major = 0, minor = 0] = head.subarray(6, 8);
  const isWide = major > 1;
  if (major < 1 || major > 3 || minor !== 0 || (isWide && head.length < 12)) {
    log.error('NUMPY_VERSION', 6, `version ${major}.${minor}`);
    return undefined;
  }
  const start = isWide ? 12 : 10;
  return { major, start, end: start + (isWide ? head.readUInt32LE(8) : head.readUInt16LE(8)) };
}

async function readHeader(
  source: ByteSource,
  limits: NpyLimits,
  log: ProblemLog,
): Promise<Header | undefined> {
  const range = await headerRange(source, log);
  if (range === undefined) return undefined;
  const { start, end, major } = range;
  const length = end - start;
  if (length > limits.maxHeaderBytes) {
    log.error('NUMPY_HEADER_LONG', 8, `a header of ${length} bytes`);
    if (length > limits.maxHeldHeaderBytes) return undefined;
  }
  const bytes = bufferView(Uint8Array.from(await source.read(start, length)));
  if (bytes.length < length) {
    log.error('NUMPY_TRUNCATED', start, 'the header is cut');
    return undefined;
  }
  if (bytes.at(-1) !== 0x0a) log.notice('NUMPY_HEADER_ODD', start, 'the header does not end its line');
  return { text: bytes.toString(major === 3 ? 'utf8' : 'latin1'), end };
}

interface ArrayShape {
  readonly bytes: bigint;
  readonly hasObjects: boolean;
  readonly array: NpyArray;
}

function describeArray(text: string, limits: NpyLimits, log: ProblemLog): ArrayShape | undefined {
  const fields = fieldsOf(parseLiteral(text));
  if (fields === undefined) {
    log.error('NUMPY_HEADER_INVALID', 10, 'the header is not the literal that NumPy writes');
    return undefined;
  }
  const { descr, shape, isFortranOrder } = fields;
  const item = itemTypeOf(descr, limits.maxTypeDepth);
  const sides = shapeOf(shape);
  if (item === undefined || sides === undefined || sides.length > limits.maxDimensions) {
    log.error('NUMPY_HEADER_INVALID', 10, 'a type or shape that is none');
    return undefined;
  }
  return {
    bytes: sides.reduce((product, side) => product * side, item.bytes),
    hasObjects: item.hasObjects,
    array: { ...(typeof descr === 'string' && { type: descr }), shape: sides, isFortranOrder },
  };
}

/** Exactly the three entries that a header has, each once. */
function fieldsOf(
  header: Literal | undefined,
): { descr: Literal; shape: Literal; isFortranOrder: boolean } | undefined {
  if (header === undefined || header === null || typeof header !== 'object' || header.kind !== 'dict')
    return undefined;
  const keys = header.entries.map(([key]) => (typeof key === 'string' ? key : ''));
  if (keys.length !== KEYS.length || !KEYS.every((key) => keys.includes(key))) return undefined;
  const byName = new Map(header.entries.map(([key, value]) => [key as string, value]));
  const isFortranOrder = byName.get('fortran_order');
  if (typeof isFortranOrder !== 'boolean') return undefined;
  return { descr: byName.get('descr') ?? null, shape: byName.get('shape') ?? null, isFortranOrder };
}
