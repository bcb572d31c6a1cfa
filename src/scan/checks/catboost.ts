import { readCatboost } from '../../formats/index.ts';
import type { Check } from '../check.ts';
import { reportFormatProblems } from './format-problems.ts';

/** Looks at CatBoost models: the size of the core and the offsets in it. */
export const catboostCheck: Check = {
  name: 'catboost',
  formats: ['catboost'],
  async run(target, context) {
    const { problems } = await readCatboost(target.source);
    reportFormatProblems(problems, { error: 'CATBOOST_MALFORMED' }, { target, context });
  },
};
