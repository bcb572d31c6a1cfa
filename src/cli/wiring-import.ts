import { basename } from 'node:path';
import { SecretBytes, utf8Bytes } from '../bytes/index.ts';
import { MAX_LEGACY_BYTES, parseFernetKey } from '../container/index.ts';
import { type LegacyContent, type LegacyFile, type LegacyKey, readLegacy } from '../vault/index.ts';
import { readNamedFile } from './named-files.ts';
import type { LegacyInput } from './operations.ts';

/** Opens the file that `import-legacy` was given, as what `put` takes. */
export async function readLegacyContent(input: LegacyInput): Promise<LegacyContent> {
  return await readLegacy(await readLegacyFile(input));
}

async function readLegacyFile(input: LegacyInput): Promise<LegacyFile> {
  const bytes = await readNamedFile(input.file, MAX_LEGACY_BYTES);
  const key = legacyKey(input);
  return {
    name: basename(input.file),
    bytes,
    ...(key && { key }),
    ...(input.accessCode && { accessCode: input.accessCode }),
  };
}

function legacyKey({ key, derived }: LegacyInput): LegacyKey | undefined {
  if (key !== undefined) return { kind: 'key', key: parseFernetKey(SecretBytes.take(utf8Bytes(key))) };
  if (derived === undefined) return undefined;
  const { passphrase, kdf, salt } = derived;
  return { kind: 'password', password: passphrase, derivation: { algorithm: kdf, salt } };
}
