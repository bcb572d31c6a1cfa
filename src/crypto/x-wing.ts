import {
  createHash,
  createPrivateKey,
  createPublicKey,
  decapsulate,
  diffieHellman,
  encapsulate,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import { concatBytes, fromHex, SecretBytes } from '../bytes/index.ts';
import { hash } from './hash.ts';
import { viewBytes } from './view-bytes.ts';

// X-Wing: general-purpose hybrid KEM of X25519 and ML-KEM-768, draft-connolly-cfrg-xwing-kem.

/** Length of a decapsulation key (the seed), in bytes. */
export const XWING_SEED_BYTES = 32;
/** Length of a public key, in bytes: ML-KEM-768 (1,184) and X25519 (32). */
export const XWING_PUBLIC_KEY_BYTES = 1216;
/** Length of an encapsulated key, in bytes: ML-KEM-768 (1,088) and X25519 (32). */
export const XWING_CIPHERTEXT_BYTES = 1120;

const X25519_BYTES = 32;
const MLKEM_SEED_BYTES = 64;
/** `\.//^\`, the domain separator of the combiner. */
const LABEL = der('5c2e2f2f5e5c');

// A raw key becomes a DER document by its constant head: the runtimes we support do not all read raw keys.
const MLKEM_PUBLIC_HEAD = der('308204b2300b0609608648016503040402038204a100');
const MLKEM_PRIVATE_HEAD = der('3054020100300b060960864801650304040204428040');
const X25519_PUBLIC_HEAD = der('302a300506032b656e032100');
const X25519_PRIVATE_HEAD = der('302e020100300506032b656e04220420');

/** A fresh shared secret, and what carries it to the holder of the seed. */
export interface Encapsulation {
  readonly sharedSecret: SecretBytes;
  readonly ciphertext: Uint8Array;
}

/** The public key (1,216 bytes) that belongs to a seed of 32 bytes. */
export function xWingPublicKey(seed: SecretBytes): Uint8Array {
  const { mlkem, x25519 } = expandSeed(seed);
  return concatBytes(
    publicTail(mlkem, XWING_PUBLIC_KEY_BYTES - X25519_BYTES),
    publicTail(x25519, X25519_BYTES),
  );
}

/** Makes a shared secret for the holder of this public key. Throws (an OpenSSL error) when the key is not valid. */
export function xWingEncapsulate(publicKey: Uint8Array): Encapsulation {
  const mlkemPublic = publicKey.subarray(0, -X25519_BYTES);
  const x25519Public = publicKey.subarray(-X25519_BYTES);
  const mlkem = encapsulate(importPublic(MLKEM_PUBLIC_HEAD, mlkemPublic));
  const ephemeral = generateKeyPairSync('x25519').privateKey;
  const ephemeralPublic = publicTail(ephemeral, X25519_BYTES);
  const x25519 = diffieHellman({
    privateKey: ephemeral,
    publicKey: importPublic(X25519_PUBLIC_HEAD, x25519Public),
  });
  return {
    sharedSecret: combine({ mlkem: mlkem.sharedKey, x25519, ephemeralPublic, x25519Public }),
    ciphertext: concatBytes(mlkem.ciphertext, ephemeralPublic),
  };
}

/**
 * The shared secret that a ciphertext of 1,120 bytes carries. As ML-KEM rejects implicitly, a changed ciphertext
 * gives another secret, not an error; only an X25519 share of small order throws (an OpenSSL error).
 */
export function xWingDecapsulate(seed: SecretBytes, ciphertext: Uint8Array): SecretBytes {
  const keys = expandSeed(seed);
  const ephemeralPublic = ciphertext.subarray(-X25519_BYTES);
  const x25519 = diffieHellman({
    privateKey: keys.x25519,
    publicKey: importPublic(X25519_PUBLIC_HEAD, ephemeralPublic),
  });
  const mlkem = decapsulate(keys.mlkem, ciphertext.subarray(0, -X25519_BYTES));
  return combine({ mlkem, x25519, ephemeralPublic, x25519Public: publicTail(keys.x25519, X25519_BYTES) });
}

interface CombinerInput {
  readonly mlkem: Uint8Array;
  readonly x25519: Uint8Array;
  readonly ephemeralPublic: Uint8Array;
  readonly x25519Public: Uint8Array;
}

/** The combiner of §5.3; wipes both secrets that go into it. */
function combine({ mlkem, x25519, ephemeralPublic, x25519Public }: CombinerInput): SecretBytes {
  const secret = SecretBytes.take(hash('sha3-256', mlkem, x25519, ephemeralPublic, x25519Public, LABEL));
  mlkem.fill(0);
  x25519.fill(0);
  return secret;
}

/** `expandDecapsulationKey` of §5.2: both private keys from the seed. */
function expandSeed(seed: SecretBytes): { mlkem: KeyObject; x25519: KeyObject } {
  if (seed.length !== XWING_SEED_BYTES) throw new RangeError(`a seed has ${XWING_SEED_BYTES} bytes`);
  const expanded = createHash('shake256', { outputLength: MLKEM_SEED_BYTES + X25519_BYTES })
    .update(seed.expose())
    .digest();
  try {
    return {
      mlkem: importPrivate(MLKEM_PRIVATE_HEAD, expanded.subarray(0, MLKEM_SEED_BYTES)),
      x25519: importPrivate(X25519_PRIVATE_HEAD, expanded.subarray(MLKEM_SEED_BYTES)),
    };
  } finally {
    expanded.fill(0);
  }
}

function importPublic(head: Uint8Array, raw: Uint8Array): KeyObject {
  return createPublicKey({ key: asBuffer(concatBytes(head, raw)), format: 'der', type: 'spki' });
}

function importPrivate(head: Uint8Array, raw: Uint8Array): KeyObject {
  const document = asBuffer(concatBytes(head, raw));
  try {
    return createPrivateKey({ key: document, format: 'der', type: 'pkcs8' });
  } finally {
    document.fill(0);
  }
}

function publicTail(privateKey: KeyObject, length: number): Uint8Array {
  return viewBytes(createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(-length));
}

function asBuffer(bytes: Uint8Array<ArrayBuffer>): Buffer<ArrayBuffer> {
  return Buffer.from(bytes.buffer);
}

function der(hex: string): Uint8Array {
  const bytes = fromHex(hex);
  if (bytes === undefined) throw new TypeError('not hexadecimal');
  return bytes;
}
