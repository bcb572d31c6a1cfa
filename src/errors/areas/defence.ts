import type { ErrorEntry } from '../kinds.ts';

export const DEFENCE_ERRORS = {
  OUTPUT_POLICY_INVALID: {
    kind: 'invalid',
    hint: 'write full, label, or parts joined by +: top-K, round-DIGITS, perturb-SHARE, as top-3+round-2',
  },
  OUTPUT_POLICY_UNFIT: {
    kind: 'forbidden',
    hint: 'ask for the other outputs only, or ask an administrator for a grant with another output policy',
  },
  DEFENCE_STATE: { kind: 'conflict', hint: 'look at it with: strongroom defence status' },
  ATTACK_UNFIT: { kind: 'invalid', hint: 'attack a model of one tensor of floats that tells classes apart' },
  PREDICTION_BUDGET: {
    kind: 'limited',
    hint: 'the budget of this model is used up for now; wait as long as Retry-After says, or ask for a larger one',
  },
} as const satisfies Record<string, ErrorEntry>;
