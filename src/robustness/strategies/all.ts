import { HOP_SKIP_JUMP, JACOBIAN, LINE_SEARCH, SQUARE } from './boundary.ts';
import { ACTIVE_POOL, PASSIVE_POOL } from './pool.ts';
import type { Strategy } from './strategy.ts';
import { RANDOM_NORMAL, SHUFFLED_COLUMNS, UNIFORM_BOX } from './synthetic.ts';

/** Every way to choose questions. */
export const STRATEGIES: readonly Strategy[] = [
  PASSIVE_POOL,
  ACTIVE_POOL,
  RANDOM_NORMAL,
  UNIFORM_BOX,
  SHUFFLED_COLUMNS,
  LINE_SEARCH,
  JACOBIAN,
  SQUARE,
  HOP_SKIP_JUMP,
];
