import type { ByteRange, ByteSource } from '../../bytes/index.ts';
import type { FormatProblem } from '../problem.ts';
import { type CentralDirectory, readCentralDirectory } from './central-directory.ts';
import { DEFAULT_ZIP_LIMITS, type ZipLimits } from './limits.ts';
import { matchMember } from './match-headers.ts';
import { findZipEnds, type ZipEnd } from './zip-end.ts';
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
  /** The comment of the archive, where it has one. */
  readonly comment: ByteRange | undefined;
  /** Whether there was a directory at all. */
  readonly hasDirectory: boolean;
  readonly problems: readonly FormatProblem[];
}

/** Reads the structure of a zip archive: no data is decompressed. Throws only what the source throws. */
export async function readZip(source: ByteSource, options: Partial<ZipLimits> = {}): Promise<ZipDocument> {
  const limits = { ...DEFAULT_ZIP_LIMITS, ...options };
  const notes = new ZipNotes(limits);
  const reading = new ZipReading(source, limits, notes);
  const [main, ...rivals] = await findZipEnds(source);
  if (main === undefined) notes.error('ZIP_NO_DIRECTORY', 0, 'there is no central directory');
  else await reading.directory(main);
  if (main !== undefined && main.commentLength > 0)
    notes.notice('ZIP_COMMENT', main.offset, `a comment of ${main.commentLength} bytes`);
  if (main !== undefined && main.end > source.size)
    notes.error('ZIP_TRUNCATED', main.offset, 'the comment is cut');
  for (const rival of rivals) {
    // Archives may hold archives: an end record among a member's bytes is the member's own.
    if (reading.extents.some(({ start, end }) => rival.offset > start && rival.offset < end)) continue;
    notes.error('ZIP_SEVERAL_DIRECTORIES', rival.offset, 'a second directory that some readers take');
    await reading.directory(rival);
  }
  const { members, extents, directories } = reading;
  const gaps = findGaps(source.size, { members: extents, other: directories.flatMap(ownRanges) }, notes);
  const archiveEnd = Math.max(0, ...directories.map(({ end }) => end.end));
  members.push(...(await searchGaps(source, gaps, { limits, notes, archiveEnd })));
  checkNames(members, notes);
  for (const member of members) noteRatio(member, notes);
  const comment = main === undefined ? undefined : commentOf(main, source.size);
  return { members, gaps, comment, hasDirectory: main !== undefined, problems: notes.problems };
}

function commentOf({ offset, commentLength }: ZipEnd, size: number): ByteRange | undefined {
  const start = offset + END_RECORD_BYTES;
  const end = Math.min(size, start + commentLength);
  return end > start ? { start, end } : undefined;
}

/** What the directories of an archive lead to. */
class ZipReading {
  readonly members: ZipMember[] = [];
  readonly extents: ByteRange[] = [];
  readonly directories: CentralDirectory[] = [];
  readonly #known = new Set<number>();
  readonly #source: ByteSource;
  readonly #limits: ZipLimits;
  readonly #notes: ZipNotes;

  constructor(source: ByteSource, limits: ZipLimits, notes: ZipNotes) {
    this.#source = source;
    this.#limits = limits;
    this.#notes = notes;
  }

  /** Takes up the members of a directory that no earlier one named by the same header. */
  async directory(end: ZipEnd): Promise<void> {
    const notes = this.#notes;
    const directory = await readCentralDirectory(this.#source, end, { limits: this.#limits, notes });
    this.directories.push(directory);
    for (const header of directory.headers) {
      if (this.#known.has(header.offset)) continue;
      this.#known.add(header.offset);
      const matched = await matchMember(this.#source, header, notes);
      this.members.push(...matched);
      const [member] = matched;
      const extent = member === undefined ? undefined : await memberExtent(this.#source, member, notes);
      if (extent !== undefined) this.extents.push(extent);
    }
  }
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
