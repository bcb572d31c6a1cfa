import { StrongroomError } from '../../errors/index.ts';
import type { TileAddress } from './tiles.ts';
import { hashOfTile, parseEntries, TILE_WIDTH, tileOfNode, tileWidthAt } from './tiles.ts';
import { HASH_BYTES, nodeHash } from './tree-hash.ts';

/** Where tiles come from. Untrusted. */
export interface TileSource {
  read(address: TileAddress): Promise<Uint8Array | undefined>;
}

/** Tiles that are kept in memory: 8 KiB each. */
const MAX_CACHED_TILES = 256;

/** Reads hashes and entries of a tree as it is at one size. Throws `AUDIT_DAMAGED` for a tile that is missing or cut. */
export class TreeReader {
  readonly size: number;
  readonly #source: TileSource;
  readonly #cache = new Map<string, Promise<Uint8Array>>();

  constructor(source: TileSource, size: number) {
    this.#source = source;
    this.size = size;
  }

  /** The hash of a perfect subtree. */
  async node(level: number, index: number): Promise<Uint8Array> {
    const { level: tileLevel, index: tileIndex, start, count } = tileOfNode(level, index);
    const tile = await this.hashTile(tileLevel, tileIndex);
    let hashes = Array.from({ length: count }, (_, at) => hashOfTile(tile, start + at));
    while (hashes.length > 1) hashes = pairs(hashes);
    const [hash] = hashes;
    if (hash?.length !== HASH_BYTES) throw damaged({ level: tileLevel, index: tileIndex, width: TILE_WIDTH });
    return hash;
  }

  /** The hashes of a tile, as many as it has at this size. */
  hashTile(level: number, index: number): Promise<Uint8Array> {
    const key = `${level}/${index}`;
    const cached = this.#cache.get(key);
    if (cached !== undefined) return cached;
    const width = tileWidthAt(this.size, level, index);
    // The promise, not the bytes: a proof asks for many hashes of one tile at once.
    const reading = this.#read({ level, index, width }, width * HASH_BYTES);
    if (this.#cache.size >= MAX_CACHED_TILES) this.#cache.clear();
    this.#cache.set(key, reading);
    reading.catch(() => this.#cache.delete(key));
    return reading;
  }

  /** The entries of a bundle, as many as it has at this size. */
  async entries(index: number): Promise<readonly Uint8Array[]> {
    const width = tileWidthAt(this.size, 0, index);
    const address = { level: 'entries', index, width } as const;
    const exact = await this.#source.read(address);
    if (exact !== undefined) {
      const entries = parseEntries(exact, width);
      if (entries !== undefined) return entries;
      throw damaged(address);
    }
    const full = await this.#source.read({ ...address, width: TILE_WIDTH });
    const entries = full && parseEntries(full, TILE_WIDTH);
    if (entries === undefined) throw damaged(address);
    return entries.slice(0, width);
  }

  /** A partial tile may be gone when the full one is there: it begins with the same hashes. */
  async #read(address: TileAddress, length: number): Promise<Uint8Array> {
    const exact = await this.#source.read(address);
    if (exact?.length === length) return exact;
    if (exact !== undefined || address.width === TILE_WIDTH) throw damaged(address);
    const full = await this.#source.read({ ...address, width: TILE_WIDTH });
    if (full?.length !== TILE_WIDTH * HASH_BYTES) throw damaged(address);
    return full.subarray(0, length);
  }
}

function pairs(hashes: readonly Uint8Array[]): Uint8Array[] {
  return Array.from({ length: Math.floor(hashes.length / 2) }, (_, at) => {
    const [left, right] = [hashes[2 * at], hashes[2 * at + 1]];
    if (left === undefined || right === undefined) throw new Error('an odd number of hashes');
    return nodeHash(left, right);
  });
}

function damaged({ level, index }: TileAddress): StrongroomError {
  return new StrongroomError('AUDIT_DAMAGED', `tile ${level}/${index} of the audit log is missing or cut`);
}
