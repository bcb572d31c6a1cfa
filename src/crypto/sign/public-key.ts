import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { bufferView, toHex, utf8Bytes, utf8Text } from '../../bytes/index.ts';
import { StrongroomError } from '../../errors/index.ts';
import { sha256 } from '../hash.ts';
import { viewBytes } from '../view-bytes.ts';
import { isStrictEcdsaDer } from './ecdsa-der.ts';
import { algorithmOfKey, type SignatureAlgorithm, type SignatureRow } from './signature-algorithms.ts';
import { isWeakEd25519 } from './weak-ed25519.ts';

/** A public key as a file or a record; ML-DSA-65, the largest, has under 3 KiB as PEM, RSA of 8192 bits under 2. */
const MAX_PUBLIC_KEY_BYTES = 16 * 1024;
const PEM_START = '-----BEGIN PUBLIC KEY-----';
/** A block of PEM; RFC 7468 §2 lets text stand around it. */
const PEM_BLOCK = /-----BEGIN [A-Z0-9 ]+-----[A-Za-z0-9+/=\s]*-----END [A-Z0-9 ]+-----/g;

/** A public key that verifies signatures, of one algorithm, checked to be neither weak nor of another kind. */
export class PublicKey {
  /** SHA-256 over the PEM text, lower-case hex: the name of the key, and the `hint` of a signature bundle. */
  readonly id: string;
  /** SubjectPublicKeyInfo as PEM (RFC 7468), with a final line feed. */
  readonly pem: string;
  readonly algorithm: SignatureAlgorithm;
  readonly #key: KeyObject;
  readonly #row: SignatureRow;

  private constructor(key: KeyObject, row: SignatureRow) {
    this.#key = key;
    this.#row = row;
    this.algorithm = row.name;
    this.pem = key.export({ type: 'spki', format: 'pem' });
    this.id = toHex(sha256(utf8Bytes(this.pem)));
  }

  /** Takes a key of node:crypto, public or private. Throws `SIGNING_KEY_INVALID` for one that is weak or of no use. */
  static of(key: KeyObject): PublicKey {
    const row = algorithmOfKey(key);
    if (typeof row === 'string') throw invalid(row);
    const plain = withPlainPoint(key.type === 'private' ? createPublicKey(key) : key, row);
    if (row.name === 'ed25519' && isWeakEd25519(spkiOf(plain))) {
      throw invalid('the Ed25519 key has a small order; anybody could sign for it');
    }
    return new PublicKey(plain, row);
  }

  /** Reads SubjectPublicKeyInfo as the one PEM block of a text, or as DER. Throws `SIGNING_KEY_INVALID`. */
  static parse(bytes: Uint8Array): PublicKey {
    if (bytes.length > MAX_PUBLIC_KEY_BYTES) throw invalid('a public key is not that large');
    const blocks = utf8Text(bytes)?.match(PEM_BLOCK);
    if (blocks) {
      const [block, more] = blocks;
      // OpenSSL would also take a certificate or a private key here; neither is what was asked for.
      if (more !== undefined || !block.startsWith(PEM_START)) throw invalid('not one public key as PEM');
      return PublicKey.of(importKey(() => createPublicKey({ key: block, format: 'pem' })));
    }
    const der = bufferView(bytes);
    const key = importKey(() => createPublicKey({ key: der, format: 'der', type: 'spki' }));
    // OpenSSL passes over bytes after the structure, and over other spellings of it.
    if (!der.equals(spkiOf(key))) throw invalid('not a public key as DER');
    return PublicKey.of(key);
  }

  /** SubjectPublicKeyInfo as DER. */
  spki(): Uint8Array {
    return viewBytes(spkiOf(this.#key));
  }

  /** Whether this is a signature over the message by this key. False also for every malformed signature. */
  verify(message: Uint8Array, signature: Uint8Array): boolean {
    return this.#verifyWith(message, signature, this.#row.digest);
  }

  /**
   * As `verify`, but ECDSA with SHA-256 whatever the curve: what model_signing 0.2 wrote with certificates, to read
   * its old signatures only.
   */
  verifyOldEcdsa(message: Uint8Array, signature: Uint8Array): boolean {
    return this.#row.order !== undefined && this.#verifyWith(message, signature, 'sha256');
  }

  #verifyWith(message: Uint8Array, signature: Uint8Array, digest: SignatureRow['digest']): boolean {
    const { order, options } = this.#row;
    if (order !== undefined && !isStrictEcdsaDer(signature, order)) return false;
    return verify(digest, message, { key: this.#key, ...options }, signature);
  }

  /** Whether both are the same key. */
  equals(other: PublicKey): boolean {
    return this.id === other.id;
  }
}

/** EC points may be written in three ways; the uncompressed one is what names the key, as in model_signing. */
function withPlainPoint(key: KeyObject, row: SignatureRow): KeyObject {
  if (row.order === undefined) return key;
  return importKey(() => createPublicKey({ key: key.export({ format: 'jwk' }), format: 'jwk' }));
}

function spkiOf(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' });
}

function importKey(read: () => KeyObject): KeyObject {
  try {
    return read();
  } catch (error) {
    throw new StrongroomError('SIGNING_KEY_INVALID', 'not a public key (PEM or DER)', { cause: error });
  }
}

function invalid(message: string): StrongroomError {
  return new StrongroomError('SIGNING_KEY_INVALID', message);
}
