import type { ErrorEntry } from '../kinds.ts';

export const CONTAINER_ERRORS = {
  CONTAINER_MALFORMED: {
    kind: 'damaged',
    hint: 'this is not a sealed file, or its header was changed; fetch it again or restore it',
  },
  CONTAINER_TAMPERED: {
    kind: 'damaged',
    hint: 'the bytes were changed after sealing; restore the blob from a backup',
  },
  CONTAINER_TRUNCATED: {
    kind: 'damaged',
    hint: 'the file is cut or has bytes appended; fetch it again or restore it',
  },
  CONTAINER_MISPLACED: {
    kind: 'damaged',
    hint: 'this header belongs to another blob; restore both from a backup',
  },
  CONTAINER_ROLLED_BACK: {
    kind: 'damaged',
    hint: 'an older header was put back; restore the newest one or rotate the keys',
  },
  CONTAINER_NOT_ENCRYPTED: {
    kind: 'damaged',
    hint: 'if it is meant to be unencrypted, open it without a key; otherwise somebody replaced it',
  },
  CONTAINER_UNSUPPORTED: { kind: 'invalid', hint: 'a newer strongroom made this; upgrade' },
  CONTAINER_LIMIT: {
    kind: 'limited',
    hint: 'a parameter in the file is beyond the safe limit; do not trust its source',
  },
} as const satisfies Record<string, ErrorEntry>;
