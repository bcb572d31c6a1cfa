import type { AuditApi } from '../api/index.ts';
import { utf8Bytes } from '../bytes/index.ts';
import { StrongroomError } from '../errors/index.ts';
import type { Folder } from '../storage/index.ts';
import { parseArchiveNote, writeArchiveNote } from './archive/archive-note.ts';
import { parseCheckpoint, type SignedCheckpoint } from './note/checkpoint.ts';
import { CHECKPOINT_FILE } from './read-checkpoint.ts';
import { TileStore } from './tile-store.ts';
import {
  formatEntries,
  hasLevel,
  parseEntries,
  TILE_WIDTH,
  type TileAddress,
  tileWidthAt,
} from './tree/tiles.ts';
import { HASH_BYTES } from './tree/tree-hash.ts';

/** Tiles that are asked for at a time. */
const TILES_AT_ONCE = 32;

/** Where a log is exported from; untrusted. */
export interface LogSource {
  /** The newest signed checkpoint. */
  checkpoint(): Promise<string>;
  /** In the order asked for. */
  tiles(addresses: readonly TileAddress[]): Promise<readonly Uint8Array[]>;
  /** The notes of its archives: their entries are not asked for. */
  archives(): Promise<readonly string[]>;
}

export interface ExportLogOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/**
 * Writes a log as it is under one checkpoint, as C2SP tlog-tiles lays it out: `checkpoint` and `tile/`. The checkpoint
 * comes last, so a copy that was not finished has none. It is not verified; `verifyLog` does that. Of entries that are
 * archived come their notes; those that the folder has from before stay there.
 */
export async function exportLog(
  source: LogSource,
  target: Folder,
  options: ExportLogOptions = {},
): Promise<SignedCheckpoint> {
  const text = await source.checkpoint();
  const checkpoint = parseCheckpoint(utf8Bytes(text));
  const store = new TileStore(target);
  const archives = (await source.archives()).map(utf8Bytes);
  const notes = archives.map(parseArchiveNote);
  const addresses = tilesOf(checkpoint.size).filter(
    ({ level, index }) =>
      level !== 'entries' ||
      !notes.some(({ first, end }) => index * TILE_WIDTH >= first && index * TILE_WIDTH < end),
  );
  for (let at = 0; at < addresses.length; at += TILES_AT_ONCE) {
    options.signal?.throwIfAborted();
    const some = addresses.slice(at, at + TILES_AT_ONCE);
    const tiles = await source.tiles(some);
    await store.write(
      some.map((address, which) => {
        const bytes = tiles[which];
        if (bytes === undefined) throw new StrongroomError('AUDIT_DAMAGED', 'a tile of the log is missing');
        return { address, bytes };
      }),
    );
    options.onProgress?.(Math.min(at + TILES_AT_ONCE, addresses.length), addresses.length);
  }
  for (const note of archives) await writeArchiveNote(target, note);
  await target.replaceFile(CHECKPOINT_FILE, utf8Bytes(text));
  return checkpoint;
}

/** A log as its API gives it. */
export function logSourceOf(audit: Pick<AuditApi, 'checkpoint' | 'tiles' | 'archives'>): LogSource {
  return {
    checkpoint: () => audit.checkpoint(),
    tiles: (tiles) => audit.tiles({ tiles }),
    archives: async () => (await audit.archives()).map(({ note }) => note),
  };
}

/** A tile at a width, also where the log has grown past it. Throws `AUDIT_DAMAGED`. */
export async function tileAt(store: TileStore, address: TileAddress): Promise<Uint8Array> {
  const exact = await store.read(address);
  if (exact !== undefined) return exact;
  const full = await store.read({ ...address, width: TILE_WIDTH });
  const narrow = full && narrowed(full, address);
  if (narrow !== undefined) return narrow;
  throw new StrongroomError('AUDIT_DAMAGED', `tile ${address.level}/${address.index} is missing or cut`);
}

function narrowed(full: Uint8Array, { level, width }: TileAddress): Uint8Array | undefined {
  if (level !== 'entries') return full.subarray(0, width * HASH_BYTES);
  const entries = parseEntries(full, TILE_WIDTH);
  return entries && formatEntries(entries.slice(0, width));
}

/** Every tile of a log of that size. */
function tilesOf(size: number): readonly TileAddress[] {
  const addresses: TileAddress[] = [];
  const add = (level: TileAddress['level'], height: number): void => {
    for (let index = 0; ; index++) {
      const width = tileWidthAt(size, height, index);
      if (width === 0) return;
      addresses.push({ level, index, width });
    }
  };
  add('entries', 0);
  for (let level = 0; hasLevel(size, level); level++) add(level, level);
  return addresses;
}
