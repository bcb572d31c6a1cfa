import type { ByteRange, ByteSource } from '../../bytes/index.ts';
import type { FormatProblem } from '../problem.ts';
import { type CentralDirectory, readCentralDirectory } from './central-directory.ts';
import { DEFAULT_ZIP_LIMITS, type ZipLimits } from './limits.ts';
import { matchMember } from './match-headers.ts';
import { findZipEnds } from './zip-end.ts';
import { findGaps, memberExtent, searchGaps } from './zip-layout.ts';
import type { ZipMember } from './zip-member.ts';
import { checkNames } from './zip-names.ts';
import { ZipNotes } from './zip-notes.ts';

const END_RECORD_BYTES = 22;
const ZIP64_RECORDS_BYTES = 56 + 20;
/** Expansion beyond which a member of this size is noted. */
const NOTED_RATIO = 100;
const NOTED_SIZE = 1 << 26;

/** An archive as both its directory and its local headers have it. */
export interface ZipDocument {
  /**
   * Every file that any reader could find: of the directory in its order, then those that only a second reading
   * finds. One file may be there twice where its headers disagree.
   */
  readonly members: readonly ZipMember[];
  /** Ranges that belong to no member, directory or end record: before, between and behind. */
  readonly gaps: readonly ByteRange[];
  /** Whether there was a directory at all. */
  readonly hasDirectory: boolean;
  readonly problems: readonly FormatProblem[];
}

/** Reads the structure of a zip archive: no data is decompressed. Throws only what the source throws. */
export async function readZip(source: ByteSource, options: Partial<ZipLimits> = {}): Promise<ZipDocument> {
  const limits = { ...DEFAULT_ZIP_LIMITS, ...options };
  const notes = new ZipNotes(limits);
  const reading = await readDirectories(source, limits, notes);
  const members: ZipMember[] = [];
  const extents: ByteRange[] = [];
  for (const header of reading.headers) {
    const matched = await matchMember(source, header, notes);
    members.push(...matched);
    const [main] = matched;
    const extent = main === undefined ? undefined : await memberExtent(source, main, notes);
    if (extent !== undefined) extents.push(extent);
  }
  const other = reading.directories.flatMap(ownRanges);
  const gaps = findGaps(source.size, { members: extents, other }, notes);
  const archiveEnd = Math.max(0, ...reading.directories.map(({ end }) => end.end));
  const hidden = await searchGaps(source, gaps, { limits, notes, archiveEnd });
  members.push(...hidden);
  checkNames(members, notes);
  for (const member of members) noteRatio(member, notes);
  return { members, gaps, hasDirectory: reading.directories.length > 0, problems: notes.problems };
}

interface DirectoryReading {
  readonly directories: readonly CentralDirectory[];
  readonly headers: CentralDirectory['headers'];
}

/** The directory that most readers take, and any rival that is not inside one of its members. */
async function readDirectories(
  source: ByteSource,
  limits: ZipLimits,
  notes: ZipNotes,
): Promise<DirectoryReading> {
  const [first, ...rivals] = await findZipEnds(source);
  if (first === undefined) {
    notes.error('ZIP_NO_DIRECTORY', 0, 'there is no central directory');
    return { directories: [], headers: [] };
  }
  const main = await readCentralDirectory(source, first, { limits, notes });
  if (first.commentLength > 0)
    notes.notice('ZIP_COMMENT', first.offset, `a comment of ${first.commentLength} bytes`);
  if (first.end > source.size) notes.error('ZIP_TRUNCATED', first.offset, 'the comment is cut');
  const directories = [main];
  const headers = [...main.headers];
  const known = new Set(headers.map((header) => header.offset));
  for (const rival of rivals) {
    if (isInsideMember(rival.offset, main)) continue;
    notes.error('ZIP_SEVERAL_DIRECTORIES', rival.offset, 'a second directory that some readers take');
    const directory = await readCentralDirectory(source, rival, { limits, notes });
    directories.push(directory);
    for (const header of directory.headers) if (!known.has(header.offset)) headers.push(header);
  }
  return { directories, headers };
}

/** Archives may hold archives: an end record among a member's bytes is the member's own. */
function isInsideMember(offset: number, directory: CentralDirectory): boolean {
  return directory.headers.some(
    ({ localOffset, compressedSize }) => offset > localOffset && offset < localOffset + compressedSize,
  );
}

/** What a directory and its end records take of the source. */
function ownRanges({ end, endOffset }: CentralDirectory): ByteRange[] {
  const hasWide = end.zip64 !== 'none';
  const recordsStart = end.offset - (hasWide ? ZIP64_RECORDS_BYTES : 0);
  return [
    { start: end.directoryOffset, end: endOffset },
    { start: Math.max(endOffset, recordsStart), end: Math.max(end.end, end.offset + END_RECORD_BYTES) },
  ];
}

function noteRatio(member: ZipMember, notes: ZipNotes): void {
  const compressed = member.data.end - member.data.start;
  if (member.method === 0 || member.size < NOTED_SIZE || member.size < compressed * NOTED_RATIO) return;
  const ratio = Math.floor(member.size / Math.max(1, compressed));
  notes.error('ZIP_RATIO', member.local?.offset ?? 0, `a member that expands ${ratio} times`);
}
