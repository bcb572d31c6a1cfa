import type { SecretBytes } from '../../bytes/index.ts';
import type { FileSource, Folder } from '../../storage/index.ts';
import {
  batchLength,
  isEndMark,
  MAX_BATCH_BYTES,
  parseBatch,
  parseOwner,
  type WalOwner,
} from './wal-format.ts';

/** How far a write-ahead log was read: where its next batch begins, and what chains it to the one before. */
export interface WalPosition {
  readonly offset: number;
  readonly mac: Uint8Array;
  /** Everything was taken in and nobody writes to it any more: the file may go. */
  readonly isDone?: boolean;
}

/** What was read of a write-ahead log. */
export interface WalRead {
  readonly owner: WalOwner;
  readonly entries: readonly Uint8Array[];
  readonly position: WalPosition;
  /** Bytes behind the last whole batch: being written now, or left by a kill. */
  readonly tailBytes: number;
  /** Its writer said that it writes no more. */
  readonly isClosed: boolean;
  /** A batch that does not hold has others behind it: somebody changed it. */
  readonly isDamaged: boolean;
}

/** How much is read at a time at most. */
export interface WalReadLimits {
  readonly maxEntries: number;
}

/**
 * Reads on from a position (absent: from the beginning). `undefined` when the beginning is damaged, or when the file
 * is shorter than what was read of it before.
 */
export async function readWal(
  folder: Folder,
  name: string,
  options: WalReadLimits & { readonly key: SecretBytes; readonly from?: WalPosition },
): Promise<WalRead | undefined> {
  await using file = await folder.openFile(name);
  const head = parseOwner(options.key, await file.read(0, 65_536));
  if (head === undefined) return undefined;
  const start = options.from ?? { offset: head.end, mac: head.mac };
  if (start.offset > file.size) return undefined;
  const entries: Uint8Array[] = [];
  let position: WalPosition = start;
  let isClosed = false;
  while (entries.length < options.maxEntries && !isClosed) {
    const batch = await readBatch(file, position, options.key);
    if (batch === undefined) break;
    isClosed = isEndMark(batch.entries);
    if (!isClosed) entries.push(...batch.entries);
    position = { offset: position.offset + batch.length, mac: batch.mac };
  }
  const isAtEnd = entries.length < options.maxEntries;
  const tailBytes = isAtEnd ? file.size - position.offset : 0;
  const isDamaged = isAtEnd && tailBytes > 0 && (await hasMoreBehind(file, position.offset));
  return { owner: head.owner, entries, position, tailBytes, isClosed, isDamaged };
}

async function readBatch(
  file: FileSource,
  position: WalPosition,
  key: SecretBytes,
): Promise<ReturnType<typeof parseBatch>> {
  const length = batchLength(await file.read(position.offset, 64));
  if (length === undefined || position.offset + length > file.size) return undefined;
  return parseBatch(key, position.mac, await file.read(position.offset, length));
}

/** A torn batch is the last one, because the next is begun only when it was durable. */
async function hasMoreBehind(file: FileSource, offset: number): Promise<boolean> {
  const length = batchLength(await file.read(offset, 64));
  const rest = file.size - offset;
  return rest > MAX_BATCH_BYTES + 64 || (length !== undefined && offset + length < file.size);
}
