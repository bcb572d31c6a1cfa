import type { ErrorEntry } from '../kinds.ts';

export const SETTING_ERRORS = {
  SETTING_UNKNOWN: { kind: 'missing', hint: 'strongroom secret ls shows the settings that are secret' },
  SETTING_MISSING: { kind: 'missing', hint: 'give the variable or the file its secret, then start again' },
  SETTING_REFUSED: { kind: 'forbidden', hint: 'seal it anew with strongroom secret set' },
  SETTING_UNPLACED: {
    kind: 'conflict',
    hint: 'the configuration file is written in a way that is not changed by machine; put the line in by hand',
  },
} as const satisfies Record<string, ErrorEntry>;
