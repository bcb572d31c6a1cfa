import { SecretBytes, utf8Bytes, utf8Text } from '../bytes/index.ts';
import { StrongroomError } from '../errors/index.ts';
import { decodeBech32, encodeBech32 } from './bech32.ts';
import { type HpkeContext, hpkeOpenWith, hpkeSealWith } from './hpke.ts';
import { randomSecret } from './random.ts';
import {
  XWING_CIPHERTEXT_BYTES,
  XWING_PUBLIC_KEY_BYTES,
  XWING_SEED_BYTES,
  xWingDecapsulate,
  xWingEncapsulate,
  xWingPublicKey,
} from './x-wing.ts';

// Keys for handing something to a person or machine outside: X25519 and ML-KEM-768 together, written as age writes
// its post-quantum keys (c2sp.org/age, `mlkem768x25519`), so that `age-keygen -pq` makes them too.

const RECIPIENT_PREFIX = 'age1pq';
const IDENTITY_PREFIX = 'age-secret-key-pq-';

/** A recipient has 1,959 characters; nothing longer is looked at. */
const MAX_KEY_TEXT_BYTES = 2048;

/** A key pair as text. */
export interface HybridKeyPair {
  /** `age1pq1…`: public; whoever has it can seal. */
  readonly recipient: string;
  /** `AGE-SECRET-KEY-PQ-1…` as ASCII bytes: secret; whoever has it can open. */
  readonly identity: SecretBytes;
}

/** A message to one recipient. */
export interface HybridSealed {
  /** Encapsulated key, 1,120 bytes. */
  readonly enc: Uint8Array;
  /** Ciphertext ‖ tag: the plaintext's length and 16 bytes. */
  readonly ciphertext: Uint8Array;
}

/** Makes a new key pair. */
export function generateHybridKey(): HybridKeyPair {
  const seed = randomSecret(XWING_SEED_BYTES);
  try {
    return { recipient: formatHybridRecipient(xWingPublicKey(seed)), identity: formatHybridIdentity(seed) };
  } finally {
    seed.wipe();
  }
}

/** The public half of an identity. Throws `INPUT_INVALID` when the text is not an identity. */
export function hybridRecipientOf(identity: SecretBytes): string {
  const seed = parseHybridIdentity(identity);
  try {
    return formatHybridRecipient(xWingPublicKey(seed));
  } finally {
    seed.wipe();
  }
}

/** Reads `age1pq1…` into a public key of 1,216 bytes. Throws `INPUT_INVALID`. */
export function parseHybridRecipient(text: string): Uint8Array {
  const chars =
    text.length <= MAX_KEY_TEXT_BYTES && /^age1pq1[a-z0-9]+$/.test(text) ? utf8Bytes(text) : undefined;
  const publicKey = chars && decodeBech32(RECIPIENT_PREFIX, chars);
  if (publicKey?.length !== XWING_PUBLIC_KEY_BYTES) {
    throw new StrongroomError('INPUT_INVALID', 'not a post-quantum recipient; expected age1pq1…');
  }
  return publicKey;
}

/**
 * Reads `AGE-SECRET-KEY-PQ-1…` (ASCII, upper case, nothing around it) into its seed of 32 bytes.
 * Throws `INPUT_INVALID`.
 */
export function parseHybridIdentity(text: SecretBytes): SecretBytes {
  const chars = text.expose();
  const isUpperCase = !chars.some((char) => char >= 0x61 && char <= 0x7a);
  const seed =
    text.length <= MAX_KEY_TEXT_BYTES && isUpperCase ? decodeBech32(IDENTITY_PREFIX, chars) : undefined;
  if (seed?.length !== XWING_SEED_BYTES) {
    throw new StrongroomError('INPUT_INVALID', 'not a post-quantum identity; expected AGE-SECRET-KEY-PQ-1…');
  }
  return SecretBytes.take(seed);
}

function formatHybridRecipient(publicKey: Uint8Array): string {
  return utf8Text(encodeBech32(RECIPIENT_PREFIX, publicKey)) ?? '';
}

function formatHybridIdentity(seed: SecretBytes): SecretBytes {
  const lower = encodeBech32(IDENTITY_PREFIX, seed.expose());
  const upper = lower.map((char) => (char >= 0x61 && char <= 0x7a ? char - 32 : char));
  lower.fill(0);
  return SecretBytes.take(upper);
}

/**
 * Seals a short secret to a recipient: HPKE (RFC 9180) single-shot, base mode, over X-Wing. With `info`
 * `age-encryption.org/mlkem768x25519` it is what age's stanza holds. Throws `INPUT_INVALID` for a bad recipient.
 */
export function hpkeSealHybrid(recipient: string, context: HpkeContext, plaintext: Uint8Array): HybridSealed {
  const publicKey = parseHybridRecipient(recipient);
  const { sharedSecret, ciphertext: enc } = encapsulateTo(publicKey);
  try {
    return { enc, ciphertext: hpkeSealWith(sharedSecret, context, plaintext) };
  } finally {
    sharedSecret.wipe();
  }
}

/**
 * Opens what was sealed to this identity. `undefined` when it was sealed to another one, for another purpose, or
 * was changed: the three cannot be told apart. Throws `INPUT_INVALID` when the identity itself is not one.
 */
export function hpkeOpenHybrid(
  identity: SecretBytes,
  context: HpkeContext,
  sealed: HybridSealed,
): Uint8Array | undefined {
  const seed = parseHybridIdentity(identity);
  try {
    const sharedSecret = decapsulateWith(seed, sealed.enc);
    if (sharedSecret === undefined) return undefined;
    const plaintext = hpkeOpenWith(sharedSecret, context, sealed.ciphertext);
    sharedSecret.wipe();
    return plaintext;
  } finally {
    seed.wipe();
  }
}

function encapsulateTo(publicKey: Uint8Array): ReturnType<typeof xWingEncapsulate> {
  try {
    return xWingEncapsulate(publicKey);
  } catch (error) {
    throw new StrongroomError('INPUT_INVALID', 'this recipient is not a valid public key', { cause: error });
  }
}

function decapsulateWith(seed: SecretBytes, enc: Uint8Array): SecretBytes | undefined {
  if (enc.length !== XWING_CIPHERTEXT_BYTES) return undefined;
  try {
    return xWingDecapsulate(seed, enc);
  } catch {
    // A share of small order: a message that no honest sender makes, hence one that does not open.
    return undefined;
  }
}
