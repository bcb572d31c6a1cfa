import { concatBytes, SecretBytes, uintBytes, utf8Bytes } from '../bytes/index.ts';
import { AEAD_IV_BYTES, AEAD_KEY_BYTES, type AeadContext, chachaOpen, chachaSeal } from './aead.ts';
import { HASH_BYTES } from './hash.ts';
import { hkdfExpand, hkdfExtract } from './hkdf.ts';

// The key schedule of HPKE (RFC 9180 §5.1) in base mode, for one message: KEM X-Wing (0x647a), KDF HKDF-SHA256
// (0x0001), AEAD ChaCha20Poly1305 (0x0003). It is the suite of age's `mlkem768x25519`.

const SUITE_ID = concatBytes(utf8Bytes('HPKE'), uintBytes(0x647a, 2), uintBytes(1, 2), uintBytes(3, 2));
const VERSION_LABEL = utf8Bytes('HPKE-v1');
const MODE_BASE = Uint8Array.of(0);
const NOTHING = new Uint8Array(0);

/** What both sides must agree on for a message to open. */
export interface HpkeContext {
  /** What the message is for; keeps the messages of different protocols apart. */
  readonly info: string;
  /** Authenticated beside the message; empty by default. */
  readonly aad?: Uint8Array;
}

/** Encrypts the one message that goes under this shared secret. Returns ciphertext ‖ tag. */
export function hpkeSealWith(
  sharedSecret: SecretBytes,
  context: HpkeContext,
  plaintext: Uint8Array,
): Uint8Array {
  const { key, iv } = keySchedule(sharedSecret, context.info);
  try {
    return chachaSeal(messageContext(key, iv, context.aad), plaintext);
  } finally {
    key.wipe();
  }
}

/** Decrypts what `hpkeSealWith` returned; `undefined` when anything does not fit. */
export function hpkeOpenWith(
  sharedSecret: SecretBytes,
  context: HpkeContext,
  ciphertext: Uint8Array,
): Uint8Array | undefined {
  const { key, iv } = keySchedule(sharedSecret, context.info);
  try {
    return chachaOpen(messageContext(key, iv, context.aad), ciphertext);
  } finally {
    key.wipe();
  }
}

function messageContext(key: SecretBytes, iv: Uint8Array, aad: Uint8Array | undefined): AeadContext {
  // The first message's nonce is the base nonce itself (§5.2: base nonce XOR sequence number 0).
  return aad === undefined ? { key, iv } : { key, iv, aad };
}

function keySchedule(sharedSecret: SecretBytes, info: string): { key: SecretBytes; iv: Uint8Array } {
  const pskIdHash = labeledExtract(NOTHING, 'psk_id_hash', NOTHING);
  const infoHash = labeledExtract(NOTHING, 'info_hash', utf8Bytes(info));
  const scheduleContext = concatBytes(MODE_BASE, pskIdHash, infoHash);
  const secret = labeledExtract(sharedSecret.expose(), 'secret', NOTHING);
  try {
    return {
      key: SecretBytes.take(labeledExpand(secret, { label: 'key', scheduleContext }, AEAD_KEY_BYTES)),
      iv: labeledExpand(secret, { label: 'base_nonce', scheduleContext }, AEAD_IV_BYTES),
    };
  } finally {
    secret.fill(0);
  }
}

function labeledExtract(salt: Uint8Array, label: string, keyingMaterial: Uint8Array): Uint8Array {
  return hkdfExtract('sha256', salt, concatBytes(VERSION_LABEL, SUITE_ID, utf8Bytes(label), keyingMaterial));
}

function labeledExpand(
  key: Uint8Array,
  purpose: { label: string; scheduleContext: Uint8Array },
  length: number,
): Uint8Array {
  if (key.length !== HASH_BYTES.sha256) throw new RangeError('not a pseudo-random key of HKDF-SHA256');
  const info = concatBytes(
    uintBytes(length, 2),
    VERSION_LABEL,
    SUITE_ID,
    utf8Bytes(purpose.label),
    purpose.scheduleContext,
  );
  return hkdfExpand('sha256', key, { info, length });
}
