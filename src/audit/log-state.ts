import { z } from 'zod';
import {
  formatCanonicalJson,
  fromBase64Url,
  parseCanonicalJson,
  type SecretBytes,
  toBase64Url,
  utf8Bytes,
  utf8Text,
} from '../bytes/index.ts';
import { equalBytes, hmac } from '../crypto/index.ts';
import { isStrongroomError, StrongroomError } from '../errors/index.ts';
import type { Folder } from '../storage/index.ts';
import type { WalPosition } from './wal/wal-reader.ts';

const STATE_FILE = 'state.json';
/** Ten thousand write-ahead logs and a checkpoint stay far below. */
const MAX_STATE_BYTES = 4 * 1024 * 1024;

const stateSchema = z.strictObject({
  checkpoint: z.string(),
  wals: z.record(
    z.string(),
    z.strictObject({ offset: z.int().min(0), mac: z.string(), done: z.boolean().optional() }),
  ),
});

/** What the sequencer knows: the newest checkpoint, and how far it took in each write-ahead log. */
export interface LogState {
  /** Signed note. */
  readonly checkpoint: string;
  readonly wals: ReadonlyMap<string, WalPosition>;
}

/** The state as it was stored last; `undefined` for a log that has none yet. Throws `AUDIT_DAMAGED`. */
export async function readState(folder: Folder, key: SecretBytes): Promise<LogState | undefined> {
  let bytes: Uint8Array;
  try {
    bytes = await folder.readFile(STATE_FILE, MAX_STATE_BYTES);
  } catch (error) {
    if (isStrongroomError(error, 'STORAGE_MISSING')) return undefined;
    throw error;
  }
  const [body = '', mac = '', end, ...more] = (utf8Text(bytes) ?? '').split('\n');
  const given = fromBase64Url(mac);
  const parsed = stateSchema.safeParse(parseCanonicalJson(body));
  if (given === undefined || !equalBytes(given, macOf(key, body))) throw damaged();
  if (!parsed.success || end !== '' || more.length > 0) throw damaged();
  const wals = Object.entries(parsed.data.wals).map(([name, { offset, mac: chained, done = false }]) => {
    const decoded = fromBase64Url(chained);
    if (decoded === undefined) throw damaged();
    return [name, { offset, mac: decoded, isDone: done }] as const;
  });
  return { checkpoint: parsed.data.checkpoint, wals: new Map(wals) };
}

/** Replaces the state, durably. From then on the checkpoint in it binds the log. */
export async function writeState(folder: Folder, key: SecretBytes, state: LogState): Promise<void> {
  const wals = Object.fromEntries(
    [...state.wals].map(([name, { offset, mac, isDone }]) => [
      name,
      { offset, mac: toBase64Url(mac), ...(isDone === true ? { done: true } : {}) },
    ]),
  );
  const body = formatCanonicalJson({ checkpoint: state.checkpoint, wals });
  const line = `${body}\n${toBase64Url(macOf(key, body))}\n`;
  await folder.replaceFile(STATE_FILE, utf8Bytes(line));
}

function macOf(key: SecretBytes, body: string): Uint8Array {
  return hmac('sha256', key, utf8Bytes(`audit state\n${body}`));
}

function damaged(): StrongroomError {
  return new StrongroomError('AUDIT_DAMAGED', 'the state of the audit log was changed or is damaged');
}
