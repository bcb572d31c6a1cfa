import type { ErrorEntry } from '../kinds.ts';

export const REGISTRY_ERRORS = {
  NAME_INVALID: {
    kind: 'invalid',
    hint: 'names are lower-case letters, digits, dot, dash and underscore: acme/churn',
  },
  NAMESPACE_MISSING: { kind: 'missing', hint: 'list what there is with: strongroom ls' },
  NAMESPACE_EXISTS: { kind: 'conflict', hint: 'use the namespace that exists, or choose another name' },
  NAMESPACE_NOT_EMPTY: { kind: 'conflict', hint: 'remove its models first' },
  NAMESPACE_CHANGED: {
    kind: 'conflict',
    hint: 'encryption was switched on while this was written in plain; run it again',
  },
  MODEL_MISSING: { kind: 'missing', hint: 'list what there is with: strongroom ls' },
  VERSION_MISSING: { kind: 'missing', hint: 'list the versions of a model with: strongroom ls MODEL' },
  ALIAS_MISSING: { kind: 'missing', hint: 'list the aliases of a model with: strongroom show MODEL' },
  METRIC_MISSING: {
    kind: 'missing',
    hint: 'no version has a value of this metric; add one with: strongroom put --metric name=value',
  },
  METRIC_INVALID: {
    kind: 'invalid',
    hint: 'a metric has a name of at most 64 letters, digits and _ . @ / and a finite number as its value',
  },
  METRIC_DIRECTION_UNKNOWN: {
    kind: 'invalid',
    hint: 'say whether higher or lower is better: --direction name=higher',
  },
  LINEAGE_MISSING: { kind: 'invalid', hint: 'derived-from must name a version that exists: acme/churn@3' },
  MANIFEST_INVALID: { kind: 'invalid', hint: 'correct the files or the metadata that the message names' },
  LEASE_LOST: {
    kind: 'conflict',
    hint: 'the write took longer than it may stand still, and its files were cleared away; run it again',
  },
  KEY_VERSION_BLOCKED: { kind: 'conflict', hint: 'the key was retired at the same time; run it again' },
  KEY_VERSION_IN_USE: {
    kind: 'conflict',
    hint: 'rotate first, and wait until running writes have ended: strongroom keys ls shows what is left',
  },
  REGISTRY_TAMPERED: {
    kind: 'damaged',
    hint: 'the catalogue was changed from outside; restore it from a backup',
  },
  HOME_NEWER: { kind: 'invalid', hint: 'a newer strongroom made this home; upgrade to use it' },
  CATALOGUE_DAMAGED: { kind: 'damaged', hint: 'the catalogue file is damaged; restore it from a backup' },
  CATALOGUE_BUSY: {
    kind: 'unavailable',
    hint: 'another process held the catalogue for too long; run it again',
  },
  CATALOGUE_UNAVAILABLE: {
    kind: 'unavailable',
    hint: 'the catalogue file cannot be read or written; look at the disk and the kernel log',
  },
} as const satisfies Record<string, ErrorEntry>;
