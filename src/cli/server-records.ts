import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { SecretBytes, utf8Bytes, utf8Text } from '../bytes/index.ts';
import { isStrongroomError, StrongroomError } from '../errors/index.ts';
import { Folder } from '../storage/index.ts';
import type { ServerRecord } from './remote-operations.ts';

const MAX_RECORD_BYTES = 256 * 1024;
/** A renewal takes a second at most; who holds a lock for longer has died. */
const ABANDONED_LOCK_MS = 30_000;
const LOCK_PAUSE_MS = 50;

const secret = z.codec(
  z.string().min(1).max(16_384),
  z.custom<SecretBytes>((value) => value instanceof SecretBytes),
  {
    decode: (text) => SecretBytes.take(utf8Bytes(text)),
    encode: (bytes) => utf8Text(bytes.expose()) ?? '',
  },
);

const record = z.strictObject({
  format: z.literal(1),
  server: z.string(),
  trust: z.strictObject({
    authorities: z.string().exactOptional(),
    certificateSha256: z.string().exactOptional(),
  }),
  principal: z.string().exactOptional(),
  tokens: z
    .strictObject({ accessToken: secret, accessExpiresAt: z.int(), refreshToken: secret })
    .exactOptional(),
  token: secret.exactOptional(),
  device: z.string().exactOptional(),
});

/** Reads what is remembered of a server; `undefined` when that is nothing. Throws `CONFIG_INVALID`, `STORAGE_…`. */
export async function readRecord(path: string, server: string): Promise<ServerRecord | undefined> {
  try {
    await using folder = await Folder.open(path);
    return decodeRecord(
      await folder.readFile(fileName(server), MAX_RECORD_BYTES),
      folder.labelOf(fileName(server)),
    );
  } catch (error) {
    if (isStrongroomError(error, 'STORAGE_MISSING')) return undefined;
    throw error;
  }
}

/** Writes it as a whole, mode 0600 in a folder of mode 0700. */
export async function writeRecord(path: string, kept: ServerRecord): Promise<void> {
  await using folder = await Folder.open(path, { create: true });
  const document = z.encode(record, { format: 1, ...kept });
  await folder.replaceFile(fileName(kept.server), utf8Bytes(`${JSON.stringify(document, undefined, 2)}\n`));
}

/** Runs work while no other process of this user runs work on the same server. */
export async function withRecordLock<T>(path: string, server: string, work: () => Promise<T>): Promise<T> {
  await using folder = await Folder.open(path, { create: true });
  const name = `${fileName(server)}.lock`;
  await takeLock(folder, name);
  try {
    return await work();
  } finally {
    await folder.removeFile(name);
  }
}

async function takeLock(folder: Folder, name: string): Promise<void> {
  for (;;) {
    try {
      const lock = await folder.createFile(name);
      await lock.close();
      return;
    } catch (error) {
      if (!isStrongroomError(error, 'STORAGE_CONFLICT')) throw error;
    }
    const status = await folder.status(name);
    if (status !== undefined && Date.now() - status.modifiedMs > ABANDONED_LOCK_MS)
      await folder.removeFile(name);
    else await wait(LOCK_PAUSE_MS);
  }
}

function decodeRecord(bytes: Uint8Array, label: string): ServerRecord {
  try {
    const { format: _format, ...kept } = z.parse(record, JSON.parse(utf8Text(bytes) ?? ''));
    return kept;
  } catch (cause) {
    throw new StrongroomError('CONFIG_INVALID', `${label} is not what this version has written`, {
      cause,
      hint: 'remove the file and log in again: strongroom login',
    });
  }
}

/** `models.example.org_8443.json`. */
function fileName(server: string): string {
  return `${server.replace(/^https:\/\//, '').replace(/[^a-z0-9.-]/g, '_')}.json`;
}
