import { coverRange, type ReadNode } from './node-address.ts';
import { emptyRoot, nodeHash } from './tree-hash.ts';

/** The hash of the subtree over the leaves `start` to `end` (exclusive), from its perfect parts. */
export async function rangeHash(read: ReadNode, start: number, end: number): Promise<Uint8Array> {
  const parts = await Promise.all(coverRange(start, end).map(read));
  return foldRight(parts);
}

/** Joins perfect subtrees of falling size, the smallest first (RFC 6962 §2.1). */
export function foldRight(parts: readonly Uint8Array[]): Uint8Array {
  const [last, ...others] = parts.toReversed();
  if (last === undefined) return emptyRoot();
  return others.reduce((right, left) => nodeHash(left, right), last);
}
