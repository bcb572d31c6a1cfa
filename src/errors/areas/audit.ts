import type { ErrorEntry } from '../kinds.ts';

export const AUDIT_ERRORS = {
  AUDIT_UNAVAILABLE: {
    kind: 'unavailable',
    hint: 'nothing happens unrecorded: look at the disk of the home, then try again',
  },
  AUDIT_NOTE_INVALID: { kind: 'invalid', hint: 'check the file, or the key that it should be signed with' },
  AUDIT_SIGNATURE: {
    kind: 'damaged',
    hint: 'it was changed, or is of another log; compare the key with the one that was written down',
  },
  AUDIT_PROOF_INVALID: { kind: 'damaged', hint: 'do not believe it; ask for the proof again' },
  AUDIT_ENTRY_MISSING: { kind: 'missing', hint: 'look for it with strongroom audit search' },
  AUDIT_ARCHIVED: {
    kind: 'missing',
    hint: 'strongroom audit archives tells which archive has them; strongroom audit unarchive FILE brings them back',
  },
  AUDIT_WITNESS_REFUSED: {
    kind: 'conflict',
    hint: 'the log did not only grow since the witness saw it last: find out why before anything else',
  },
  AUDIT_DAMAGED: {
    kind: 'damaged',
    hint: 'keep the home as it is, run strongroom audit verify, and compare with a witness or an export',
  },
  AUDIT_ROLLED_BACK: {
    kind: 'damaged',
    hint: 'an older copy was put back; restore all of the home from one backup, or find out who did it',
  },
} as const satisfies Record<string, ErrorEntry>;
