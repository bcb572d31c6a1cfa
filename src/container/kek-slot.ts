import { fromBase64Url, type SecretBytes, toBase64Url, uintBytes, utf8Bytes } from '../bytes/index.ts';
import { boundTo } from './labels.ts';
import type { Identity, KekSlot, Recipient, SlotContext } from './recipient.ts';
import { keyRefused, unwrapSecret, wrapSecret } from './wrap.ts';

/** One version of a key-encryption key. */
export interface KekVersion {
  /** Name of the key: `acme` or `acme/churn`. */
  readonly key: string;
  /** From 1. */
  readonly version: number;
  /** 32 bytes. */
  readonly material: SecretBytes;
}

/** Finds the material of a key version: `undefined` for a key that is not there; may throw why it may not be used. */
export type KekLookup = (
  key: string,
  version: number,
) => SecretBytes | undefined | Promise<SecretBytes | undefined>;

/** Wraps under one version of a key. */
export function kekRecipient(kek: KekVersion): Recipient {
  return {
    wrap: (secret, context) => {
      const { key, version, material } = kek;
      const wrapped = toBase64Url(wrapSecret(material, secret, slotAad(kek, context)));
      return Promise.resolve({ type: 'kek', key, version, wrapped } satisfies KekSlot);
    },
  };
}

/** Unwraps what any version of any key wrapped that the lookup knows. */
export function kekIdentity(find: KekLookup): Identity {
  return {
    unwrap: async (slot, context) => {
      if (slot.type !== 'kek') return undefined;
      const material = await find(slot.key, slot.version);
      if (material === undefined) return undefined;
      const wrapped = fromBase64Url(slot.wrapped);
      const secret = wrapped && unwrapSecret(material, wrapped, slotAad(slot, context));
      if (secret === undefined) throw keyRefused();
      return secret;
    },
  };
}

function slotAad(slot: { readonly key: string; readonly version: number }, context: SlotContext): Uint8Array {
  return boundTo('slot', context, utf8Bytes(`kek\0${slot.key}\0`), uintBytes(slot.version, 4));
}
