import type { RunnerOptions } from '../../src/runtime/index.ts';
import { processMemoryBytes } from '../../src/storage/index.ts';

/** What a runner of a test may use: enough for a small model, and time for a machine that is busy. */
export const RUNNER: RunnerOptions = {
  threads: 1,
  memoryBytes: 400 * 2 ** 20,
  loadMs: 20_000,
  runMs: 20_000,
  maxAnswerBytes: 2 ** 20,
  memoryOf: processMemoryBytes,
};
