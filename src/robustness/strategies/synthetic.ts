import { normalOf, pick } from '../random.ts';
import { featureRanges, type Strategy } from './strategy.ts';

/** Normal numbers of each feature's mean and spread (Tramèr et al., Stealing Machine Learning Models, 2016). */
export const RANDOM_NORMAL: Strategy = {
  name: 'random-normal',
  summary: 'normal numbers of the mean and spread of each feature',
  *ask({ pool, random }) {
    const ranges = featureRanges(pool);
    for (;;) yield Float64Array.from(ranges, ({ mean, deviation }) => mean + deviation * normalOf(random));
  },
};

/** Numbers evenly out of each feature's range. */
export const UNIFORM_BOX: Strategy = {
  name: 'uniform-box',
  summary: 'numbers evenly out of the range of each feature',
  *ask({ pool, random }) {
    const ranges = featureRanges(pool);
    for (;;) yield Float64Array.from(ranges, ({ low, high }) => low + (high - low) * random());
  },
};

/** Each feature out of another row: every marginal is right, no combination is. */
export const SHUFFLED_COLUMNS: Strategy = {
  name: 'shuffled-columns',
  summary: 'each feature out of another honest row',
  *ask({ pool, random }) {
    const size = pool[0]?.length ?? 0;
    for (;;) yield Float64Array.from({ length: size }, (_, at) => pick(pool, random)[at] ?? 0);
  },
};
