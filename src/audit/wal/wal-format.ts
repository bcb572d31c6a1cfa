import type { SecretBytes } from '../../bytes/index.ts';
import {
  concatBytes,
  formatCanonicalJson,
  parseCanonicalJson,
  utf8Bytes,
  utf8Text,
} from '../../bytes/index.ts';
import { equalBytes, hmac } from '../../crypto/index.ts';
import { formatEntries, parseEntries } from '../tree/tiles.ts';

/** Before each batch: its length, the number of its entries (four bytes each, big-endian), its MAC. */
const HEAD_BYTES = 8 + 32;
/** Largest batch: 1,024 entries of 16 KiB and their lengths. */
export const MAX_BATCH_BYTES = 17 * 1024 * 1024;
export const MAX_BATCH_ENTRIES = 1024;
const FIRST_MAC = new Uint8Array(32);

/** Who writes a write-ahead log, so that others can tell when that process is gone. */
export interface WalOwner {
  readonly node: string;
  readonly host: string;
  readonly pid: number;
  readonly startedAt: string;
}

/** One batch as it was read, and where the next one would begin. */
export interface WalBatch {
  readonly entries: readonly Uint8Array[];
  readonly end: number;
  /** Chains the next batch to this one. */
  readonly mac: Uint8Array;
}

/** A batch as it is appended: HMAC-SHA-256 over the MAC of the batch before, the head and the entries. */
export function formatBatch(
  key: SecretBytes,
  before: Uint8Array,
  entries: readonly Uint8Array[],
): { readonly bytes: Uint8Array; readonly mac: Uint8Array } {
  const body = formatEntries(entries);
  const lengths = lengthsOf(body.length, entries.length);
  const mac = hmac('sha256', key, before, lengths, body);
  return { bytes: concatBytes(lengths, mac, body), mac };
}

/** The batch at the start of the bytes; `undefined` when it is incomplete or its MAC does not fit. */
export function parseBatch(
  key: SecretBytes,
  before: Uint8Array,
  bytes: Uint8Array,
): (Omit<WalBatch, 'end'> & { readonly length: number }) | undefined {
  const length = batchLength(bytes);
  if (length === undefined || bytes.length < length) return undefined;
  const [lengths, mac, body] = [
    bytes.subarray(0, 8),
    bytes.subarray(8, HEAD_BYTES),
    bytes.subarray(HEAD_BYTES, length),
  ];
  if (!equalBytes(mac, hmac('sha256', key, before, lengths, body))) return undefined;
  const entries = parseEntries(body, new DataView(bytes.buffer, bytes.byteOffset).getUint32(4));
  return entries && { entries, mac, length };
}

/** How long the batch at the start of the bytes says it is; `undefined` when its head is cut or absurd. */
export function batchLength(bytes: Uint8Array): number | undefined {
  if (bytes.length < HEAD_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [body, count] = [view.getUint32(0), view.getUint32(4)];
  return body > MAX_BATCH_BYTES || count === 0 || count > MAX_BATCH_ENTRIES ? undefined : HEAD_BYTES + body;
}

/** The last batch of a write-ahead log whose writer ended it: one entry without a byte. */
export const END_MARK: readonly Uint8Array[] = [new Uint8Array(0)];

/** Whether a batch is the end mark. */
export function isEndMark(entries: readonly Uint8Array[]): boolean {
  return entries.length === 1 && entries[0]?.length === 0;
}

/** The first batch of a write-ahead log: who writes it. */
export function formatOwner(
  key: SecretBytes,
  owner: WalOwner,
): { readonly bytes: Uint8Array; readonly mac: Uint8Array } {
  return formatBatch(key, FIRST_MAC, [utf8Bytes(formatCanonicalJson(owner))]);
}

/** Who writes the log, and where its entries begin; `undefined` when the beginning is damaged. */
export function parseOwner(
  key: SecretBytes,
  bytes: Uint8Array,
): { readonly owner: WalOwner; readonly end: number; readonly mac: Uint8Array } | undefined {
  const batch = parseBatch(key, FIRST_MAC, bytes);
  const [first] = batch?.entries ?? [];
  const value = first && parseCanonicalJson(utf8Text(first) ?? '');
  return batch && isOwner(value) ? { owner: value, end: batch.length, mac: batch.mac } : undefined;
}

function isOwner(value: unknown): value is WalOwner {
  if (typeof value !== 'object' || value === null) return false;
  const { node, host, pid, startedAt } = value as Readonly<Record<string, unknown>>;
  return (
    typeof node === 'string' &&
    typeof host === 'string' &&
    typeof startedAt === 'string' &&
    Number.isSafeInteger(pid)
  );
}

function lengthsOf(bodyBytes: number, entryCount: number): Uint8Array {
  const lengths = new Uint8Array(8);
  const view = new DataView(lengths.buffer);
  view.setUint32(0, bodyBytes);
  view.setUint32(4, entryCount);
  return lengths;
}
