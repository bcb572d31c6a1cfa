import { createPrivateKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { bufferView, type Passphrase, SecretBytes, utf8Bytes } from '../../bytes/index.ts';
import { StrongroomError } from '../../errors/index.ts';
import { viewBytes } from '../view-bytes.ts';
import { PublicKey } from './public-key.ts';
import { MIN_RSA_BITS, SIGNATURE_ROWS, type SignatureAlgorithm } from './signature-algorithms.ts';

/** A private key as a file; RSA of 8192 bits has under 7 KiB as PEM. */
const MAX_PRIVATE_KEY_BYTES = 64 * 1024;

/** A private key that signs. It never prints; OpenSSL holds it, and the runtime offers no way to wipe it. */
export class SigningKey {
  readonly publicKey: PublicKey;
  readonly #key: KeyObject;

  private constructor(key: KeyObject, publicKey: PublicKey) {
    this.#key = key;
    this.publicKey = publicKey;
  }

  /** A new key. RSA takes about a second. */
  static generate(algorithm: SignatureAlgorithm): SigningKey {
    return SigningKey.#of(generatePrivateKey(algorithm));
  }

  /**
   * Reads a private key: PEM (PKCS#8, or the older forms of OpenSSL), or PKCS#8 as DER; under a passphrase where it is
   * encrypted. Throws `SIGNING_KEY_INVALID`, `INPUT_INVALID` when a passphrase is missing, `KEY_REFUSED` when it is wrong.
   */
  static parse(bytes: Uint8Array, passphrase?: Passphrase): SigningKey {
    if (bytes.length > MAX_PRIVATE_KEY_BYTES)
      throw new StrongroomError('SIGNING_KEY_INVALID', 'a private key is not that large');
    return SigningKey.#of(importPrivateKey(bytes, passphrase));
  }

  static #of(key: KeyObject): SigningKey {
    return new SigningKey(key, PublicKey.of(key));
  }

  get algorithm(): SignatureAlgorithm {
    return this.publicKey.algorithm;
  }

  /** The signature over a message: DER for ECDSA, else the bytes that the algorithm defines. */
  sign(message: Uint8Array): Uint8Array {
    const row = SIGNATURE_ROWS[this.algorithm];
    return viewBytes(sign(row.digest, message, { key: this.#key, ...row.options }));
  }

  /** PKCS#8 as DER, not encrypted: to be sealed at once and wiped. */
  exportSecret(): SecretBytes {
    return SecretBytes.take(this.#key.export({ type: 'pkcs8', format: 'der' }));
  }

  /** PKCS#8 as PEM under a passphrase (PBES2, AES-256-CBC), as OpenSSL reads it. */
  exportPem(passphrase: Passphrase): Uint8Array {
    const text = this.#key.export({
      type: 'pkcs8',
      format: 'pem',
      cipher: 'aes-256-cbc',
      passphrase: bufferView(passphrase.expose()),
    });
    return utf8Bytes(text);
  }
}

function generatePrivateKey(algorithm: SignatureAlgorithm): KeyObject {
  switch (algorithm) {
    case 'ecdsa-p256':
      return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    case 'ecdsa-p384':
      return generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey;
    case 'ecdsa-p521':
      return generateKeyPairSync('ec', { namedCurve: 'P-521' }).privateKey;
    case 'rsa-pss-sha256':
      return generateKeyPairSync('rsa', { modulusLength: MIN_RSA_BITS }).privateKey;
    case 'ed25519':
      return generateKeyPairSync('ed25519').privateKey;
    case 'ml-dsa-65':
      return generateKeyPairSync('ml-dsa-65').privateKey;
  }
}

function importPrivateKey(bytes: Uint8Array, passphrase: Passphrase | undefined): KeyObject {
  const key = bufferView(bytes);
  const isPem = key.includes('-----BEGIN ');
  const secret = passphrase && { passphrase: bufferView(passphrase.expose()) };
  try {
    return createPrivateKey(
      isPem ? { key, format: 'pem', ...secret } : { key, format: 'der', type: 'pkcs8', ...secret },
    );
  } catch (error) {
    throw refusalOf(error, passphrase !== undefined && isEncrypted(key, isPem));
  }
}

/** Whether the text of the key says that it is under a passphrase; DER is taken to be. */
function isEncrypted(key: Buffer, isPem: boolean): boolean {
  return !isPem || key.includes('ENCRYPTED');
}

function refusalOf(error: unknown, isUnderPassphrase: boolean): StrongroomError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ERR_MISSING_PASSPHRASE' || code === 'ERR_OSSL_CRYPTO_INTERRUPTED_OR_CANCELLED') {
    return new StrongroomError('INPUT_INVALID', 'the private key is under a passphrase', {
      hint: 'name the file that holds it with --passphrase-file',
      cause: error,
    });
  }
  if (isUnderPassphrase) {
    return new StrongroomError('KEY_REFUSED', 'the passphrase does not open the private key', {
      cause: error,
    });
  }
  return new StrongroomError('SIGNING_KEY_INVALID', 'not a private key (PEM or PKCS#8)', { cause: error });
}

/** Narrows to an algorithm's name. */
export function isSignatureAlgorithm(text: string): text is SignatureAlgorithm {
  return Object.hasOwn(SIGNATURE_ROWS, text);
}
