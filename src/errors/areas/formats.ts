import type { ErrorEntry } from '../kinds.ts';

export const FORMAT_ERRORS = {
  FORMAT_MALFORMED: { kind: 'damaged', hint: 'the file is not what it claims to be; fetch it again' },
  FORMAT_LIMIT: { kind: 'limited', hint: 'the file goes beyond a safe limit; do not trust its source' },
  FORMAT_UNSAFE: {
    kind: 'unsafe',
    hint: 'reading it as its own tools do would run code; do not load it there, and ask its source for plain data',
  },
  FORMAT_EXPIRED: { kind: 'invalid', hint: 'the token is older than allowed; ask for a fresh one' },
} as const satisfies Record<string, ErrorEntry>;
