import type { ErrorEntry } from '../kinds.ts';

export const TRUST_ERRORS = {
  TRUST_REFUSED: {
    kind: 'unsafe',
    hint: 'do not load these files; strongroom help outcomes tells what is let in',
  },
  TRUST_QUARANTINED: {
    kind: 'unsafe',
    hint: 'see why with: strongroom quarantine show MODEL@N; let it out with: strongroom quarantine release',
  },
  TRUST_WITHDRAWN: {
    kind: 'unsafe',
    hint: 'a later scan found something: strongroom quarantine show MODEL@N; use another version',
  },
  TRUST_UNSIGNED: {
    kind: 'unsafe',
    hint: 'sign it with: strongroom trust sign MODEL@N --key-id ID, by a key that the namespace trusts',
  },
  TRUST_NOT_HELD: {
    kind: 'conflict',
    hint: 'strongroom quarantine ls lists the versions that are held',
  },
  TRUST_APPROVAL: {
    kind: 'forbidden',
    hint: 'a second person must release it; where there is only one: strongroom trust set NAMESPACE --approvals 1',
  },
  SIGNING_KEY_MISSING: { kind: 'missing', hint: 'strongroom trust keys ls lists the keys that are known' },
  SIGNING_KEY_EXISTS: { kind: 'conflict', hint: 'the key is known already: strongroom trust keys ls' },
  BUNDLE_MALFORMED: { kind: 'damaged', hint: 'this is not a bundle of strongroom; fetch it again' },
  BUNDLE_TAMPERED: {
    kind: 'damaged',
    hint: 'the bundle is not what its sender wrote; do not use it, and fetch it again',
  },
} as const satisfies Record<string, ErrorEntry>;
