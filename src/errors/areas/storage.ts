import type { ErrorEntry } from '../kinds.ts';

export const STORAGE_ERRORS = {
  STORAGE_MISSING: { kind: 'missing', hint: 'check the path' },
  STORAGE_FULL: { kind: 'unavailable', hint: 'free some space and run it again; nothing was lost' },
  STORAGE_DENIED: {
    kind: 'unavailable',
    hint: 'give the user that runs strongroom the permission, or use another folder',
  },
  STORAGE_CONFLICT: { kind: 'conflict', hint: 'another process changed it at the same time; run it again' },
  STORAGE_PATH_UNSAFE: {
    kind: 'invalid',
    hint: 'use a plain file or folder: no symbolic links, devices, pipes or ..',
  },
  STORAGE_CHANGED: {
    kind: 'conflict',
    hint: 'the file changed while it was read; run it again when nothing writes to it',
  },
  STORAGE_TOO_LARGE: { kind: 'limited', hint: 'the file is larger than the limit that the message names' },
  STORAGE_FAILED: {
    kind: 'unavailable',
    hint: 'the disk or the file system refused; check its health and its limits, then run it again',
  },
} as const satisfies Record<string, ErrorEntry>;
