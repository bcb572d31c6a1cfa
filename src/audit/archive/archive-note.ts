import { isStrongroomError, StrongroomError } from '../../errors/index.ts';
import { type Folder, sweepTemporary } from '../../storage/index.ts';
import type { NoteKey, NoteSigner } from '../note/note-key.ts';
import { formatNote, isSignedBy, MAX_NOTE_BYTES, parseNote, signNote } from '../note/signed-note.ts';
import { TILE_WIDTH } from '../tree/tiles.ts';

/** Below the log: which of its entries lie in which archive. */
const ARCHIVED_FOLDER = 'archived';
const NAME = /^\d+-\d+\.note$/;
const RANGE = /^(0|[1-9]\d{0,15}) ([1-9]\d{0,15})$/;
const CONTENT = /^([1-9]\d{0,15}) ([0-9a-f]{64})$/;

/** Says which entries an archive holds, and is signed by the keys of the log. */
export interface ArchiveNote {
  /** Places of the first entry, and of the one after the last: both multiples of 256. */
  readonly first: number;
  readonly end: number;
  /** Length of the bundles in the archive in bytes, and their SHA-256 in hex. */
  readonly bytes: number;
  readonly sha256: string;
}

/** A note of an archive as it is stored (docs/spec/audit.md). */
export function signArchiveNote(
  { first, end, bytes, sha256 }: ArchiveNote,
  origin: string,
  signers: readonly NoteSigner[],
): string {
  return formatNote(signNote(`${origin}/archive\n${first} ${end}\n${bytes} ${sha256}\n`, signers));
}

/** Reads such a note without verifying it. Throws `AUDIT_NOTE_INVALID`. */
export function parseArchiveNote(note: Uint8Array): ArchiveNote {
  const [, range = '', content = '', ...more] = parseNote(note).text.trimEnd().split('\n');
  const [, firstText, endText] = RANGE.exec(range) ?? [];
  const [, bytesText, sha256] = CONTENT.exec(content) ?? [];
  const [first, end, bytes] = [firstText, endText, bytesText].map(Number);
  if (first === undefined || end === undefined || bytes === undefined || sha256 === undefined)
    throw invalid();
  const isWhole = [first, end].every((place) => Number.isSafeInteger(place) && place % TILE_WIDTH === 0);
  if (!isWhole || first >= end || more.length > 0) throw invalid();
  return { first, end, bytes, sha256 };
}

/** Reads one that the key of the log must have signed. Throws `AUDIT_NOTE_INVALID`, `AUDIT_SIGNATURE`. */
export function openArchiveNote(bytes: Uint8Array, key: NoteKey): ArchiveNote {
  const note = parseNote(bytes);
  if (note.text.split('\n', 1)[0] !== `${key.name}/archive` || !isSignedBy(note, key)) {
    throw new StrongroomError('AUDIT_SIGNATURE', `the archive is not signed by ${key.name}`);
  }
  return parseArchiveNote(bytes);
}

/** The notes below a log as they are stored; nobody has verified them. */
export async function readArchiveNotes(base: Folder): Promise<readonly Uint8Array[]> {
  try {
    await using folder = await base.folder(ARCHIVED_FOLDER);
    const names = (await folder.entries()).map(({ name }) => name).filter((name) => NAME.test(name));
    return await Promise.all(names.map((name) => folder.readFile(name, MAX_NOTE_BYTES)));
  } catch (error) {
    if (isStrongroomError(error, 'STORAGE_MISSING')) return [];
    throw error;
  }
}

/** The notes below a log. Throws `AUDIT_NOTE_INVALID`, `AUDIT_SIGNATURE` for one that its key did not sign. */
export async function openArchiveNotes(base: Folder, key: NoteKey): Promise<readonly ArchiveNote[]> {
  return (await readArchiveNotes(base)).map((note) => openArchiveNote(note, key));
}

/** What to say of a bundle of entries that is not in the log; `undefined` where no archive has it. */
export function archivedError(archives: readonly ArchiveNote[], bundle: number): StrongroomError | undefined {
  const place = bundle * TILE_WIDTH;
  const archive = archives.find(({ first, end }) => place >= first && place < end);
  if (archive === undefined) return undefined;
  const { first, end, sha256 } = archive;
  const told = `the entries ${first} to ${end - 1} are in an archive (content ${sha256.slice(0, 16)}…)`;
  return new StrongroomError('AUDIT_ARCHIVED', told);
}

/** Stores a note, durable when it resolves. Throws `AUDIT_NOTE_INVALID`. */
export async function writeArchiveNote(base: Folder, note: Uint8Array): Promise<void> {
  await using folder = await base.folder(ARCHIVED_FOLDER, { create: true });
  await folder.replaceFile(nameOf(parseArchiveNote(note)), note);
}

/** Removes what was half written when a process was killed; nobody may be writing. */
export async function sweepArchiveNotes(base: Folder): Promise<void> {
  if ((await base.status(ARCHIVED_FOLDER)) === undefined) return;
  await using folder = await base.folder(ARCHIVED_FOLDER);
  await sweepTemporary(folder, 0);
}

/** Forgets a note: the entries are back. */
export async function removeArchiveNote(base: Folder, note: ArchiveNote): Promise<void> {
  await using folder = await base.folder(ARCHIVED_FOLDER);
  await folder.removeFile(nameOf(note));
  await folder.sync();
}

function nameOf({ first, end }: Pick<ArchiveNote, 'first' | 'end'>): string {
  return `${first}-${end}.note`;
}

function invalid(): StrongroomError {
  return new StrongroomError('AUDIT_NOTE_INVALID', 'not the note of an archive of the audit log');
}
