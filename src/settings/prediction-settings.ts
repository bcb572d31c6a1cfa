import { z } from 'zod';
import { settings, wholeNumber } from './setting-meta.ts';

/** `[predictions]`: what models that are served may use. */
export const predictionsSection = z.strictObject({
  memory_mib: wholeNumber(128, 16_777_216).default(4096).register(settings, {
    env: 'STRONGROOM_PREDICTIONS_MEMORY_MIB',
    description:
      'memory of all models that are served, together; beyond it the one not used for longest makes room',
  }),
  runner_memory_mib: wholeNumber(128, 16_777_216).default(2048).register(settings, {
    env: 'STRONGROOM_PREDICTIONS_RUNNER_MEMORY_MIB',
    description: 'memory of the process of one model; it is ended beyond it',
  }),
  threads: wholeNumber(1, 256).default(1).register(settings, {
    env: 'STRONGROOM_PREDICTIONS_THREADS',
    description: 'threads that one computation uses',
  }),
  deadline_ms: wholeNumber(10, 3_600_000).default(5000).register(settings, {
    env: 'STRONGROOM_PREDICTIONS_DEADLINE_MS',
    description: 'longest computation, and longest wait for an answer; a model that takes longer is ended',
  }),
  load_seconds: wholeNumber(1, 3600).default(120).register(settings, {
    env: 'STRONGROOM_PREDICTIONS_LOAD_SECONDS',
    description: 'longest time that a model may take to be loaded',
  }),
  batching: z.union([z.boolean(), z.stringbool()]).default(true).register(settings, {
    env: 'STRONGROOM_PREDICTIONS_BATCHING',
    description:
      'whether requests of several callers are computed together, where the model computes each row by itself',
  }),
  max_batch_rows: wholeNumber(1, 65_536).default(64).register(settings, {
    env: 'STRONGROOM_PREDICTIONS_MAX_BATCH_ROWS',
    description: 'rows of several requests that are computed together at most',
  }),
  max_queue: wholeNumber(1, 1_000_000).default(1024).register(settings, {
    env: 'STRONGROOM_PREDICTIONS_MAX_QUEUE',
    description: 'requests that may wait for one model; whoever has most of them is told to come again',
  }),
  max_queue_mib: wholeNumber(1, 65_536).default(128).register(settings, {
    env: 'STRONGROOM_PREDICTIONS_MAX_QUEUE_MIB',
    description: 'inputs that may wait for one model',
  }),
  max_answer_mib: wholeNumber(1, 2048).default(64).register(settings, {
    env: 'STRONGROOM_PREDICTIONS_MAX_ANSWER_MIB',
    description: 'largest answer of one computation',
  }),
});

/** One `[[served_model]]`: what a model may use in place of `[predictions]`. */
export const servedModelSettings = z.strictObject({
  model: z.string().min(3).max(129).describe('the model: acme/churn'),
  runner_memory_mib: z.int().min(128).max(16_777_216).exactOptional().describe('memory of its process'),
  threads: z.int().min(1).max(256).exactOptional().describe('threads that one computation uses'),
  deadline_ms: z.int().min(10).max(3_600_000).exactOptional().describe('longest computation and wait'),
  batching: z.boolean().exactOptional().describe('whether requests are computed together'),
  max_batch_rows: z
    .int()
    .min(1)
    .max(65_536)
    .exactOptional()
    .describe('rows that are computed together at most'),
});

/** The settings of predictions with their defaults filled in. */
export type PredictionSettings = z.infer<typeof predictionsSection>;
/** The settings of one model. */
export type ServedModelSettings = z.infer<typeof servedModelSettings>;
