import { readLightgbm } from '../../formats/index.ts';
import type { Check } from '../check.ts';
import { reportFormatProblems } from './format-problems.ts';

const BYTES_PER_OPERATION = 256;

/** Looks at LightGBM models in text. */
export const lightgbmCheck: Check = {
  name: 'lightgbm',
  formats: ['lightgbm'],
  async run(target, context) {
    context.budget.spendOperations(Math.ceil(target.source.size / BYTES_PER_OPERATION));
    const { problems } = await readLightgbm(target.source);
    reportFormatProblems(problems, { error: 'LIGHTGBM_MALFORMED' }, { target, context });
  },
};
