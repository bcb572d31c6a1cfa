import { type ByteSource, bufferView } from '../../bytes/index.ts';
import { CENTRAL_SIGNATURE } from './zip-header.ts';

const END_MAGIC = Uint8Array.of(0x50, 0x4b, 0x05, 0x06);
const END_BYTES = 22;
const LOCATOR_SIGNATURE = 0x07064b50;
const LOCATOR_BYTES = 20;
const END64_SIGNATURE = 0x06064b50;
const END64_BYTES = 56;
const MAX_COMMENT_BYTES = 0xffff;
/** End records that are looked at: an honest archive has one. */
const MAX_ENDS = 16;

/** One end-of-central-directory record, and where the directory really is. */
export interface ZipEnd {
  /** Where the record is in the source. */
  readonly offset: number;
  /** Behind the record and its comment. */
  readonly end: number;
  readonly commentLength: number;
  readonly entries: number;
  readonly directoryOffset: number;
  readonly directorySize: number;
  /** What must be added to offsets in the directory: bytes were put before the archive. */
  readonly shift: number;
  readonly disk: number;
  /** Whether a zip64 record gave the numbers, and whether it contradicts the plain one. */
  readonly zip64: 'none' | 'consistent' | 'contradicts' | 'broken';
}

/**
 * Every end record in the last 64 KiB whose directory is there, the last one first; twice where a directory stands
 * both right before the record and where the record says, since readers differ in which they take.
 */
export async function findZipEnds(source: ByteSource): Promise<readonly ZipEnd[]> {
  const start = Math.max(0, source.size - END_BYTES - MAX_COMMENT_BYTES);
  const tail = new Uint8Array(await source.read(start, source.size - start));
  const buffer = bufferView(tail);
  const ends: ZipEnd[] = [];
  let at = buffer.lastIndexOf(END_MAGIC);
  for (let looked = 0; at >= 0 && looked < MAX_ENDS; looked++) {
    if (at + END_BYTES <= tail.length) {
      ends.push(...(await readEnd(source, tail.subarray(at, at + END_BYTES), start + at)));
    }
    at = at === 0 ? -1 : buffer.lastIndexOf(END_MAGIC, at - 1);
  }
  return ends;
}

async function readEnd(source: ByteSource, bytes: Uint8Array, offset: number): Promise<readonly ZipEnd[]> {
  const view = viewOf(bytes);
  const plain = {
    disk: view.getUint16(4, true),
    entries: view.getUint16(10, true),
    directorySize: view.getUint32(12, true),
    directoryOffset: view.getUint32(16, true),
  };
  const wide = await readEnd64(source, offset);
  const needsWide =
    plain.entries === 0xffff || plain.directorySize === 0xffffffff || plain.directoryOffset === 0xffffffff;
  const zip64: ZipEnd['zip64'] =
    wide === undefined ? (needsWide ? 'broken' : 'none') : contradicts(plain, wide);
  const used = wide ?? { ...plain, before: offset };
  const commentLength = view.getUint16(20, true);
  const record = { offset, end: offset + END_BYTES + commentLength, commentLength, disk: plain.disk, zip64 };
  return (await placeDirectory(source, used)).map((placed) => ({ ...placed, ...record }));
}

interface DirectoryClaim {
  readonly entries: number;
  readonly directorySize: number;
  readonly directoryOffset: number;
}

type Placed = Pick<ZipEnd, 'entries' | 'directoryOffset' | 'directorySize' | 'shift'>;

/** Looks for the directory right before its end record, and where the record says. */
async function placeDirectory(
  source: ByteSource,
  claim: DirectoryClaim & { readonly before: number },
): Promise<readonly Placed[]> {
  const { entries, directorySize } = claim;
  const adjacent = claim.before - directorySize;
  if (entries === 0 && directorySize === 0)
    return [{ entries, directorySize, directoryOffset: claim.before, shift: 0 }];
  const placed: Placed[] = [];
  for (const directoryOffset of new Set([adjacent, claim.directoryOffset])) {
    if (directoryOffset < 0 || directoryOffset + 4 > source.size) continue;
    if (viewOf(await source.read(directoryOffset, 4)).getUint32(0, true) !== CENTRAL_SIGNATURE) continue;
    placed.push({ entries, directorySize, directoryOffset, shift: directoryOffset - claim.directoryOffset });
  }
  return placed;
}

async function readEnd64(
  source: ByteSource,
  endOffset: number,
): Promise<(DirectoryClaim & { readonly before: number }) | undefined> {
  const locatorOffset = endOffset - LOCATOR_BYTES;
  if (locatorOffset < 0) return undefined;
  const locator = viewOf(new Uint8Array(await source.read(locatorOffset, LOCATOR_BYTES)));
  if (locator.getUint32(0, true) !== LOCATOR_SIGNATURE) return undefined;
  const claimed = safeNumber(locator.getBigUint64(8, true));
  for (const offset of [claimed, locatorOffset - END64_BYTES]) {
    if (offset < 0 || offset + END64_BYTES > locatorOffset) continue;
    const record = viewOf(new Uint8Array(await source.read(offset, END64_BYTES)));
    if (record.byteLength < END64_BYTES || record.getUint32(0, true) !== END64_SIGNATURE) continue;
    return {
      entries: safeNumber(record.getBigUint64(32, true)),
      directorySize: safeNumber(record.getBigUint64(40, true)),
      directoryOffset: safeNumber(record.getBigUint64(48, true)),
      before: offset,
    };
  }
  return undefined;
}

function contradicts(plain: DirectoryClaim, wide: DirectoryClaim): 'consistent' | 'contradicts' {
  const agrees = (narrow: number, value: number, unknown: number): boolean =>
    narrow === unknown || narrow === value;
  return agrees(plain.entries, wide.entries, 0xffff) &&
    agrees(plain.directorySize, wide.directorySize, 0xffffffff) &&
    agrees(plain.directoryOffset, wide.directoryOffset, 0xffffffff)
    ? 'consistent'
    : 'contradicts';
}

function safeNumber(value: bigint): number {
  return value > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(value);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
