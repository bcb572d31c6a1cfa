import {
  isShardIndex,
  JsonObject,
  type JsonValue,
  parseShardIndex,
  readJson,
  type ShardIndex,
} from '../../formats/index.ts';
import type { Check, ScanContext, ScanTarget } from '../check.ts';
import { tensorSetOf } from '../file-content.ts';
import { reportFormatProblems } from './format-problems.ts';
import { isKerasConfig, reportKerasConfig } from './keras-config.ts';
import { isSkopsSchema, reportSkopsSchema } from './skops.ts';
import { reportTokenizerTemplates } from './tokenizer.ts';
import { isXgboostJson, reportXgboostJson } from './xgboost.ts';

/** Models of trees in JSON are nothing but numbers, which are not kept. */
const MAX_NUMBERS = 500_000_000;
const BYTES_PER_OPERATION = 16;
/** Files of one model; the largest have two hundred. */
const MAX_SHARDS = 2000;

/**
 * Looks at JSON, whatever it is called: configurations of Keras, schemas of skops, templates of tokenizers, indexes of
 * shards, models of XGBoost. It is read once and strictly.
 */
export const jsonModelsCheck: Check = {
  name: 'json-models',
  formats: ['json'],
  async run(target, context) {
    context.budget.spendOperations(Math.ceil(target.source.size / BYTES_PER_OPERATION));
    const { value, problems } = await readJson(target.source, {
      maxNumbers: MAX_NUMBERS,
      areNumbersKept: false,
    });
    const codes = { JSON_DUPLICATE_KEY: 'JSON_DUPLICATE_KEY' } as const;
    reportFormatProblems(problems, { error: 'JSON_MALFORMED', codes }, { target, context });
    if (value !== undefined) reportValue(value, { target, context });
  },
};

function reportValue(value: JsonValue, place: { target: ScanTarget; context: ScanContext }): void {
  if (isXgboostJson(value)) {
    reportXgboostJson(value, place);
    return;
  }
  reportTokenizerTemplates(value, place);
  if (isKerasConfig(value) || holdsKerasConfig(value)) reportKerasConfig(value, place);
  if (isSkopsSchema(value)) reportSkopsSchema(value, place);
  if (isShardIndex(value)) {
    reportShardIndex(parseShardIndex(value), place);
  }
}

function reportShardIndex(
  { weights, problems }: ShardIndex,
  place: { target: ScanTarget; context: ScanContext },
): void {
  const { target, context } = place;
  const codes = { SHARD_INDEX_PATH: 'SHARD_INDEX_PATH' } as const;
  reportFormatProblems(problems, { error: 'SHARD_INDEX_MALFORMED', codes }, place);
  const byFile = Map.groupBy(weights, ({ file }) => file);
  if (byFile.size > MAX_SHARDS) {
    const message = `an index of more than ${MAX_SHARDS} shards`;
    context.report({ rule: 'SCAN_LIMIT', message }, target);
    context.inconclusive(message);
    return;
  }
  const shards = [...byFile].map(([file, tensors]) => ({
    file,
    ...tensorSetOf(tensors.map(({ tensor }) => tensor)),
  }));
  context.holds({ shards }, target);
}

/** A configuration one level down: `{"model_config": {…}}`, a list of layers. */
function holdsKerasConfig(value: JsonValue): boolean {
  if (value instanceof JsonObject) return value.members.some((member) => isKerasConfig(member.value));
  return Array.isArray(value) && (value as readonly JsonValue[]).some(isKerasConfig);
}
