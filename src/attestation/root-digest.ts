import { concatBytes, fromHex, toHex, utf8Bytes } from '../bytes/index.ts';
import { sha256 } from '../crypto/index.ts';

/** A file as its digest names it. */
export interface AttestedFile {
  readonly path: string;
  /** In bytes. */
  readonly size: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

/**
 * The one digest of a model that statements are about: SHA-256 over the raw digests of its files, sorted by the parts
 * of their paths, lower-case hex. It is what `model_signing digest` prints (docs/spec/bundle.md §2).
 */
export function rootDigest(files: readonly AttestedFile[]): string {
  const sorted = [...files].sort((a, b) => compareParts(a.path.split('/'), b.path.split('/')));
  return toHex(sha256(concatBytes(...sorted.map((file) => fromHex(file.sha256) ?? new Uint8Array()))));
}

function compareParts(left: readonly string[], right: readonly string[]): number {
  for (let at = 0; at < Math.min(left.length, right.length); at++) {
    // UTF-8 sorts as code points do; UTF-16, by which `<` compares, does not.
    const order = Buffer.compare(utf8Bytes(left[at] ?? ''), utf8Bytes(right[at] ?? ''));
    if (order !== 0) return order;
  }
  return left.length - right.length;
}
