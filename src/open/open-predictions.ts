import type { ModelName } from '../api/index.ts';
import type { SessionOptions } from '../inference/index.ts';
import type { PredictionSettings, ServedModelSettings } from '../settings/index.ts';
import { processMemoryBytes } from '../storage/index.ts';
import {
  Predictions,
  type PredictionsDeps,
  type PredictionsOptions,
  type VaultDeps,
  validationStage,
} from '../vault/index.ts';
import { openDefenceStage } from './open-defence.ts';

const MIB = 2 ** 20;

interface Configured {
  readonly predictions: PredictionSettings;
  readonly served_model: readonly ServedModelSettings[];
}

/** The models that a home serves, with what stands around every prediction: the first stage sees it first. */
export function openPredictions(
  deps: PredictionsDeps & Pick<VaultDeps, 'schemas' | 'defence' | 'keyring'>,
  config: Configured,
): Predictions {
  return new Predictions(deps, {
    ...poolOptions(config),
    stages: [validationStage(deps.schemas), openDefenceStage(deps)],
  });
}

function poolOptions(config: Configured): Omit<PredictionsOptions, 'stages'> {
  const { predictions } = config;
  const own = new Map(config.served_model.map((settings) => [settings.model, settings]));
  return {
    memoryBytes: predictions.memory_mib * MIB,
    sessionOptions: (model: ModelName) => sessionOptions({ ...predictions, ...own.get(model) }),
  };
}

function sessionOptions(settings: PredictionSettings): SessionOptions {
  return {
    threads: settings.threads,
    memoryBytes: settings.runner_memory_mib * MIB,
    loadMs: settings.load_seconds * 1000,
    runMs: settings.deadline_ms,
    maxAnswerBytes: settings.max_answer_mib * MIB,
    memoryOf: processMemoryBytes,
    isBatching: settings.batching,
    maxBatchRows: settings.max_batch_rows,
    maxRequests: settings.max_queue,
    maxBytes: settings.max_queue_mib * MIB,
  };
}
