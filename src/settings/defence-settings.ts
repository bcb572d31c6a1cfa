import { z } from 'zod';
import { settings, wholeNumber } from './setting-meta.ts';

const MAX_BUDGET = Number.MAX_SAFE_INTEGER;

/** `[defence]`: what one principal may ask of one model, and how the watch over questions learns. */
export const defenceSection = z.strictObject({
  rows_per_day: wholeNumber(0, MAX_BUDGET).default(100_000).register(settings, {
    env: 'STRONGROOM_DEFENCE_ROWS_PER_DAY',
    description: 'rows that one principal may ask of one model within a day; 0 is without a limit',
  }),
  rows_per_month: wholeNumber(0, MAX_BUDGET).default(1_000_000).register(settings, {
    env: 'STRONGROOM_DEFENCE_ROWS_PER_MONTH',
    description: 'rows that one principal may ask of one model within thirty days; 0 is without a limit',
  }),
  bits_per_day: wholeNumber(0, MAX_BUDGET).default(10_000_000).register(settings, {
    env: 'STRONGROOM_DEFENCE_BITS_PER_DAY',
    description:
      'information in bits that answers of one model may give one principal within a day; 0 is without a limit',
  }),
  learning_rows: wholeNumber(200, 2000).default(1000).register(settings, {
    env: 'STRONGROOM_DEFENCE_LEARNING_ROWS',
    description: 'first rows of a model from which is learnt what is normal',
  }),
});

/** The settings of the defence with their defaults filled in. */
export type DefenceSettings = z.infer<typeof defenceSection>;
