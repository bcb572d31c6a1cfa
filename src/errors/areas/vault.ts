import type { ErrorEntry } from '../kinds.ts';

export const VAULT_ERRORS = {
  BLOB_MISSING: {
    kind: 'damaged',
    hint: 'restore it from a backup; strongroom verify --all finds every gap',
  },
  BLOB_ORPHAN: {
    kind: 'damaged',
    hint: 'nothing refers to it; look at who writes into the home besides strongroom',
  },
  HOME_MISSING: { kind: 'missing', hint: 'make one with strongroom init, or name another with --home' },
  HOME_EXISTS: { kind: 'conflict', hint: 'use it as it is, or choose another folder' },
  HOME_MALFORMED: {
    kind: 'damaged',
    hint: 'this is not a home of strongroom, or it is damaged; restore it from a backup',
  },
  HOME_EXPOSED: { kind: 'unavailable', hint: 'give the file back to its owner alone: chmod go-rwx' },
  BACKUP_MISSING: { kind: 'missing', hint: 'name the folder that strongroom backup wrote' },
  BACKUP_MALFORMED: { kind: 'damaged', hint: 'the backup is incomplete or was changed; use another one' },
} as const satisfies Record<string, ErrorEntry>;
