import { fromBase64Url, type SecretBytes, toBase64Url, utf8Bytes } from '../bytes/index.ts';
import {
  hpkeOpenHybrid,
  hpkeSealHybrid,
  parseHybridIdentity,
  parseHybridRecipient,
} from '../crypto/index.ts';
import { boundTo } from './labels.ts';
import type { Identity, Recipient, RecipientSlot, SlotContext } from './recipient.ts';

const INFO = 'strongroom/1 recipient';

/**
 * Wraps to a public key as age writes it, `age1pq1…`: X25519 and ML-KEM-768 together (HPKE, RFC 9180, over X-Wing).
 * Throws `INPUT_INVALID` for anything else.
 */
export function hybridRecipient(recipient: string): Recipient {
  parseHybridRecipient(recipient);
  return {
    wrap: (secret, context) => {
      const { enc, ciphertext } = hpkeSealHybrid(recipient, hpkeContext(context), secret);
      const slot = {
        type: 'x25519-mlkem768',
        enc: toBase64Url(enc),
        wrapped: toBase64Url(ciphertext),
      } as const;
      return Promise.resolve(slot satisfies RecipientSlot);
    },
  };
}

/**
 * Unwraps what was wrapped to the public half of this key, `AGE-SECRET-KEY-PQ-1…`. Slots do not name whom they are
 * for, so one that does not open counts as somebody else's. Throws `INPUT_INVALID` for anything but such a key.
 */
export function hybridIdentity(identity: SecretBytes): Identity {
  parseHybridIdentity(identity).wipe();
  return {
    unwrap: (slot, context) => {
      if (slot.type !== 'x25519-mlkem768') return Promise.resolve(undefined);
      const enc = fromBase64Url(slot.enc);
      const ciphertext = fromBase64Url(slot.wrapped);
      if (enc === undefined || ciphertext === undefined) return Promise.resolve(undefined);
      return Promise.resolve(hpkeOpenHybrid(identity, hpkeContext(context), { enc, ciphertext }));
    },
  };
}

function hpkeContext(context: SlotContext): { info: string; aad: Uint8Array } {
  return { info: INFO, aad: boundTo('slot', context, utf8Bytes('x25519-mlkem768\0')) };
}
