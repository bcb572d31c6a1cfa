import type { ErrorEntry } from '../kinds.ts';

export const KEY_ERRORS = {
  KEY_REFUSED: { kind: 'forbidden', hint: 'no key, passphrase or access code given here opens this' },
  ACCESS_CODE_REQUIRED: {
    kind: 'forbidden',
    hint: 'this model asks for its access code: --access-code-file, STRONGROOM_ACCESS_CODE_FILE or the prompt',
  },
  KEY_UNKNOWN: { kind: 'missing', hint: 'strongroom keys ls shows the keys and their versions' },
  KEY_DISABLED: { kind: 'forbidden', hint: 'enable the key version again, or restore from a newer backup' },
  KEY_DESTROYED: {
    kind: 'missing',
    hint: 'what a destroyed key sealed cannot be opened again, unless a backup of the keys still holds it',
  },
  KEY_STATE: {
    kind: 'conflict',
    hint: 'a key version goes from active over retiring and disabled to destroyed',
  },
  KEYRING_MISSING: {
    kind: 'missing',
    hint: 'make one with strongroom init, or restore a backup of the keys',
  },
  KEYRING_EXISTS: {
    kind: 'conflict',
    hint: 'use another home, or say that the keyring which is there is to be replaced',
  },
  KEYRING_MALFORMED: { kind: 'damaged', hint: 'restore the keyring from a backup of the keys' },
  KEYRING_TAMPERED: {
    kind: 'damaged',
    hint: 'the keyring was changed by something other than strongroom; restore it from a backup of the keys',
  },
  KEYRING_ROLLED_BACK: {
    kind: 'damaged',
    hint: 'an older keyring was put back; restore the newest one, for keys made since are not in it',
  },
  KEYRING_UNSUPPORTED: { kind: 'invalid', hint: 'a newer strongroom made this; upgrade' },
  KEYRING_CLOSED: { kind: 'unavailable', hint: 'open the strongroom again' },
  ROOT_CHANGED: {
    kind: 'conflict',
    hint: 'another process gave the keyring a new root key; open it again with one of the new root seals',
  },
  ROOT_SEAL_MISSING: { kind: 'missing', hint: 'the list of root seals shows their ids' },
  ROOT_SEAL_LAST: { kind: 'conflict', hint: 'add another root seal first' },
  SHARE_MALFORMED: { kind: 'invalid', hint: 'compare the share with the paper it was copied from' },
  SHARE_FOREIGN: { kind: 'invalid', hint: 'use shares of one set, the newest one of this strongroom' },
  SHARES_TOO_FEW: { kind: 'invalid', hint: 'ask more of the holders for their shares' },
  KEY_BACKUP_MALFORMED: { kind: 'damaged', hint: 'use another copy of the backup of the keys' },
  KEY_BACKUP_FOREIGN: { kind: 'conflict', hint: 'name the home that these keys were backed up from' },
} as const satisfies Record<string, ErrorEntry>;
