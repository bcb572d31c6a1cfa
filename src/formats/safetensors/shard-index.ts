import { JsonObject, type JsonValue } from '../json/json-value.ts';
import type { FormatProblem } from '../problem.ts';
import { ProblemLog, quoteText } from '../problem-log.ts';

/** What a `*.safetensors.index.json` says: which tensor is in which file beside it. */
export interface ShardIndex {
  readonly weights: readonly { readonly tensor: string; readonly file: string; readonly offset: number }[];
  readonly problems: readonly FormatProblem[];
}

/** Whether a JSON value is an index of shards. */
export function isShardIndex(value: JsonValue | undefined): value is JsonObject {
  return value instanceof JsonObject && value.get('weight_map') instanceof JsonObject;
}

/** The weight map of an index, whose files must be plain names: loaders join them to the folder unchecked. */
export function parseShardIndex(index: JsonObject): ShardIndex {
  const log = new ProblemLog();
  const map = index.get('weight_map');
  const weights: { tensor: string; file: string; offset: number }[] = [];
  for (const { key, value, offset } of map instanceof JsonObject ? map.members : []) {
    if (typeof value !== 'string') {
      log.error('SHARD_INDEX_INVALID', offset, `the file of the tensor ${quoteText(key)} is not a name`);
      continue;
    }
    if (!isPlainFileName(value)) {
      log.error(
        'SHARD_INDEX_PATH',
        offset,
        `the file ${quoteText(value)} is not a plain name in this folder`,
      );
    }
    weights.push({ tensor: key, file: value, offset });
  }
  return { weights, problems: log.problems };
}

function isPlainFileName(name: string): boolean {
  return /^[^/\\:\p{Cc}]+$/u.test(name) && !/^\.{1,2}$/.test(name);
}
