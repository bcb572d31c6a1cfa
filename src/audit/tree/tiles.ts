import { HASH_BYTES } from './tree-hash.ts';

/** Tree levels that one tile spans, and the hashes in a full one (C2SP tlog-tiles). */
export const TILE_HEIGHT = 8;
export const TILE_WIDTH = 2 ** TILE_HEIGHT;

/** Longest entry: its length is two bytes (C2SP tlog-tiles, "Log entries"). */
export const MAX_ENTRY_BYTES = 65_535;

/** One tile: `level` of tiles (0 = leaves) or the entries themselves, its number, and how many it has. */
export interface TileAddress {
  readonly level: number | 'entries';
  readonly index: number;
  /** 1 to 256. */
  readonly width: number;
}

/** The path of a tile, `tile/0/x001/x234/067.p/12` (C2SP tlog-tiles, "Merkle Tree"), as its parts. */
export function tilePath({ level, index, width }: TileAddress): readonly [...string[], string] {
  const digits = String(index);
  const padded = digits.padStart(Math.ceil(digits.length / 3) * 3, '0');
  const groups = padded.match(/\d{3}/g) ?? [];
  const [last = '000', ...above] = groups.toReversed();
  const folders = ['tile', String(level), ...above.toReversed().map((group) => `x${group}`)];
  return width === TILE_WIDTH ? [...folders, last] : [...folders, `${last}.p`, String(width)];
}

/** The tile of the hash tree that has a level-`level` node, and which of its hashes makes the node up. */
export function tileOfNode(
  level: number,
  index: number,
): {
  readonly level: number;
  readonly index: number;
  readonly start: number;
  readonly count: number;
} {
  const tileLevel = Math.floor(level / TILE_HEIGHT);
  const count = 2 ** (level - tileLevel * TILE_HEIGHT);
  const first = index * count;
  return { level: tileLevel, index: Math.floor(first / TILE_WIDTH), start: first % TILE_WIDTH, count };
}

/** How many hashes a tile has in a tree of `size` leaves; 0 when it is not there yet. */
export function tileWidthAt(size: number, level: number, index: number): number {
  const hashes = Math.floor(size / 2 ** (level * TILE_HEIGHT));
  return Math.max(0, Math.min(TILE_WIDTH, hashes - index * TILE_WIDTH));
}

/** Whether a tree of `size` leaves has tiles of that level. */
export function hasLevel(size: number, level: number): boolean {
  return tileWidthAt(size, level, 0) > 0;
}

/** One hash of a tile. */
export function hashOfTile(tile: Uint8Array, at: number): Uint8Array {
  return tile.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES);
}

/** A bundle of entries: each with its length before it, two bytes, big-endian. */
export function formatEntries(entries: readonly Uint8Array[]): Uint8Array {
  const total = entries.reduce((sum, entry) => sum + 2 + entry.length, 0);
  const bundle = new Uint8Array(total);
  const view = new DataView(bundle.buffer);
  let at = 0;
  for (const entry of entries) {
    view.setUint16(at, entry.length);
    bundle.set(entry, at + 2);
    at += 2 + entry.length;
  }
  return bundle;
}

/** The entries of a bundle; `undefined` unless it holds exactly `count`. */
export function parseEntries(bundle: Uint8Array, count: number): readonly Uint8Array[] | undefined {
  const view = new DataView(bundle.buffer, bundle.byteOffset, bundle.byteLength);
  const entries: Uint8Array[] = [];
  let at = 0;
  while (at + 2 <= bundle.length && entries.length <= count) {
    const end = at + 2 + view.getUint16(at);
    if (end > bundle.length) return undefined;
    entries.push(bundle.subarray(at + 2, end));
    at = end;
  }
  return at === bundle.length && entries.length === count ? entries : undefined;
}
