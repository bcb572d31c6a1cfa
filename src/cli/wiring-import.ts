import { basename } from 'node:path';
import { type PutVersionInput, parseFilePath } from '../api/index.ts';
import { SecretBytes, utf8Bytes } from '../bytes/index.ts';
import {
  deriveFernetKey,
  type LegacyPackage,
  MAX_LEGACY_BYTES,
  openFernet,
  openLegacyPackage,
  parseFernetKey,
} from '../container/index.ts';
import { StrongroomError } from '../errors/index.ts';
import { readSmallFile } from '../storage/index.ts';
import type { LegacyInput } from './operations.ts';
import { escapeText } from './terminal.ts';

/** What every Fernet token begins with: version 0x80 and the high bytes of a time before the year 4147. */
const FERNET_START = 'gAAAA';

/**
 * Opens a package of the Python class, or a bare Fernet token, as what `put` takes. Nothing in it is executed.
 * Throws as `openLegacyPackage` and `openFernet`.
 */
export async function readLegacy(input: LegacyInput): Promise<Omit<PutVersionInput, 'model'>> {
  const bytes = await readSmallFile(input.file, MAX_LEGACY_BYTES);
  if (bytes === undefined) {
    throw new StrongroomError('STORAGE_MISSING', `there is no file ${escapeText(input.file)}`);
  }
  const key = await fernetKey(input);
  const name = basename(input.file);
  if (isFernetToken(bytes)) {
    if (key === undefined) {
      throw new StrongroomError('KEY_REFUSED', 'a fernet token needs its key', {
        hint: 'name it with --key-file',
      });
    }
    const { plaintext, createdAt } = openFernet(withoutFinalNewline(bytes), key);
    return {
      files: [fileOf(name.replace(/\.(?:fernet|token|enc|encrypted)$/i, ''), plaintext)],
      metadata: { 'imported.from': 'fernet', 'imported.createdAt': createdAt.toISOString() },
    };
  }
  const { accessCode } = input;
  const opened = await openLegacyPackage(bytes, { ...(key && { key }), ...(accessCode && { accessCode }) });
  return {
    files: [fileOf(name, opened.pickle)],
    metrics: opened.metrics,
    metadata: { ...opened.metadata.entries, ...originOf(opened) },
    ...(opened.hadAccessCode && accessCode && { accessCode }),
  };
}

function originOf(opened: LegacyPackage): Record<string, string> {
  const { checksum, createdAt } = opened;
  return {
    'imported.from': 'SecureModelManager',
    ...(createdAt !== undefined && { 'imported.createdAt': createdAt }),
    ...(checksum && { [`imported.${checksum.algorithm}`]: checksum.digest }),
  };
}

async function fernetKey({ key, derived }: LegacyInput): Promise<SecretBytes | undefined> {
  if (key !== undefined) return parseFernetKey(SecretBytes.take(utf8Bytes(key)));
  return (
    derived && (await deriveFernetKey(derived.passphrase, { algorithm: derived.kdf, salt: derived.salt }))
  );
}

/** Editors end a file with a newline, which is no part of a token. */
function withoutFinalNewline(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(0, bytes.findLastIndex((byte) => byte !== 0x0a && byte !== 0x0d) + 1);
}

function isFernetToken(bytes: Uint8Array): boolean {
  return new TextDecoder('latin1').decode(bytes.subarray(0, FERNET_START.length)) === FERNET_START;
}

function fileOf(name: string, content: Uint8Array): PutVersionInput['files'][number] {
  return {
    path: parseFilePath(name),
    size: content.length,
    async *open() {
      yield await Promise.resolve(content);
    },
  };
}
