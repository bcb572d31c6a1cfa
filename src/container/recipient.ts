import type { SecretBytes } from '../bytes/index.ts';

/** The data key of one blob: 32 random bytes. */
export type Dek = SecretBytes;

/** What a slot is bound to, so that it cannot be transplanted to another blob. */
export interface SlotContext {
  /** 16 bytes, base64url. */
  readonly vault: string;
  /** 16 bytes, base64url. */
  readonly blob: string;
}

/** One wrapping of a data key, as the header holds it (docs/spec/container.md). Discriminated by `type`. */
export type KeySlot = KekSlot | PassphraseSlot | RecipientSlot;

interface AnySlot {
  /** What is wrapped, base64url. */
  readonly wrapped: string;
  /** PHC string of the access code's derivation: what unwraps must be unwrapped once more with the code. */
  readonly code?: string | undefined;
}

/** Wrapped by a version of a key of the keyring. */
export interface KekSlot extends AnySlot {
  readonly type: 'kek';
  /** Name of the key: `acme` or `acme/churn`. */
  readonly key: string;
  readonly version: number;
}

/** Wrapped by a key derived from a passphrase. */
export interface PassphraseSlot extends AnySlot {
  readonly type: 'passphrase';
  /** PHC string: algorithm, parameters, salt; no hash. */
  readonly kdf: string;
}

/** Wrapped to somebody's public key: X25519 + ML-KEM-768 (HPKE, X-Wing). */
export interface RecipientSlot extends AnySlot {
  readonly type: 'x25519-mlkem768';
  /** Encapsulated key, base64url of 1,120 bytes. */
  readonly enc: string;
}

/** Someone who can be given a data key. */
export interface Recipient {
  /** Wraps `secret` (a DEK, or a DEK already wrapped by an access code) into a slot. */
  wrap(secret: Uint8Array, context: SlotContext): Promise<KeySlot>;
}

/** Someone who may be able to take a data key out of a slot. */
export interface Identity {
  /**
   * What the slot wraps, to be wiped by whoever asked; `undefined` when the slot is not for this identity.
   * Throws `KEY_REFUSED` when it is, and the key, the passphrase or the slot is wrong.
   */
  unwrap(slot: KeySlot, context: SlotContext): Promise<Uint8Array | undefined>;
}
