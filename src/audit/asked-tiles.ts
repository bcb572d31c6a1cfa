import { isStrongroomError, StrongroomError } from '../errors/index.ts';
import { archivedError, openArchiveNotes } from './archive/archive-note.ts';
import type { AuditLog } from './audit-log.ts';
import { tileAt } from './export-log.ts';
import { openCheckpoint } from './note/checkpoint.ts';
import { readCheckpoint } from './read-checkpoint.ts';
import { TileStore } from './tile-store.ts';
import { TILE_WIDTH, type TileAddress, tileWidthAt } from './tree/tiles.ts';

/**
 * Tiles that somebody asks for, in their order, of a log as it is under its newest checkpoint. Throws
 * `AUDIT_ENTRY_MISSING` for one that the log does not have, or never had so narrow, `AUDIT_ARCHIVED` for entries that
 * were moved out of it, and `AUDIT_DAMAGED` for a tile that it should have.
 */
export async function askedTiles(
  { base, keys }: Pick<AuditLog, 'base' | 'keys'>,
  addresses: readonly TileAddress[],
): Promise<readonly Uint8Array[]> {
  const { size } = openCheckpoint(await readCheckpoint(base), keys.verifier);
  const store = new TileStore(base);
  return await Promise.all(
    addresses.map(async (address) => {
      try {
        return await askedTile(store, size, address);
      } catch (error) {
        if (address.level !== 'entries' || !isStrongroomError(error, 'AUDIT_DAMAGED')) throw error;
        // Asked only now, so that what was archived meanwhile is found.
        const archives = await openArchiveNotes(base, keys.verifier);
        const archived = archivedError(archives, address.index);
        if (archived !== undefined) throw archived;
        // Brought back meanwhile: first the entries come, then the note goes.
        return await askedTile(store, size, address);
      }
    }),
  );
}

async function askedTile(store: TileStore, size: number, address: TileAddress): Promise<Uint8Array> {
  const { level, index, width } = address;
  const current = tileWidthAt(size, level === 'entries' ? 0 : level, index);
  if (width === current || current === TILE_WIDTH) return await tileAt(store, address);
  // What it was as wide as once stays until the tile is full.
  const narrower = width < current ? await store.read(address) : undefined;
  if (narrower !== undefined) return narrower;
  throw new StrongroomError(
    'AUDIT_ENTRY_MISSING',
    `the record has no tile ${level}/${index} of width ${width}`,
  );
}
