import { type Passphrase, SecretBytes } from '../bytes/index.ts';
import { isStrongroomError, StrongroomError } from '../errors/index.ts';
import {
  type AccessCodeKey,
  type AccessCodeUnlocker,
  type CodeLayer,
  unwrapWithCode,
  wrapWithCode,
} from './access-code.ts';
import type { EncryptedHeader } from './container-header.ts';
import { assertHeaderMac, DEK_BYTES } from './data-key.ts';
import type { Dek, Identity, KeySlot, Recipient, SlotContext } from './recipient.ts';
import { keyRefused } from './wrap.ts';

/** What a slot gave: the data key, or its layer under an access code where the slot has one. */
export interface SlotContent {
  readonly secret: SecretBytes;
  /** PHC string of the access code's derivation, when there is one. */
  readonly code: string | undefined;
}

/**
 * Opens the first slot that one of the identities opens. Throws `KEY_REFUSED` when none does, or what an identity
 * says of a key that it knows and may not use.
 */
export async function openSlot(
  header: EncryptedHeader,
  identities: readonly Identity[],
): Promise<SlotContent> {
  let failure: StrongroomError | undefined;
  for (const slot of header.slots) {
    for (const identity of identities) {
      const attempt = await tryUnwrap(identity, slot, header);
      if (attempt instanceof Uint8Array) return { secret: SecretBytes.take(attempt), code: slot.code };
      // A reason that tells more than "refused" (a disabled key, absurd parameters) wins.
      if (attempt !== undefined && (failure === undefined || failure.code === 'KEY_REFUSED'))
        failure = attempt;
    }
  }
  throw failure ?? keyRefused();
}

async function tryUnwrap(
  identity: Identity,
  slot: KeySlot,
  context: SlotContext,
): Promise<Uint8Array | StrongroomError | undefined> {
  try {
    return await identity.unwrap(slot, context);
  } catch (error) {
    if (isStrongroomError(error)) return error;
    throw error;
  }
}

/**
 * The data key of a blob, after the header's MAC was verified under it. To be wiped by the caller.
 * Throws `KEY_REFUSED` (always the same, and every derivation runs whichever secret was wrong),
 * `ACCESS_CODE_REQUIRED` where a code is asked for and none was given, `CONTAINER_TAMPERED`, `CONTAINER_LIMIT`.
 */
export async function readDek(
  header: EncryptedHeader,
  identities: readonly Identity[],
  accessCode?: Passphrase | AccessCodeUnlocker,
): Promise<Dek> {
  const dek = await unwrapDek(header, identities, accessCode);
  try {
    assertHeaderMac(dek, header);
    return dek;
  } catch (error) {
    dek.wipe();
    throw error;
  }
}

async function unwrapDek(
  header: EncryptedHeader,
  identities: readonly Identity[],
  accessCode: Passphrase | AccessCodeUnlocker | undefined,
): Promise<Dek> {
  const content = await openSlot(header, identities).catch(async (error: unknown) => {
    // The answer must not come sooner for a wrong key than for a wrong code.
    const phc = header.slots.find((slot) => slot.code !== undefined)?.code;
    if (accessCode !== undefined && phc !== undefined && isStrongroomError(error, 'KEY_REFUSED')) {
      await unwrapWithCode(accessCode, codeLayer(header, phc, undefined));
    }
    throw error;
  });
  if (content.code === undefined) return checkedDek(content.secret);
  using outer = content.secret;
  if (accessCode === undefined) {
    throw new StrongroomError('ACCESS_CODE_REQUIRED', 'an access code is needed besides the key');
  }
  const layer = codeLayer(header, content.code, outer.expose());
  return checkedDek(SecretBytes.take(await unwrapWithCode(accessCode, layer)));
}

function codeLayer(ids: SlotContext, phc: string, wrapped: Uint8Array | undefined): CodeLayer {
  return { vault: ids.vault, blob: ids.blob, phc, wrapped };
}

function checkedDek(dek: SecretBytes): Dek {
  if (dek.length === DEK_BYTES) return dek;
  dek.wipe();
  throw new StrongroomError('CONTAINER_TAMPERED', 'a key slot holds something else than a data key');
}

/** Wraps a data key for everybody who shall have it, under an access code where one is wanted. */
export async function wrapDek(
  dek: Dek,
  context: SlotContext,
  to: { readonly recipients: readonly Recipient[]; readonly accessCode?: AccessCodeKey | undefined },
): Promise<KeySlot[]> {
  const { recipients, accessCode } = to;
  if (accessCode === undefined) return wrapContent({ secret: dek, code: undefined }, context, recipients);
  using secret = SecretBytes.take(wrapWithCode(accessCode, dek, context));
  return await wrapContent({ secret, code: accessCode.phc }, context, recipients);
}

/** Wraps what another slot held, its access code's layer included. */
export async function wrapContent(
  content: SlotContent,
  context: SlotContext,
  recipients: readonly Recipient[],
): Promise<KeySlot[]> {
  if (recipients.length === 0) {
    throw new StrongroomError('INPUT_INVALID', 'a sealed file needs somebody who can open it');
  }
  const ids = { vault: context.vault, blob: context.blob };
  const slots: KeySlot[] = [];
  // One after the other: a derivation may take a lot of memory.
  for (const recipient of recipients) {
    const slot = await recipient.wrap(content.secret.expose(), ids);
    slots.push(content.code === undefined ? slot : { ...slot, code: content.code });
  }
  return slots;
}
