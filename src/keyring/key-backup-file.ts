import { z } from 'zod';
import {
  concatBytes,
  formatCanonicalJson,
  fromBase64Url,
  type Passphrase,
  toBase64Url,
  utf8Bytes,
} from '../bytes/index.ts';
import { unwrapSecret, wrapSecret } from '../container/index.ts';
import { derivePasswordKey, ID_BYTES, newKdf, parseKdf, sha256 } from '../crypto/index.ts';
import { isStrongroomError, StrongroomError } from '../errors/index.ts';
import { formatContent, type KeyringContent, parseContent } from './keyring-content.ts';
import { generationNumber, MAX_KEYRING_BYTES, parseCanonicalFile, timestamp } from './keyring-file.ts';
import { keyRefused } from './refusal.ts';

const MAGIC = utf8Bytes('SRKEYS1\n');
const FORMAT = 'strongroom/1 key backup';

const backupFile = z.strictObject({
  format: z.literal(FORMAT),
  vault: z.string().refine((text) => fromBase64Url(text)?.length === ID_BYTES),
  generation: generationNumber,
  createdAt: timestamp,
  kdf: z.string(),
  box: z.string().min(1),
});

/** Which keyring a backup is of. */
export interface KeyBackupOrigin {
  readonly vault: string;
  /** The keyring's generation when the backup was made. */
  readonly generation: number;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
}

/** A backup after it was opened. */
export interface OpenedKeyBackup extends KeyBackupOrigin {
  readonly content: KeyringContent;
}

type BackupHead = KeyBackupOrigin & { readonly kdf: string };

/** Writes a backup (docs/spec/keyring.md §7) under a passphrase, by Argon2id. Throws `INPUT_INVALID` for an empty one. */
export async function sealKeyBackup(
  origin: KeyBackupOrigin,
  content: KeyringContent,
  passphrase: Passphrase,
): Promise<Uint8Array> {
  if (passphrase.length === 0) throw new StrongroomError('INPUT_INVALID', 'the passphrase is empty');
  // The content is taken before anything is awaited: the keyring may change or close meanwhile.
  const plain = formatContent(content);
  try {
    const head = { ...origin, kdf: newKdf() };
    using key = await derivePasswordKey(passphrase, head.kdf);
    const box = toBase64Url(wrapSecret(key, plain, backupAad(head)));
    return concatBytes(MAGIC, utf8Bytes(`${formatCanonicalJson({ ...head, format: FORMAT, box })}\n`));
  } finally {
    plain.fill(0);
  }
}

/**
 * Opens a backup. Throws `KEY_REFUSED` for a wrong passphrase and for changed bytes, which cannot be told apart,
 * `KEY_BACKUP_MALFORMED`, `CONTAINER_LIMIT`.
 */
export async function openKeyBackup(bytes: Uint8Array, passphrase: Passphrase): Promise<OpenedKeyBackup> {
  const { box, ...head } = parseKeyBackup(bytes);
  using key = await derivePasswordKey(passphrase, head.kdf);
  const plain = unwrapSecret(key, box, backupAad(head));
  if (plain === undefined) throw keyRefused();
  try {
    return { ...head, content: parseContent(plain) };
  } finally {
    plain.fill(0);
  }
}

function parseKeyBackup(bytes: Uint8Array): BackupHead & { readonly box: Uint8Array } {
  if (bytes.length > 2 * MAX_KEYRING_BYTES) throw malformed('it is too large');
  const magic = bytes.subarray(0, MAGIC.length);
  if (magic.length !== MAGIC.length || magic.some((byte, at) => byte !== MAGIC[at]))
    throw malformed('it does not begin like one');
  const parsed = backupFile.safeParse(parseCanonicalFile(bytes.subarray(MAGIC.length)));
  if (!parsed.success) throw malformed('its fields are not those of a backup');
  const { box, format: _format, ...head } = parsed.data;
  const sealed = fromBase64Url(box);
  if (sealed === undefined) throw malformed('its content is not base64url');
  assertSafeKdf(head.kdf);
  return { ...head, box: sealed };
}

function assertSafeKdf(kdf: string): void {
  try {
    parseKdf(kdf);
  } catch (error) {
    if (isStrongroomError(error, 'CONTAINER_MALFORMED')) throw malformed('its key derivation is malformed');
    throw error;
  }
}

function backupAad({ vault, generation, createdAt, kdf }: BackupHead): Uint8Array {
  const head = utf8Bytes(`${formatCanonicalJson({ vault, generation, createdAt, kdf, format: FORMAT })}\n`);
  return concatBytes(utf8Bytes('strongroom/1\0key backup\0'), sha256(head));
}

function malformed(why: string): StrongroomError {
  return new StrongroomError('KEY_BACKUP_MALFORMED', `this is not a backup of keys: ${why}`);
}
