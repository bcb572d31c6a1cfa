import { z } from 'zod';
import {
  formatCanonicalJson,
  fromBase64,
  parseCanonicalJson,
  toBase64,
  toHex,
  utf8Bytes,
  utf8Text,
} from '../bytes/index.ts';
import { type PublicKey, type SigningKey, sha256 } from '../crypto/index.ts';
import { StrongroomError } from '../errors/index.ts';
import { assertDetachedAlgorithm } from './bundle-algorithms.ts';
import type { FileDigest } from './file-digest.ts';
import { findNameFault } from './resource-names.ts';
import { malformedSignature } from './signature-json.ts';
import { type Signer, signerOfKey } from './signer.ts';

const FORMAT = 'strongroom-signature/1';
const FILES_FORMAT = 'strongroom-files/1';
/** RSA of 8192 bits signs with 1,024 bytes. */
const MAX_DETACHED_BYTES = 4096;
const HEX_256 = /^[0-9a-f]{64}$/;

const schema = z.strictObject({
  format: z.literal(FORMAT),
  algorithm: z.enum(['rsa-pss-sha256', 'ed25519']),
  keyId: z.string().regex(HEX_256),
  /** SHA-256 of what was signed; tells a wrong file from a wrong signature. */
  signed: z.string().regex(HEX_256),
  signature: z.string(),
});

/** Whether a signature file is a detached signature, rather than a bundle. Nothing is verified. */
export function isDetachedSignature(bytes: Uint8Array): boolean {
  return bytes.length <= MAX_DETACHED_BYTES && schema.safeParse(parseLine(bytes)).success;
}

/**
 * Signs a canonical text (a version's manifest, or `formatFileList`) with RSA-PSS-SHA-256 or Ed25519: a small record
 * around the plain signature, which OpenSSL verifies too (docs/spec/signing.md §6). Throws `SIGNING_KEY_INVALID` for
 * another kind of key.
 */
export function signDetached(content: Uint8Array, key: SigningKey): Uint8Array {
  assertDetachedAlgorithm(key.algorithm);
  const text = formatCanonicalJson({
    format: FORMAT,
    algorithm: key.algorithm,
    keyId: key.publicKey.id,
    signed: toHex(sha256(content)),
    signature: toBase64(key.sign(content)),
  });
  return utf8Bytes(`${text}\n`);
}

/**
 * Verifies a detached signature over a canonical text, or over one of several that say the same, with one of the
 * trusted keys. Throws `SIGNATURE_MALFORMED`, `SIGNATURE_UNTRUSTED`, `SIGNATURE_MISMATCH` when another text was
 * signed, `SIGNATURE_INVALID`.
 */
export function verifyDetached(
  record: Uint8Array,
  contents: Uint8Array | readonly Uint8Array[],
  keys: readonly PublicKey[],
): { readonly signer: Signer } {
  const parsed = schema.safeParse(record.length <= MAX_DETACHED_BYTES ? parseLine(record) : undefined);
  if (!parsed.success) throw malformedSignature('no record of a detached signature');
  const { algorithm, keyId, signed, signature: base64 } = parsed.data;
  const signature = fromBase64(base64);
  if (signature === undefined) throw malformedSignature('its base64 is broken');
  const key = keys.find(({ id }) => id === keyId);
  if (key === undefined) {
    throw new StrongroomError(
      'SIGNATURE_UNTRUSTED',
      `it is signed with the key ${keyId}, which is not trusted`,
    );
  }
  assertDetachedAlgorithm(key.algorithm);
  // The key decides how it is verified; a record that says otherwise lies.
  if (key.algorithm !== algorithm) throw malformedSignature('it names another algorithm than its key has');
  const texts = contents instanceof Uint8Array ? [contents] : contents;
  const content = texts.find((text) => toHex(sha256(text)) === signed);
  if (content === undefined) {
    throw new StrongroomError('SIGNATURE_MISMATCH', 'the files are not those that were signed');
  }
  if (key.verify(content, signature)) return { signer: signerOfKey(key) };
  throw new StrongroomError(
    'SIGNATURE_INVALID',
    'the signature was not made with this key over this content',
  );
}

/** The canonical text of files that are no version of a strongroom yet, for a detached signature over them. */
export function formatFileList(files: readonly FileDigest[]): Uint8Array {
  const fault = files.length === 0 ? 'there is no file' : findNameFault(files.map(({ path }) => path));
  if (fault !== undefined) throw new StrongroomError('INPUT_INVALID', fault);
  const listed = files.map(({ path, size, sha256: digest }) => ({ path, size, sha256: digest }));
  listed.sort((a, b) => (a.path < b.path ? -1 : 1));
  return utf8Bytes(formatCanonicalJson({ format: FILES_FORMAT, files: listed }));
}

/** The value of canonical JSON with one line feed at its end. */
function parseLine(bytes: Uint8Array): unknown {
  const text = utf8Text(bytes);
  return text?.endsWith('\n') === true ? parseCanonicalJson(text.slice(0, -1)) : undefined;
}
