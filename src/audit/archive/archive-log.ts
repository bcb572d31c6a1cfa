import { assertNotAborted, type ByteSource, utf8Text } from '../../bytes/index.ts';
import { StrongroomError } from '../../errors/index.ts';
import { assertInTree, newestAnchorOf } from '../anchor.ts';
import type { AuditLog } from '../audit-log.ts';
import { parseEntry } from '../entry.ts';
import { openCheckpoint } from '../note/checkpoint.ts';
import { readCheckpoint } from '../read-checkpoint.ts';
import { TileStore } from '../tile-store.ts';
import { formatEntries, TILE_WIDTH } from '../tree/tiles.ts';
import { TreeReader } from '../tree/tree-reader.ts';
import { ArchiveFile, type ArchiveTarget, writeArchive } from './archive-file.ts';
import {
  type ArchiveNote,
  openArchiveNote,
  readArchiveNotes,
  removeArchiveNote,
  writeArchiveNote,
} from './archive-note.ts';

/** Bundles that are written or removed between two looks at the signal. */
const AT_ONCE = 32;

type ArchivableLog = Pick<AuditLog, 'base' | 'keys' | 'append' | 'sequence' | 'snapshot'>;

/** Where an archive goes. */
export interface ArchivePlace extends ArchiveTarget {
  /** Makes it durable under its name, and opens it as it lies there. */
  publish(): Promise<ByteSource>;
}

export interface ArchiveRequest {
  /** ISO 8601: entries from then on stay, and so does all that is needed to go on with the log. */
  readonly before: string;
  readonly place: ArchivePlace;
  readonly signal?: AbortSignal | undefined;
}

/** An archive with its note as it is stored. */
export type ListedArchive = ArchiveNote & { readonly note: string };

/** The archives of a log. Throws `AUDIT_SIGNATURE`, `AUDIT_NOTE_INVALID` for a note that the log did not sign. */
export async function listArchives({
  base,
  keys,
}: Pick<ArchivableLog, 'base' | 'keys'>): Promise<readonly ListedArchive[]> {
  const notes = (await readArchiveNotes(base)).map((bytes) => ({
    ...openArchiveNote(bytes, keys.verifier),
    note: utf8Text(bytes) ?? '',
  }));
  return notes.sort((one, other) => one.first - other.first);
}

/**
 * Moves old entries out of a log into an archive: written, durable, read back and held against the tree, noted in the log
 * under its signature, recorded, and only then removed. The hashes stay, so the log proves and verifies as before. Throws
 * `AUDIT_ENTRY_MISSING` when nothing is old enough, `AUDIT_DAMAGED` for entries that do not fit the log,
 * `AUDIT_UNAVAILABLE`, and what the place throws.
 */
export async function archiveLog(log: ArchivableLog, request: ArchiveRequest): Promise<ArchiveNote> {
  const { base, keys } = log;
  const tree = await openTree(log);
  const range = await oldEntries(log, tree, request.before);
  const noteBytes = await writeArchive(
    {
      first: range.first * TILE_WIDTH,
      bundles: bundlesOf(tree, range, request.signal),
      origin: keys.origin,
      signers: keys.signers,
    },
    request.place,
  );
  const written = await ArchiveFile.open(await request.place.publish(), keys.verifier);
  for (let at = range.first; at < range.end; at++) await assertInTree(await written.entries(at), at, tree);
  await log.snapshot(async () => {
    const others = await listArchives(log);
    if (others.some(({ first, end }) => first < written.note.end && written.note.first < end))
      throw new StrongroomError('STORAGE_CONFLICT', 'somebody else archived the same entries meanwhile');
    await writeArchiveNote(base, noteBytes);
    await tell(log, 'audit.archived', written.note);
    await new TileStore(base).removeEntries(range.first, range.end);
  });
  return written.note;
}

/**
 * Brings archived entries back, each held against the tree first. Throws `AUDIT_NOTE_INVALID`, `AUDIT_SIGNATURE`,
 * `AUDIT_DAMAGED` for an archive that does not fit the log, `AUDIT_UNAVAILABLE`, and the `STORAGE_…` errors.
 */
export async function unarchiveLog(log: ArchivableLog, source: ByteSource): Promise<ArchiveNote> {
  const { base, keys } = log;
  const archive = await ArchiveFile.open(source, keys.verifier);
  const tree = await openTree(log);
  const { note } = archive;
  if (note.end > tree.tree.size) throw new StrongroomError('AUDIT_DAMAGED', 'the archive is of a longer log');
  const [first, end] = [note.first / TILE_WIDTH, note.end / TILE_WIDTH];
  for (let at = first; at < end; at++) await assertInTree(await archive.entries(at), at, tree);
  await log.snapshot(async () => {
    const store = new TileStore(base);
    for (let at = first; at < end; at += AT_ONCE) {
      const indexes = Array.from({ length: Math.min(AT_ONCE, end - at) }, (_, more) => at + more);
      const tiles = indexes.map(async (index) => ({
        address: { level: 'entries', index, width: TILE_WIDTH } as const,
        bytes: formatEntries(await archive.entries(index)),
      }));
      await store.write(await Promise.all(tiles));
    }
    await tell(log, 'audit.unarchived', note);
    await removeArchiveNote(base, note);
  });
  return note;
}

/** The tree of a log, and what it must come to. */
interface CheckedTree {
  readonly tree: TreeReader;
  readonly root: Uint8Array;
}

/** Bundles, the last one exclusive. */
interface BundleRange {
  readonly first: number;
  readonly end: number;
}

async function openTree(log: ArchivableLog): Promise<CheckedTree> {
  await log.sequence();
  const { size, root } = openCheckpoint(await readCheckpoint(log.base), log.keys.verifier);
  return { tree: new TreeReader(new TileStore(log.base), size), root };
}

/** The oldest bundles in a row that are still there, full, and all older than a time. Throws `AUDIT_ENTRY_MISSING`. */
async function oldEntries(log: ArchivableLog, { tree }: CheckedTree, before: string): Promise<BundleRange> {
  const archived = await listArchives(log);
  const isThere = (bundle: number) =>
    !archived.some(({ first, end }) => first <= bundle * TILE_WIDTH && bundle * TILE_WIDTH < end);
  const limit = Math.min(Math.floor(tree.size / TILE_WIDTH), await anchorBundle(tree));
  let first = 0;
  while (first < limit && !isThere(first)) first += 1;
  let end = first;
  while (end < limit && isThere(end) && (await isOlder(tree, end, before))) end += 1;
  if (end > first) return { first, end };
  throw new StrongroomError(
    'AUDIT_ENTRY_MISSING',
    `no ${TILE_WIDTH} entries in a row are from before ${before}`,
    {
      hint: 'name a later time; the newest entries always stay',
    },
  );
}

/** The bundle with the newest anchor, which is looked for whenever the log is opened; without one all may go. */
async function anchorBundle(tree: TreeReader): Promise<number> {
  for (let bundle = Math.ceil(tree.size / TILE_WIDTH) - 1; bundle >= 0; bundle--) {
    const entries = await tree.entries(bundle).catch(() => undefined);
    if (entries === undefined) break;
    if (newestAnchorOf(entries) !== undefined) return bundle;
  }
  return Number.POSITIVE_INFINITY;
}

async function isOlder(tree: TreeReader, bundle: number, before: string): Promise<boolean> {
  const limit = Date.parse(before);
  return (await tree.entries(bundle)).every((bytes) => {
    const entry = parseEntry(bytes);
    return entry !== undefined && Date.parse(entry.at) < limit;
  });
}

async function* bundlesOf(
  checked: CheckedTree,
  { first, end }: BundleRange,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  for (let at = first; at < end; at++) {
    assertNotAborted(signal);
    const entries = await checked.tree.entries(at);
    await assertInTree(entries, at, checked);
    yield formatEntries(entries);
  }
}

/** The log itself says where its entries went. */
async function tell(log: ArchivableLog, event: string, { first, end, sha256 }: ArchiveNote): Promise<void> {
  await log.append({ kind: 'event', event, severity: 'notice', details: { first, end, sha256 } });
}
