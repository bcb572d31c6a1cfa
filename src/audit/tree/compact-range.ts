import type { NodeAddress } from './node-address.ts';
import { foldRight } from './root.ts';
import { nodeHash } from './tree-hash.ts';

/** Told of every perfect subtree as it becomes complete. */
export type NodeListener = (address: NodeAddress, hash: Uint8Array) => void;

/** The right edge of a tree: all that is needed to append leaves and to know the root. */
export class CompactRange {
  #size: number;
  /** Roots of the perfect subtrees, largest first: one for each bit of the size. */
  readonly #edge: Uint8Array[];

  /** `edge` must be the hashes of `coverRange(0, size)`. */
  constructor(size = 0, edge: readonly Uint8Array[] = []) {
    this.#size = size;
    this.#edge = [...edge];
  }

  /** Leaves so far. */
  get size(): number {
    return this.#size;
  }

  append(leaf: Uint8Array, onNode?: NodeListener): void {
    let hash = leaf;
    let address: NodeAddress = { level: 0, index: this.#size };
    onNode?.(address, hash);
    // Division, not shifts: those end at 2^31.
    while (address.index % 2 === 1) {
      const left = this.#edge.pop();
      if (left === undefined) throw new Error('the edge does not fit the size');
      hash = nodeHash(left, hash);
      address = { level: address.level + 1, index: (address.index - 1) / 2 };
      onNode?.(address, hash);
    }
    this.#edge.push(hash);
    this.#size += 1;
  }

  root(): Uint8Array {
    return foldRight(this.#edge);
  }
}
