import { isStrongroomError, StrongroomError } from '../errors/index.ts';
import type { Folder } from '../storage/index.ts';
import { type ArchiveNote, archivedError, openArchiveNotes } from './archive/archive-note.ts';
import { type AuditEntry, parseEntry } from './entry.ts';
import { openCheckpoint, type SignedCheckpoint } from './note/checkpoint.ts';
import type { NoteKey } from './note/note-key.ts';
import { formatInclusionFile } from './note/proof-file.ts';
import { formatNote } from './note/signed-note.ts';
import { readCheckpoint } from './read-checkpoint.ts';
import { TileStore } from './tile-store.ts';
import { proveConsistency, proveInclusion } from './tree/proofs.ts';
import { TILE_WIDTH } from './tree/tiles.ts';
import { TreeReader } from './tree/tree-reader.ts';

/** An entry and its place in the log. */
export interface PlacedEntry {
  readonly index: number;
  readonly entry: AuditEntry;
}

/** Reads a log as it is under one checkpoint. */
export class AuditReader {
  readonly checkpoint: SignedCheckpoint;
  readonly #tree: TreeReader;
  readonly #archives: () => Promise<readonly ArchiveNote[]>;

  private constructor(
    checkpoint: SignedCheckpoint,
    tree: TreeReader,
    archives: () => Promise<readonly ArchiveNote[]>,
  ) {
    this.checkpoint = checkpoint;
    this.#tree = tree;
    this.#archives = archives;
  }

  /** Opens the log at its newest checkpoint. Throws `AUDIT_NOTE_INVALID`, `AUDIT_SIGNATURE`, `AUDIT_DAMAGED`. */
  static async open(base: Folder, key: NoteKey): Promise<AuditReader> {
    const checkpoint = openCheckpoint(await readCheckpoint(base), key);
    const tree = new TreeReader(new TileStore(base), checkpoint.size);
    return new AuditReader(checkpoint, tree, () => openArchiveNotes(base, key));
  }

  /**
   * The entries from `start` to `end` (exclusive), ascending. Throws `AUDIT_DAMAGED` for one that is no entry,
   * `AUDIT_ARCHIVED`.
   */
  async *entries(start: number, end: number): AsyncGenerator<PlacedEntry> {
    const last = Math.min(end, this.checkpoint.size);
    for (let at = Math.max(0, start); at < last; ) {
      const bundle = Math.floor(at / TILE_WIDTH);
      for (const bytes of (await this.#bundle(bundle)).slice(at - bundle * TILE_WIDTH)) {
        if (at >= last) return;
        yield { index: at, entry: readable(bytes, at) };
        at += 1;
      }
    }
  }

  /** Every entry, newest first, but for those that are archived. */
  async *newest(): AsyncGenerator<PlacedEntry> {
    let archives: readonly ArchiveNote[] = [];
    for (let bundle = Math.ceil(this.checkpoint.size / TILE_WIDTH) - 1; bundle >= 0; bundle--) {
      const start = bundle * TILE_WIDTH;
      if (archives.some((archive) => start >= archive.first && start < archive.end)) continue;
      try {
        const entries = await Array.fromAsync(this.entries(start, start + TILE_WIDTH));
        yield* entries.toReversed();
      } catch (error) {
        if (!isStrongroomError(error, 'AUDIT_ARCHIVED')) throw error;
        archives = await this.#archives();
      }
    }
  }

  /** The bytes of one entry. Throws `INPUT_INVALID` for an index beyond the checkpoint, `AUDIT_ARCHIVED`. */
  async entryBytes(index: number): Promise<Uint8Array> {
    const bundle = await this.#bundle(Math.floor(this.#inside(index) / TILE_WIDTH));
    const bytes = bundle[index % TILE_WIDTH];
    if (bytes === undefined) throw new StrongroomError('AUDIT_DAMAGED', `entry ${index} is missing`);
    return bytes;
  }

  /** A file that proves an entry offline (C2SP tlog-proof). */
  async inclusionFile(index: number): Promise<string> {
    // Before anything is under way that nobody would wait for.
    const place = this.#inside(index);
    const [extra, path] = await Promise.all([
      this.entryBytes(place),
      proveInclusion((at) => this.#tree.node(at.level, at.index), place, this.checkpoint.size),
    ]);
    return formatInclusionFile({ index, path, extra, checkpoint: formatNote(this.checkpoint.note) });
  }

  /** The checkpoint as a signed note. */
  checkpointText(): string {
    return formatNote(this.checkpoint.note);
  }

  /** The hashes that prove an older size to be the beginning of this log. */
  async consistency(oldSize: number): Promise<readonly Uint8Array[]> {
    if (!Number.isSafeInteger(oldSize) || oldSize < 0 || oldSize > this.checkpoint.size)
      throw new StrongroomError('INPUT_INVALID', `the log has ${this.checkpoint.size} entries`);
    return proveConsistency((at) => this.#tree.node(at.level, at.index), oldSize, this.checkpoint.size);
  }

  async #bundle(bundle: number): Promise<readonly Uint8Array[]> {
    try {
      return await this.#tree.entries(bundle);
    } catch (error) {
      if (!isStrongroomError(error, 'AUDIT_DAMAGED')) throw error;
      // Asked only now: it costs nothing where everything is there, and what was archived meanwhile is found.
      const archived = archivedError(await this.#archives(), bundle);
      if (archived !== undefined) throw archived;
      // Brought back meanwhile: first the entries come, then the note goes.
      return await this.#tree.entries(bundle);
    }
  }

  #inside(index: number): number {
    if (Number.isSafeInteger(index) && index >= 0 && index < this.checkpoint.size) return index;
    throw new StrongroomError('INPUT_INVALID', `the log has ${this.checkpoint.size} entries`);
  }
}

function readable(bytes: Uint8Array, index: number): AuditEntry {
  const entry = parseEntry(bytes);
  if (entry === undefined) throw new StrongroomError('AUDIT_DAMAGED', `entry ${index} cannot be read`);
  return entry;
}
