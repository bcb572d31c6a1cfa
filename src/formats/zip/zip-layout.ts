import { type ByteRange, type ByteSource, bufferView } from '../../bytes/index.ts';
import type { ZipLimits } from './limits.ts';
import { localMember, readLocalHeader } from './match-headers.ts';
import { defersSizes } from './zip-header.ts';
import { FLAG_DESCRIPTOR, type ZipMember } from './zip-member.ts';
import { quoteName, type ZipNotes } from './zip-notes.ts';

const LOCAL_MAGIC = Uint8Array.of(0x50, 0x4b, 0x03, 0x04);
const DESCRIPTOR_SIGNATURE = 0x08074b50;
const LONGEST_DESCRIPTOR = 24;
const SEARCH_BYTES = 1 << 18;

/** What every reader accounts for: members with their headers and descriptors, directories, end records. */
export interface ZipExtents {
  readonly members: readonly ByteRange[];
  readonly other: readonly ByteRange[];
}

/** The bytes that a member takes in the source, its headers and descriptor included. */
export async function memberExtent(
  source: ByteSource,
  member: ZipMember,
  notes: ZipNotes,
): Promise<ByteRange | undefined> {
  const { local, data } = member;
  if (local === undefined) return undefined;
  const expected = local.end + (member.central?.compressedSize ?? data.end - data.start);
  if (expected > source.size)
    notes.error(
      'ZIP_TRUNCATED',
      local.offset,
      `${quoteName(member.name)} reaches beyond the end of the file`,
    );
  if ((local.flags & FLAG_DESCRIPTOR) === 0) return { start: local.offset, end: data.end };
  const length = await descriptorLength(source, member);
  if (length === undefined && expected <= source.size)
    notes.error(
      'ZIP_DESCRIPTOR',
      data.end,
      `no data descriptor of ${quoteName(member.name)} is where it should be`,
    );
  return { start: local.offset, end: data.end + (length ?? 0) };
}

/** Bytes of the data descriptor behind the data: with or without signature, with 32 or 64 bit sizes. */
async function descriptorLength(source: ByteSource, member: ZipMember): Promise<number | undefined> {
  const bytes = await source.read(member.data.end, LONGEST_DESCRIPTOR);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.byteLength < 12) return undefined;
  const start = view.getUint32(0, true) === DESCRIPTOR_SIGNATURE ? 4 : 0;
  if (view.getUint32(start, true) !== member.crc) return undefined;
  const compressedSize = member.data.end - member.data.start;
  const narrow = view.getUint32(start + 4, true) === compressedSize;
  if (start + 20 <= view.byteLength && view.getBigUint64(start + 4, true) === BigInt(compressedSize)) {
    if (view.getBigUint64(start + 12, true) === BigInt(member.size)) return start + 20;
  }
  return narrow ? start + 12 : undefined;
}

/** The ranges that nothing accounts for, and those that two members share. */
export function findGaps(
  size: number,
  { members, other }: ZipExtents,
  notes: ZipNotes,
): readonly ByteRange[] {
  const ordered = [...members, ...other].sort((a, b) => a.start - b.start || a.end - b.end);
  const gaps: ByteRange[] = [];
  let end = 0;
  for (const extent of ordered) {
    if (extent.start > end) gaps.push({ start: end, end: extent.start });
    if (extent.start < end && extent.end > extent.start)
      notes.error('ZIP_OVERLAP', extent.start, 'two members or headers share bytes');
    end = Math.max(end, extent.end);
  }
  if (end < size) gaps.push({ start: end, end: size });
  return gaps;
}

/** Members in gaps that no directory names. Notes each gap for what it is. */
export async function searchGaps(
  source: ByteSource,
  gaps: readonly ByteRange[],
  options: { readonly limits: ZipLimits; readonly notes: ZipNotes; readonly archiveEnd: number },
): Promise<readonly ZipMember[]> {
  const hidden: ZipMember[] = [];
  let left = options.limits.maxGapBytes;
  for (const gap of gaps) {
    const length = Math.min(left, gap.end - gap.start);
    if (length < gap.end - gap.start)
      options.notes.limit('ZIP_LIMIT', gap.start + length, 'more bytes between members than are searched');
    left -= length;
    const found = await searchGap(source, { start: gap.start, end: gap.start + length }, gap.end);
    noteGap(gap, found.isZero, options);
    for (const member of found.members) {
      if (hidden.length >= options.limits.maxMembers) {
        options.notes.limit('ZIP_LIMIT', member.data.start, 'more hidden members than are followed');
        return hidden;
      }
      const told = `${quoteName(member.name)} is not in the directory`;
      options.notes.error('ZIP_HIDDEN_MEMBER', member.local?.offset ?? gap.start, told);
      hidden.push(member);
    }
  }
  return hidden;
}

function noteGap(gap: ByteRange, isZero: boolean, options: { notes: ZipNotes; archiveEnd: number }): void {
  const length = gap.end - gap.start;
  const what = isZero ? 'zero bytes' : 'bytes';
  if (gap.start >= options.archiveEnd)
    options.notes.error('ZIP_SUFFIX', gap.start, `${length} ${what} behind the archive`);
  else if (gap.start === 0) options.notes.error('ZIP_PREFIX', 0, `${length} ${what} before the archive`);
  else if (isZero) options.notes.notice('ZIP_PADDING', gap.start, `${length} zero bytes between members`);
  else options.notes.error('ZIP_GAP', gap.start, `${length} bytes that belong to no member`);
}

/** Local headers in a range, found by their signature, and whether the range holds nothing but zeros. */
async function searchGap(
  source: ByteSource,
  range: ByteRange,
  gapEnd: number,
): Promise<{ members: readonly ZipMember[]; isZero: boolean }> {
  const members: ZipMember[] = [];
  let isZero = true;
  for (let offset = range.start; offset < range.end; ) {
    const bytes = new Uint8Array(await source.read(offset, Math.min(SEARCH_BYTES, range.end - offset)));
    if (bytes.length === 0) break;
    isZero &&= bytes.every((byte) => byte === 0);
    const at = bufferView(bytes).indexOf(LOCAL_MAGIC);
    if (at < 0) {
      // A signature may lie across two pieces.
      offset += Math.max(1, bytes.length - (offset + bytes.length < range.end ? 3 : 0));
      continue;
    }
    const local = await readLocalHeader(source, offset + at);
    if (local === undefined) {
      offset += at + 1;
      continue;
    }
    const dataEnd = defersSizes(local) ? gapEnd : Math.min(gapEnd, local.end + local.compressedSize);
    members.push(localMember(source, local, dataEnd));
    offset = defersSizes(local) ? local.end : Math.max(local.end, dataEnd);
  }
  return { members, isZero };
}
