import type { ErrorEntry } from '../kinds.ts';

export const REGISTRY_ERRORS = {
  NAME_INVALID: {
    kind: 'invalid',
    hint: 'names are lower-case letters, digits, dot, dash and underscore: acme/churn',
  },
} as const satisfies Record<string, ErrorEntry>;
