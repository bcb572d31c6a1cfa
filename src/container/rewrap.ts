import type { Passphrase } from '../bytes/index.ts';
import { StrongroomError } from '../errors/index.ts';
import type { AccessCodeKey, AccessCodeUnlocker } from './access-code.ts';
import type { ContainerHeader, EncryptedHeader } from './container-header.ts';
import { assertHeaderMac } from './data-key.ts';
import { formatHeader } from './header.ts';
import { openSlot, readDek, wrapContent, wrapDek } from './key-slots.ts';
import { MAX_SLOTS } from './limits.ts';
import type { Identity, KeySlot, Recipient } from './recipient.ts';

export interface RewrapRequest {
  /** Who can open the header now. */
  readonly identities: readonly Identity[];
  /** Who shall be able to open it then, besides whoever is kept. At least one. */
  readonly recipients: readonly Recipient[];
  /**
   * Which slots go: those of the keyring (the default: rotation keeps what was given to others), `all`, or `none`.
   */
  readonly replaces?: 'kek' | 'all' | 'none';
  /** Takes the access code's layer off: the new slots wrap the data key itself, or `newAccessCode`'s layer. */
  readonly accessCode?: Passphrase | AccessCodeUnlocker;
  /** Puts a new access code around the data key in the new slots. */
  readonly newAccessCode?: AccessCodeKey;
}

/**
 * The next generation of a header: other key slots, the same data key, the payload untouched. Without `accessCode`
 * an access code's layer is carried over as it is, so that keys rotate without anybody typing the code.
 * Throws `KEY_REFUSED`, `ACCESS_CODE_REQUIRED`, `CONTAINER_TAMPERED`, `CONTAINER_LIMIT` for too many slots, and
 * `INPUT_INVALID` for a payload that is not encrypted.
 */
export async function rewrapHeader(
  header: ContainerHeader,
  request: RewrapRequest,
): Promise<EncryptedHeader> {
  if (header.suite !== 1) throw new StrongroomError('INPUT_INVALID', 'a plain file has no keys to wrap');
  const { replaces = 'kek' } = request;
  const kept = header.slots.filter(
    (slot) => replaces === 'none' || (replaces === 'kek' && slot.type !== 'kek'),
  );
  const slots = [...(await newSlots(header, request)), ...kept];
  if (slots.length > MAX_SLOTS) {
    throw new StrongroomError('CONTAINER_LIMIT', `more than ${MAX_SLOTS} key slots`);
  }
  const next = { ...header, slots, generation: header.generation + 1 };
  formatHeader(next);
  return next;
}

/** Adds key slots beside those that are there; as `rewrapHeader` with `replaces: 'none'`. */
export function addSlot(
  header: ContainerHeader,
  request: Omit<RewrapRequest, 'replaces'>,
): Promise<EncryptedHeader> {
  return rewrapHeader(header, { ...request, replaces: 'none' });
}

async function newSlots(header: EncryptedHeader, request: RewrapRequest): Promise<KeySlot[]> {
  const { identities, recipients, accessCode, newAccessCode } = request;
  if (accessCode !== undefined || newAccessCode !== undefined) {
    using dek = await readDek(header, identities, accessCode);
    return await wrapDek(dek, header, { recipients, accessCode: newAccessCode });
  }
  const content = await openSlot(header, identities);
  using secret = content.secret;
  // Behind an access code the MAC's key is out of reach; whoever opens the blob verifies it.
  if (content.code === undefined) assertHeaderMac(secret, header);
  return await wrapContent(content, header, recipients);
}
