/** Where a perfect subtree stands: `level` 0 are leaves, `index` counts from the left within its level. */
export interface NodeAddress {
  readonly level: number;
  readonly index: number;
}

/** Gives the hash of a perfect subtree that is complete in the tree. */
export type ReadNode = (address: NodeAddress) => Promise<Uint8Array>;

/** The largest power of two below `size` (RFC 6962 §2.1); `size` must be above 1. */
export function splitPoint(size: number): number {
  return 2 ** (Math.ceil(Math.log2(size)) - 1);
}

/**
 * The perfect subtrees that make up the leaves `start` to `end` (exclusive), left to right. `start` must be a multiple
 * of the size of every subtree to its right, as it is for the halves of RFC 6962.
 */
export function coverRange(start: number, end: number): readonly NodeAddress[] {
  const cover: NodeAddress[] = [];
  for (let at = start; at < end; ) {
    let level = 0;
    while (at % 2 ** (level + 1) === 0 && at + 2 ** (level + 1) <= end) level++;
    cover.push({ level, index: at / 2 ** level });
    at += 2 ** level;
  }
  return cover;
}
