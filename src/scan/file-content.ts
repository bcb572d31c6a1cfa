import { toHex, utf8Bytes } from '../bytes/index.ts';
import { sha256 } from '../crypto/index.ts';

/** Names of tensors, told apart from other names by their number and digest: a checkpoint has hundreds of thousands. */
export interface TensorSet {
  readonly count: number;
  /** SHA-256 of the JSON of the names, each once and sorted by UTF-16 units; hexadecimal. */
  readonly digest: string;
}

/** The tensors that an index looks for in one file. */
export interface ShardClaim extends TensorSet {
  /** A name in the folder of the index; hostile text. */
  readonly file: string;
}

/** What a file holds that only other files can be held against. */
export interface FileContent {
  readonly tensors?: TensorSet;
  /** Of an index of shards (`*.index.json`). */
  readonly shards?: readonly ShardClaim[];
}

/** Names as a set that can be compared. */
export function tensorSetOf(names: Iterable<string>): TensorSet {
  const sorted = [...new Set(names)].sort();
  return { count: sorted.length, digest: toHex(sha256(utf8Bytes(JSON.stringify(sorted)))) };
}
