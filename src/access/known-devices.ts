import { concatBytes, fromBase64Url, toBase64Url, utf8Bytes } from '../bytes/index.ts';
import { ID_BYTES, randomBytes } from '../crypto/index.ts';
import type { DocumentSeal } from './document-collection.ts';

const LABEL = 'known device';
const MAC_BYTES = 32;
/** Id and MAC as base64url. */
const TOKEN_CHARS = 64;

/**
 * Tokens that a device gets with its first log-in as a user and shows the next time: a random id and a MAC over it and
 * the user. They open nothing; they only tell the owner's devices from a stranger's.
 */
export class KnownDevices {
  readonly #seal: DocumentSeal;

  constructor(seal: DocumentSeal) {
    this.#seal = seal;
  }

  /** A token for a new device of an account. */
  mint(account: string): string {
    const id = randomBytes(ID_BYTES);
    return toBase64Url(concatBytes(id, this.#seal.mac(LABEL, textOf(id, account))));
  }

  /** Whether the token was given to a device of this account. */
  isKnown(account: string, token: string | undefined): boolean {
    const bytes = token?.length === TOKEN_CHARS ? fromBase64Url(token) : undefined;
    if (bytes?.length !== ID_BYTES + MAC_BYTES) return false;
    const id = bytes.subarray(0, ID_BYTES);
    return this.#seal.verifyMac(LABEL, textOf(id, account), bytes.subarray(ID_BYTES));
  }
}

function textOf(id: Uint8Array, account: string): Uint8Array {
  return concatBytes(id, utf8Bytes(account));
}
