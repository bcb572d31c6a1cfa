import type { ErrorEntry } from '../kinds.ts';

export const FORMAT_ERRORS = {
  FORMAT_MALFORMED: { kind: 'damaged', hint: 'the file is not what it claims to be; fetch it again' },
  FORMAT_LIMIT: { kind: 'limited', hint: 'the file goes beyond a safe limit; do not trust its source' },
} as const satisfies Record<string, ErrorEntry>;
