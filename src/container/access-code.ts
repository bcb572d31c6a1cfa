import { Passphrase, type SecretBytes } from '../bytes/index.ts';
import { derivePasswordKey, newKdf } from '../crypto/index.ts';
import { boundTo } from './labels.ts';
import type { SlotContext } from './recipient.ts';
import { keyRefused, unwrapSecret, wrapSecret } from './wrap.ts';

/** An access code derived once and used for the files of a version; wipe `key` afterwards. */
export interface AccessCodeKey {
  /** How it was derived: a PHC salt string, which the slots carry. */
  readonly phc: string;
  /** 32 bytes. */
  readonly key: SecretBytes;
}

/** Derives an access code: under `phc` where given, else with Argon2id and a fresh salt. */
export async function accessCodeKey(code: Passphrase, phc: string = newKdf()): Promise<AccessCodeKey> {
  return { phc, key: await derivePasswordKey(code, phc) };
}

/** An access code for opening, prepared: it derives once per salt, however many blobs are opened with it. */
export interface AccessCodeUnlocker {
  /**
   * The key under a PHC salt string; it stays the unlocker's own.
   * Throws `CONTAINER_LIMIT` or `CONTAINER_MALFORMED` for a bad string.
   */
  keyFor(phc: string): Promise<SecretBytes>;
  /** Forgets the derived keys. */
  wipe(): void;
}

/** Prepares an access code for opening several blobs. The passphrase must outlive it. */
export function accessCodeUnlocker(code: Passphrase): AccessCodeUnlocker {
  const derived = new Map<string, SecretBytes>();
  return {
    keyFor: async (phc) => {
      const known = derived.get(phc) ?? (await derivePasswordKey(code, phc));
      derived.set(phc, known);
      return known;
    },
    wipe: () => {
      for (const key of derived.values()) key.wipe();
      derived.clear();
    },
  };
}

/** Adds the access code's layer around a data key. */
export function wrapWithCode(code: AccessCodeKey, dek: SecretBytes, context: SlotContext): Uint8Array {
  return wrapSecret(code.key, dek.expose(), boundTo('code', context));
}

/** A layer of an access code on its way off. */
export interface CodeLayer extends SlotContext {
  readonly phc: string;
  /** What the slot wrapped; `undefined` where no slot opened, and the derivation only has to take its time. */
  readonly wrapped: Uint8Array | undefined;
}

/** Takes the access code's layer off. Throws `KEY_REFUSED`. */
export async function unwrapWithCode(
  code: Passphrase | AccessCodeUnlocker,
  layer: CodeLayer,
): Promise<Uint8Array> {
  const unlocker = code instanceof Passphrase ? accessCodeUnlocker(code) : code;
  try {
    const key = await unlocker.keyFor(layer.phc);
    const secret = layer.wrapped && unwrapSecret(key, layer.wrapped, boundTo('code', layer));
    if (secret === undefined) throw keyRefused();
    return secret;
  } finally {
    if (unlocker !== code) unlocker.wipe();
  }
}
