import type { ByteSource } from '../../bytes/index.ts';
import { InputWindow } from '../compressed/input-window.ts';
import type { ZipLimits } from './limits.ts';
import type { ZipEnd } from './zip-end.ts';
import { CENTRAL_BYTES, parseCentralHeader } from './zip-header.ts';
import type { CentralHeader } from './zip-member.ts';
import type { ZipNotes } from './zip-notes.ts';

/** The longest header of a directory: its fixed part, name, extra field and comment. */
const MAX_CENTRAL_BYTES = CENTRAL_BYTES + 3 * 0xffff;

/** The directory that an end record names, and where it really ends. */
export interface CentralDirectory {
  readonly end: ZipEnd;
  readonly headers: readonly CentralHeader[];
  /** Behind its last header. */
  readonly endOffset: number;
}

/** Reads one directory header by header, as far as headers follow one another. */
export async function readCentralDirectory(
  source: ByteSource,
  end: ZipEnd,
  options: { readonly limits: ZipLimits; readonly notes: ZipNotes },
): Promise<CentralDirectory> {
  const { limits, notes } = options;
  const window = new InputWindow(source, end.directoryOffset);
  const headers: CentralHeader[] = [];
  const lastOffset = end.directoryOffset + limits.maxDirectoryBytes;
  while (window.offset < end.offset) {
    await window.fill(MAX_CENTRAL_BYTES);
    const offset = window.offset;
    const header = parseCentralHeader(window.bytes.subarray(window.at), { offset, shift: end.shift });
    if (header === undefined) break;
    if (headers.length >= limits.maxMembers || offset > lastOffset) {
      notes.limit('ZIP_LIMIT', offset, 'the directory is longer than is followed');
      break;
    }
    headers.push(header);
    window.skip(header.length);
  }
  checkDirectory(end, { headers, endOffset: window.offset }, notes);
  return { end, headers, endOffset: window.offset };
}

function checkDirectory(
  end: ZipEnd,
  read: { readonly headers: readonly CentralHeader[]; readonly endOffset: number },
  notes: ZipNotes,
): void {
  // Counts of archives without zip64 wrap at 65,536.
  const isWrapped = end.zip64 === 'none' && read.headers.length % 65_536 === end.entries;
  if (read.headers.length !== end.entries && !isWrapped) {
    const told = `the directory holds ${read.headers.length} members, its end says ${end.entries}`;
    notes.error('ZIP_DIRECTORY_COUNT', end.offset, told);
  }
  const claimed = end.directoryOffset + end.directorySize;
  if (read.endOffset !== claimed)
    notes.error('ZIP_DIRECTORY_SIZE', read.endOffset, 'the directory is not as long as its end says');
  if (end.zip64 === 'contradicts' || end.zip64 === 'broken')
    notes.error('ZIP_ZIP64', end.offset, 'the zip64 records and the plain ones contradict each other');
  if (end.disk !== 0) notes.error('ZIP_DISKS', end.offset, 'a part of an archive of several disks');
  for (const header of read.headers) {
    if (header.diskStart !== 0 && header.diskStart !== 0xffff)
      notes.error('ZIP_DISKS', header.offset, 'a member on another disk');
  }
}
