import { concatBytes } from '../../bytes/index.ts';
import { CompactRange } from './compact-range.ts';
import { coverRange } from './node-address.ts';
import type { TileAddress } from './tiles.ts';
import { formatEntries, hashOfTile, TILE_HEIGHT, TILE_WIDTH, tileWidthAt } from './tiles.ts';
import { HASH_BYTES, leafHash } from './tree-hash.ts';
import type { TreeReader } from './tree-reader.ts';

/** A tile to be written. */
export interface NewTile {
  readonly address: TileAddress;
  readonly bytes: Uint8Array;
}

/** The tile of one level that is not full yet. */
interface OpenTile {
  index: number;
  readonly hashes: Uint8Array[];
}

/** A tree that grows: takes entries in and says which tiles must be written for its new size. */
export class TreeWriter {
  readonly #range: CompactRange;
  readonly #levels: OpenTile[];
  #entries: Uint8Array[];
  #full: NewTile[] = [];
  #fromSize: number;

  private constructor(range: CompactRange, levels: OpenTile[], entries: Uint8Array[]) {
    this.#range = range;
    this.#levels = levels;
    this.#entries = entries;
    this.#fromSize = range.size;
  }

  /** Goes on where a tree ends. Throws `AUDIT_DAMAGED` when its last tiles are missing. */
  static async open(tree: TreeReader): Promise<TreeWriter> {
    const { size } = tree;
    const edge = await Promise.all(coverRange(0, size).map(({ level, index }) => tree.node(level, index)));
    const levels: OpenTile[] = [];
    for (let level = 0; size >= TILE_WIDTH ** level && size > 0; level++) {
      const index = Math.floor(Math.floor(size / TILE_WIDTH ** level) / TILE_WIDTH);
      const width = tileWidthAt(size, level, index);
      const tile = width === 0 ? new Uint8Array(0) : await tree.hashTile(level, index);
      levels.push({ index, hashes: Array.from({ length: width }, (_, at) => hashOfTile(tile, at)) });
    }
    const bundle = Math.floor(size / TILE_WIDTH);
    const entries = size % TILE_WIDTH === 0 ? [] : [...(await tree.entries(bundle))];
    return new TreeWriter(new CompactRange(size, edge), levels, entries);
  }

  /** Leaves so far. */
  get size(): number {
    return this.#range.size;
  }

  root(): Uint8Array {
    return this.#range.root();
  }

  append(entry: Uint8Array): void {
    const index = Math.floor(this.size / TILE_WIDTH);
    this.#entries.push(entry);
    this.#range.append(leafHash(entry), ({ level }, hash) => {
      if (level % TILE_HEIGHT === 0) this.#addHash(level / TILE_HEIGHT, hash);
    });
    if (this.#entries.length < TILE_WIDTH) return;
    const address = { level: 'entries', index, width: TILE_WIDTH } as const;
    this.#full.push({ address, bytes: formatEntries(this.#entries) });
    this.#entries = [];
  }

  /** The tiles that the growth since the last call needs: full ones, and one unfinished of each level that grew. */
  takeTiles(): readonly NewTile[] {
    const tiles = [...this.#full];
    const from = this.#fromSize;
    for (const [level, { index, hashes }] of this.#levels.entries()) {
      const grew = Math.floor(this.size / TILE_WIDTH ** level) > Math.floor(from / TILE_WIDTH ** level);
      if (!grew || hashes.length === 0) continue;
      tiles.push({ address: { level, index, width: hashes.length }, bytes: concatBytes(...hashes) });
    }
    if (this.size > from && this.#entries.length > 0) {
      const index = Math.floor(this.size / TILE_WIDTH);
      const address = { level: 'entries', index, width: this.#entries.length } as const;
      tiles.push({ address, bytes: formatEntries(this.#entries) });
    }
    this.#full = [];
    this.#fromSize = this.size;
    return tiles;
  }

  #addHash(level: number, hash: Uint8Array): void {
    const open = (this.#levels[level] ??= { index: 0, hashes: [] });
    open.hashes.push(hash);
    if (open.hashes.length < TILE_WIDTH) return;
    const bytes = concatBytes(...open.hashes.splice(0, TILE_WIDTH));
    if (bytes.length !== TILE_WIDTH * HASH_BYTES) throw new Error('a full tile has 256 hashes');
    this.#full.push({ address: { level, index: open.index, width: TILE_WIDTH }, bytes });
    open.index += 1;
  }
}
