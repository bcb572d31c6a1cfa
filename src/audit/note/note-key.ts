import { concatBytes, fromBase64, toBase64, toHex, utf8Bytes } from '../../bytes/index.ts';
import { PublicKey, type SignatureAlgorithm, type SigningKey, sha256 } from '../../crypto/index.ts';
import { StrongroomError } from '../../errors/index.ts';

/** Key ids have four bytes (C2SP signed-note, "Signatures"). */
export const KEY_ID_BYTES = 4;

/** SubjectPublicKeyInfo of Ed25519 up to the key itself (RFC 8410 §4). */
const ED25519_SPKI = Uint8Array.of(0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00);

/** 0xff and a name of one's own stand for algorithms that have no number yet (C2SP signed-note, "Signature types"). */
const ML_DSA_65_TYPE = concatBytes(Uint8Array.of(0xff), utf8Bytes('strongroom/ml-dsa-65\n'));

/** What a signature line is good for; each has a number of its own, so that no signature passes for another. */
export type NoteKeyUse = 'note' | 'cosignature';

/** A name of a signer: printable, without spaces and plus signs, as `sumdb/note` of Go wants it. */
const NAME_PATTERN = /^[!-*,-~]{1,255}$/;
const VKEY_PATTERN = /^(?<name>[!-*,-~]{1,255})\+(?<id>[0-9a-f]{8})\+(?<key>[A-Za-z0-9+/]{2,4096}={0,2})$/;

/** A public key that signs notes under a name. */
export interface NoteKey {
  readonly name: string;
  readonly key: PublicKey;
  readonly use: NoteKeyUse;
  /** SHA-256(name ‖ 0x0A ‖ type ‖ key), its first four bytes. */
  readonly id: Uint8Array;
}

/** The key that makes notes of a name. */
export interface NoteSigner {
  readonly name: string;
  readonly key: SigningKey;
}

/** A note key out of a public key. Throws `AUDIT_NOTE_INVALID` for a name or an algorithm that notes do not have. */
export function noteKey(name: string, key: PublicKey, use: NoteKeyUse = 'note'): NoteKey {
  if (!NAME_PATTERN.test(name)) throw invalid('a name of a signer is printable ASCII without spaces and +');
  const encoded = concatBytes(typeOf(key.algorithm, use), rawKey(key));
  const id = sha256(utf8Bytes(`${name}\n`), encoded).subarray(0, KEY_ID_BYTES);
  return { name, key, use, id };
}

/** The text form of a verifier key, `name+id+key` (C2SP signed-note, "Verifier keys"). */
export function formatVkey({ name, key, use, id }: NoteKey): string {
  return `${name}+${toHex(id)}+${toBase64(concatBytes(typeOf(key.algorithm, use), rawKey(key)))}`;
}

/** Reads a verifier key. Throws `AUDIT_NOTE_INVALID`. */
export function parseVkey(text: string): NoteKey {
  const groups = VKEY_PATTERN.exec(text)?.groups;
  const encoded = fromBase64(groups?.['key'] ?? '');
  const name = groups?.['name'];
  if (name === undefined || encoded === undefined) throw invalid('not a verifier key, name+id+key');
  const parsed = noteKey(name, ...readKey(encoded));
  if (toHex(parsed.id) !== groups?.['id']) throw invalid('the id of the verifier key does not fit the key');
  return parsed;
}

function readKey(encoded: Uint8Array): [PublicKey, NoteKeyUse] {
  const [type] = encoded;
  if (type === 0x01 || type === 0x04) {
    if (encoded.length !== 33) throw invalid('an Ed25519 key has 32 bytes');
    const key = PublicKey.parse(concatBytes(ED25519_SPKI, encoded.subarray(1)));
    return [key, type === 0x01 ? 'note' : 'cosignature'];
  }
  const isMlDsa = ML_DSA_65_TYPE.every((byte, at) => encoded[at] === byte);
  if (isMlDsa) return [PublicKey.parse(encoded.subarray(ML_DSA_65_TYPE.length)), 'note'];
  throw invalid('the verifier key is of an unknown type');
}

function typeOf(algorithm: SignatureAlgorithm, use: NoteKeyUse): Uint8Array {
  if (algorithm === 'ed25519') return Uint8Array.of(use === 'note' ? 0x01 : 0x04);
  if (algorithm === 'ml-dsa-65' && use === 'note') return ML_DSA_65_TYPE;
  throw invalid(`${algorithm} does not sign notes`);
}

/** Ed25519 keys as their 32 bytes (RFC 8032), others as SubjectPublicKeyInfo. */
function rawKey(key: PublicKey): Uint8Array {
  return key.algorithm === 'ed25519' ? key.spki().subarray(ED25519_SPKI.length) : key.spki();
}

function invalid(message: string): StrongroomError {
  return new StrongroomError('AUDIT_NOTE_INVALID', message);
}
