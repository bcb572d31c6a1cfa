import { z } from 'zod';
import { parseModelName, parseNamespaceName } from '../api/index.ts';
import { concatBytes, formatCanonicalJson, SecretBytes, uintBytes, utf8Bytes } from '../bytes/index.ts';
import { isStrongroomError, StrongroomError } from '../errors/index.ts';
import { KEK_BYTES, type KeyEntry, type KeyVersionEntry } from './key-states.ts';
import { generationNumber, parseCanonicalFile, timestamp } from './keyring-file.ts';

/** Length of the key that MACs are derived from. */
export const MAC_KEY_BYTES = 32;

/** What the keyring keeps secret (docs/spec/keyring.md §4). */
export interface KeyringContent {
  readonly macKey: SecretBytes;
  /** The oldest generation that may still exist; those before hold something that ended. */
  readonly floor: number;
  /** Sorted by name. */
  readonly keys: readonly KeyEntry[];
}

const LENGTH_BYTES = 4;

const versionFields = { version: z.int().min(1), createdAt: timestamp };

const keyVersion = z.discriminatedUnion('state', [
  z.strictObject({ ...versionFields, state: z.enum(['active', 'retiring']) }),
  z.strictObject({ ...versionFields, state: z.enum(['disabled', 'destroyed']), disabledAt: timestamp }),
]);

const key = z.strictObject({
  name: z.string().refine(isKeyName),
  versions: z
    .array(keyVersion)
    .min(1)
    .refine((versions) =>
      versions.every(
        ({ version, state }, at) =>
          version === at + 1 && (state === 'active') === (at === versions.length - 1),
      ),
    ),
});

const contentIndex = z.strictObject({
  floor: generationNumber,
  keys: z
    .array(key)
    .refine((keys) => keys.every(({ name }, at) => at === 0 || (keys[at - 1]?.name ?? '') < name)),
});

/** Narrows to the name of a key: `acme` or `acme/churn`. Throws `NAME_INVALID`. */
export function parseKeyName(name: string): string {
  return name.includes('/') ? parseModelName(name) : parseNamespaceName(name);
}

function isKeyName(name: string): boolean {
  try {
    return parseKeyName(name) === name;
  } catch (error) {
    if (isStrongroomError(error, 'NAME_INVALID')) return false;
    throw error;
  }
}

/**
 * Content as bytes: length, canonical JSON without secrets, and then the secrets, so that no secret ever becomes a
 * string, which nobody can wipe. To be wiped by the caller.
 */
export function formatContent(content: KeyringContent): Uint8Array {
  const keys = content.keys.map(({ name, versions }) => ({
    name,
    versions: versions.map(({ material: _material, ...shown }) => shown),
  }));
  const index = utf8Bytes(`${formatCanonicalJson({ floor: content.floor, keys })}\n`);
  const secrets = secretsOf(content).map((secret) => secret.expose());
  return concatBytes(uintBytes(index.length, LENGTH_BYTES), index, ...secrets);
}

/** The inverse of `formatContent`. Throws `KEYRING_MALFORMED`, though only what somebody with the key made gets here. */
export function parseContent(bytes: Uint8Array): KeyringContent {
  if (bytes.length < LENGTH_BYTES) throw malformed();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const end = LENGTH_BYTES + view.getUint32(0);
  const parsed = contentIndex.safeParse(parseCanonicalFile(bytes.subarray(LENGTH_BYTES, end)));
  if (!parsed.success) throw malformed();
  const { floor, keys } = parsed.data;
  const held = keys.flatMap(({ versions }) => versions.filter(({ state }) => state !== 'destroyed'));
  if (bytes.length !== end + MAC_KEY_BYTES + KEK_BYTES * held.length) throw malformed();
  return withSecrets({ floor, keys }, bytes.subarray(end));
}

function withSecrets(index: z.infer<typeof contentIndex>, secrets: Uint8Array): KeyringContent {
  let at = MAC_KEY_BYTES;
  const withMaterial = (version: z.infer<typeof keyVersion>): KeyVersionEntry => {
    if (version.state === 'destroyed') return version;
    const material = SecretBytes.copyOf(secrets.subarray(at, at + KEK_BYTES));
    at += KEK_BYTES;
    return { ...version, material };
  };
  const keys = index.keys.map(({ name, versions }) => ({ name, versions: versions.map(withMaterial) }));
  return { floor: index.floor, keys, macKey: SecretBytes.copyOf(secrets.subarray(0, MAC_KEY_BYTES)) };
}

/** Every secret of the content, in the order of its bytes. */
function secretsOf(content: KeyringContent): readonly SecretBytes[] {
  const materials = content.keys.flatMap(({ versions }) =>
    versions.flatMap(({ material }) => (material === undefined ? [] : [material])),
  );
  return [content.macKey, ...materials];
}

/** Wipes the secrets of one content that another one does not share. */
export function wipeContent(content: KeyringContent, kept?: KeyringContent): void {
  const shared = new Set(kept === undefined ? [] : secretsOf(kept));
  for (const secret of secretsOf(content)) if (!shared.has(secret)) secret.wipe();
}

function malformed(): StrongroomError {
  return new StrongroomError('KEYRING_MALFORMED', 'the keys in this keyring cannot be read');
}
