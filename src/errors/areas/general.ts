import type { ErrorEntry } from '../kinds.ts';

export const GENERAL_ERRORS = {
  INTERNAL: { kind: 'internal', hint: 'run again with --debug and report what it prints' },
  INPUT_INVALID: { kind: 'invalid', hint: 'correct the value that the message names' },
  INPUT_TOO_LARGE: { kind: 'limited', hint: 'send less, or raise the limit that the message names' },
  ABORTED: { kind: 'unavailable', hint: 'nothing was changed; run it again' },
  CONFIG_INVALID: {
    kind: 'invalid',
    hint: 'correct the setting; docs/reference/configuration.md lists them all',
  },
} as const satisfies Record<string, ErrorEntry>;
