import { z } from 'zod';
import type { RootSeal } from '../api/index.ts';
import {
  formatCanonicalJson,
  fromBase64Url,
  parseCanonicalJson,
  toBase64Url,
  utf8Bytes,
  utf8Text,
} from '../bytes/index.ts';
import { ID_BYTES, parseKdf } from '../crypto/index.ts';
import { isStrongroomError, StrongroomError } from '../errors/index.ts';
import { MAX_SHARES } from './shares.ts';

/** Largest keyring file that is read or written, in bytes: room for tens of thousands of keys. */
export const MAX_KEYRING_BYTES = 16 << 20;
/** Most root seals at once: each passphrase among them costs a derivation when somebody opens with a passphrase. */
export const MAX_ROOT_SEALS = 16;
/** Longest label of a root seal, in characters. */
export const MAX_LABEL_CHARS = 128;
/** Generations beyond this are no count of changes. */
const MAX_GENERATION = 2 ** 48;

const FORMAT = 'strongroom/1 keyring';
const MAX_WRAPPED_CHARS = 1024;

/** Base64url of exactly `length` bytes. */
function bytesText(length: number) {
  return z.string().refine((text) => fromBase64Url(text)?.length === length);
}

const id = bytesText(ID_BYTES);
const boxed = z
  .string()
  .min(1)
  .refine((text) => fromBase64Url(text) !== undefined);
/** ISO 8601 in UTC with milliseconds, the one text of a moment. */
export const timestamp = z.iso.datetime({ precision: 3 });
/** Counts the changes of a keyring, from 1. */
export const generationNumber = z.int().min(1).max(MAX_GENERATION);

const sealFields = {
  id,
  createdAt: timestamp,
  label: z.string().max(MAX_LABEL_CHARS),
  wrapped: boxed.max(MAX_WRAPPED_CHARS),
};

const rootSealEntry = z.discriminatedUnion('kind', [
  z.strictObject({ ...sealFields, kind: z.enum(['key-file', 'key-env']), keyId: id }),
  z.strictObject({ ...sealFields, kind: z.literal('passphrase'), kdf: z.string() }),
  z.strictObject({
    ...sealFields,
    kind: z.literal('shares'),
    shares: z
      .strictObject({ threshold: z.int().min(2), total: z.int().max(MAX_SHARES) })
      .refine(({ threshold, total }) => threshold <= total),
  }),
]);

const keyringHead = {
  format: z.literal(FORMAT),
  generation: generationNumber,
  root: id,
  seals: z.array(rootSealEntry).min(1).max(MAX_ROOT_SEALS),
  vault: id,
};

const keyringFile = z.strictObject({ ...keyringHead, box: boxed });

/** One wrapping of the root key, as the keyring file holds it (docs/spec/keyring.md §3). */
export type RootSealEntry = z.infer<typeof rootSealEntry>;

/** What of the keyring file can be read without the root key, all of it bound by the box. */
export interface KeyringHead {
  readonly vault: string;
  readonly generation: number;
  /** Id of the root key. */
  readonly root: string;
  /** Oldest first. */
  readonly seals: readonly RootSealEntry[];
}

/** The keyring file: its head, and the keys sealed under the root key. */
export interface KeyringFile {
  readonly head: KeyringHead;
  /** FLOE ciphertext. */
  readonly box: Uint8Array;
}

/** The bytes of a keyring file. Throws `INPUT_TOO_LARGE` when it would not be read back. */
export function formatKeyringFile({ head, box }: KeyringFile): Uint8Array {
  const bytes = utf8Bytes(`${formatCanonicalJson({ ...head, format: FORMAT, box: toBase64Url(box) })}\n`);
  if (bytes.length > MAX_KEYRING_BYTES) {
    throw new StrongroomError('INPUT_TOO_LARGE', `a keyring has at most ${MAX_KEYRING_BYTES} bytes`);
  }
  return bytes;
}

/**
 * Reads a keyring file; what it says counts only once its box was opened. Throws `KEYRING_MALFORMED`,
 * `KEYRING_UNSUPPORTED`, and `CONTAINER_LIMIT` for a derivation whose costs would exhaust the machine.
 */
export function parseKeyringFile(bytes: Uint8Array): KeyringFile {
  if (bytes.length > MAX_KEYRING_BYTES) throw malformed(`it has more than ${MAX_KEYRING_BYTES} bytes`);
  const value = parseCanonicalFile(bytes);
  if (value === undefined) throw malformed('it is not canonical json');
  assertOurVersion(value);
  const parsed = keyringFile.safeParse(value);
  // What zod reports quotes the file; the place alone is enough and safe.
  if (!parsed.success) throw malformed(`bad field ${parsed.error.issues[0]?.path.join('.') ?? ''}`);
  const { box, format: _format, ...head } = parsed.data;
  if (new Set(head.seals.map((seal) => seal.id)).size !== head.seals.length)
    throw malformed('two root seals have one id');
  for (const seal of head.seals) assertSafeSeal(seal);
  return { head, box: fromBase64Url(box) ?? new Uint8Array(0) };
}

/** The value of canonical JSON with one final line feed; `undefined` when the bytes are anything else. */
export function parseCanonicalFile(bytes: Uint8Array): unknown {
  const text = utf8Text(bytes);
  return text?.endsWith('\n') ? parseCanonicalJson(text.slice(0, -1)) : undefined;
}

/** The canonical bytes of a head, which the box binds. */
export function formatKeyringHead(head: KeyringHead): Uint8Array {
  return utf8Bytes(`${formatCanonicalJson({ ...head, format: FORMAT })}\n`);
}

/** What may be shown of a seal. */
export function describeSeal(seal: RootSealEntry): RootSeal {
  const { id: sealId, kind, createdAt, label } = seal;
  const shares = seal.kind === 'shares' ? { shares: seal.shares } : {};
  return { id: sealId, kind, createdAt, label, ...shares };
}

/** Throws `INPUT_INVALID` unless the text is an id: 16 bytes as base64url. */
export function assertId(text: string): void {
  if (!id.safeParse(text).success) {
    throw new StrongroomError('INPUT_INVALID', `an id is ${ID_BYTES} bytes as base64url`);
  }
}

function assertOurVersion(value: unknown): void {
  const format = z.object({ format: z.string() }).safeParse(value).data?.format;
  if (format !== undefined && format !== FORMAT && /^strongroom\/[1-9]\d{0,3} keyring$/.test(format)) {
    throw new StrongroomError(
      'KEYRING_UNSUPPORTED',
      `this keyring is of format ${format}, ours is ${FORMAT}`,
    );
  }
}

/** Parameters of a derivation are checked here for all seals, before anything is derived for any of them. */
function assertSafeSeal(seal: RootSealEntry): void {
  if (seal.kind !== 'passphrase') return;
  try {
    parseKdf(seal.kdf);
  } catch (error) {
    if (isStrongroomError(error, 'CONTAINER_LIMIT')) throw error;
    throw new StrongroomError('KEYRING_MALFORMED', 'a root seal has a malformed key derivation', {
      cause: error,
    });
  }
}

function malformed(why: string): StrongroomError {
  return new StrongroomError('KEYRING_MALFORMED', `this is not a keyring: ${why}`);
}
