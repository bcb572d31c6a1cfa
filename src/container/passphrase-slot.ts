import { fromBase64Url, type Passphrase, toBase64Url, utf8Bytes } from '../bytes/index.ts';
import { derivePasswordKey, type KdfAlgorithm, type KdfCosts, newKdf } from '../crypto/index.ts';
import { boundTo } from './labels.ts';
import type { Identity, PassphraseSlot, Recipient, SlotContext } from './recipient.ts';
import { keyRefused, unwrapSecret, wrapSecret } from './wrap.ts';

export interface PassphraseOptions {
  /** Default Argon2id with 64 MiB, 3 passes, 4 lanes. */
  readonly kdf?: KdfAlgorithm;
  /** Costs other than the algorithm's defaults; not below today's floors. */
  readonly costs?: Partial<KdfCosts[KdfAlgorithm]>;
  /** A whole derivation as a PHC salt string instead; it is used as it is. */
  readonly phc?: string;
}

/** Wraps under a passphrase; each slot gets a salt of its own. Throws `INPUT_INVALID` for costs below the floors. */
export function passphraseRecipient(passphrase: Passphrase, options: PassphraseOptions = {}): Recipient {
  return {
    wrap: async (secret, context) => {
      const kdf = options.phc ?? newKdf(options.kdf, options.costs);
      using key = await derivePasswordKey(passphrase, kdf);
      const wrapped = toBase64Url(wrapSecret(key, secret, slotAad(kdf, context)));
      return { type: 'passphrase', kdf, wrapped } satisfies PassphraseSlot;
    },
  };
}

/**
 * Unwraps passphrase slots. Each attempt derives the key anew, which takes the fraction of a second that the
 * slot's parameters ask for. Throws `CONTAINER_LIMIT` before deriving when they ask for too much.
 */
export function passphraseIdentity(passphrase: Passphrase): Identity {
  return {
    unwrap: async (slot, context) => {
      if (slot.type !== 'passphrase') return undefined;
      using key = await derivePasswordKey(passphrase, slot.kdf);
      const wrapped = fromBase64Url(slot.wrapped);
      const secret = wrapped && unwrapSecret(key, wrapped, slotAad(slot.kdf, context));
      if (secret === undefined) throw keyRefused();
      return secret;
    },
  };
}

function slotAad(kdf: string, context: SlotContext): Uint8Array {
  return boundTo('slot', context, utf8Bytes(`passphrase\0${kdf}\0`));
}
