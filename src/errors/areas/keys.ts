import type { ErrorEntry } from '../kinds.ts';

export const KEY_ERRORS = {
  KEY_REFUSED: { kind: 'forbidden', hint: 'no key, passphrase or access code given here opens this' },
  ACCESS_CODE_REQUIRED: {
    kind: 'forbidden',
    hint: 'this model asks for its access code: --access-code-file, STRONGROOM_ACCESS_CODE_FILE or the prompt',
  },
} as const satisfies Record<string, ErrorEntry>;
