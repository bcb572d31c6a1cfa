import { timingSafeEqual } from 'node:crypto';

/** Equality in a time that depends on the lengths only; different lengths are unequal. For MACs, tags, digests. */
export function equalBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && timingSafeEqual(left, right);
}
