import { equalBytes } from '../../crypto/index.ts';
import { type ReadNode, splitPoint } from './node-address.ts';
import { rangeHash } from './root.ts';
import { emptyRoot, HASH_BYTES, nodeHash } from './tree-hash.ts';

/** A tree as somebody knows it: how many leaves, and the root over them. */
export interface TreeHead {
  readonly size: number;
  readonly root: Uint8Array;
}

/** No tree that fits safe integers is deeper; a consistency proof has one hash more (tlog-witness: at most 63). */
export const MAX_PROOF_HASHES = 63;

/** The audit path of a leaf (RFC 6962 §2.1.1), from the leaf upwards. `index` must be below `size`. */
export async function proveInclusion(
  read: ReadNode,
  index: number,
  size: number,
): Promise<readonly Uint8Array[]> {
  const path: Promise<Uint8Array>[] = [];
  let [start, end] = [0, size];
  while (end - start > 1) {
    const middle = start + splitPoint(end - start);
    if (index < middle) {
      path.push(rangeHash(read, middle, end));
      end = middle;
    } else {
      path.push(rangeHash(read, start, middle));
      start = middle;
    }
  }
  return (await Promise.all(path)).toReversed();
}

/** Whether the path leads from the leaf to the root (RFC 9162 §2.1.3.2). */
export function verifyInclusion(
  { leaf, index }: { readonly leaf: Uint8Array; readonly index: number },
  tree: TreeHead,
  proof: readonly Uint8Array[],
): boolean {
  if (!isIndexOf(index, tree.size) || !isProof(proof)) return false;
  let [node, last, hash] = [index, tree.size - 1, leaf];
  for (const sibling of proof) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      hash = nodeHash(sibling, hash);
      while (node % 2 === 0 && node !== 0) [node, last] = [node / 2, Math.floor(last / 2)];
    } else {
      hash = nodeHash(hash, sibling);
    }
    [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  }
  return last === 0 && equalBytes(hash, tree.root);
}

/** Proves that the first `oldSize` leaves of a tree are a tree of their own (RFC 6962 §2.1.2). */
export async function proveConsistency(
  read: ReadNode,
  oldSize: number,
  newSize: number,
): Promise<readonly Uint8Array[]> {
  if (oldSize === 0 || oldSize === newSize) return [];
  const path: Promise<Uint8Array>[] = [];
  let [start, end] = [0, newSize];
  while (end !== oldSize) {
    const middle = start + splitPoint(end - start);
    if (oldSize <= middle) {
      path.push(rangeHash(read, middle, end));
      end = middle;
    } else {
      path.push(rangeHash(read, start, middle));
      start = middle;
    }
  }
  // The old tree itself need not be proved where it is one perfect subtree from the left: whoever asks has its root.
  if (start !== 0) path.push(rangeHash(read, start, end));
  return (await Promise.all(path)).toReversed();
}

/** Whether the newer tree begins with the leaves of the older one (RFC 9162 §2.1.4.2). */
export function verifyConsistency(older: TreeHead, newer: TreeHead, proof: readonly Uint8Array[]): boolean {
  if (!isProof(proof) || older.size > newer.size) return false;
  if (older.size === newer.size) return proof.length === 0 && equalBytes(older.root, newer.root);
  if (older.size === 0) return proof.length === 0 && equalBytes(older.root, emptyRoot());
  return verifyGrowth(older, newer, isPowerOfTwo(older.size) ? [older.root, ...proof] : proof);
}

function verifyGrowth(older: TreeHead, newer: TreeHead, proof: readonly Uint8Array[]): boolean {
  const [first, ...others] = proof;
  if (first === undefined) return false;
  let [node, last] = [older.size - 1, newer.size - 1];
  while (node % 2 === 1) [node, last] = [(node - 1) / 2, Math.floor(last / 2)];
  let [oldHash, newHash] = [first, first];
  for (const sibling of others) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      oldHash = nodeHash(sibling, oldHash);
      newHash = nodeHash(sibling, newHash);
      while (node % 2 === 0 && node !== 0) [node, last] = [node / 2, Math.floor(last / 2)];
    } else {
      newHash = nodeHash(newHash, sibling);
    }
    [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  }
  return last === 0 && equalBytes(oldHash, older.root) && equalBytes(newHash, newer.root);
}

function isIndexOf(index: number, size: number): boolean {
  return Number.isSafeInteger(size) && Number.isSafeInteger(index) && index >= 0 && index < size;
}

function isProof(proof: readonly Uint8Array[]): boolean {
  return proof.length <= MAX_PROOF_HASHES && proof.every((hash) => hash.length === HASH_BYTES);
}

function isPowerOfTwo(size: number): boolean {
  return coverCount(size) === 1;
}

function coverCount(size: number): number {
  let ones = 0;
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) ones += rest % 2;
  return ones;
}
