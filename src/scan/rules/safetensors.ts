import type { RuleTable } from './rule.ts';

/** Rules about safetensors files and their indexes. */
export const SAFETENSORS_RULES = {
  SAFETENSORS_MALFORMED: {
    severity: 'high',
    verdict: 'suspicious',
    title: 'a safetensors file that breaks its format',
    about:
      'The header, a size or an offset is wrong. The reference reader refuses it; a lenient one may read outside the file.',
    advice: 'refuse it, and ask for the file again from where it was made',
    references: ['https://github.com/huggingface/safetensors#format', 'CWE-1284'],
  },
  SAFETENSORS_DUPLICATE_KEY: {
    severity: 'high',
    verdict: 'suspicious',
    title: 'a key that appears twice in a safetensors header',
    about: 'Readers differ in which of the two they take, so two programs load two different models.',
    advice: 'refuse it: no writer produces duplicate keys',
    references: ['CWE-436', 'CWE-694'],
  },
  SAFETENSORS_HIDDEN_BYTES: {
    severity: 'high',
    verdict: 'suspicious',
    title: 'bytes that belong to no tensor',
    about: 'Between, over or behind the tensors lie bytes that no loader reads: room for another file.',
    advice: 'refuse it, or load and save it again so that only the tensors remain',
    references: ['CWE-436'],
  },
  SAFETENSORS_ACTIVE_TEXT: {
    severity: 'medium',
    verdict: 'suspicious',
    title: 'a name or metadata with control characters, paths or markup',
    about:
      'Tools print and join these texts: terminals, file names and web pages can be attacked through them.',
    advice: 'look at the text before any tool shows it; refuse the file if it makes no sense',
    references: ['CWE-79', 'CWE-22', 'CWE-150'],
  },
  SHARD_INDEX_PATH: {
    severity: 'high',
    verdict: 'suspicious',
    title: 'an index of shards that names a path',
    about: 'Loaders join the names in weight_map to the folder unchecked, so a path reads another file.',
    advice: 'refuse it: shards are plain names in the same folder',
    references: ['CWE-22'],
  },
  SHARD_MISSING: {
    severity: 'medium',
    verdict: 'suspicious',
    title: 'an index of shards that names a file which is not there',
    about:
      'The model cannot be loaded as it is, or a loader takes the missing file from somewhere else, which nobody scanned.',
    advice: 'store the model with all of its shards, or without the index',
    references: ['CWE-426'],
  },
  SHARD_TENSORS_DIFFER: {
    severity: 'high',
    verdict: 'suspicious',
    title: 'a shard with other tensors than its index says',
    about:
      'A shard has a tensor that the index does not name, or lacks one that it names: loaders differ in which tensors they take from where, and a shard may have been exchanged.',
    advice: 'ask for index and shards again from where they were made',
    references: ['CWE-436', 'CWE-345'],
  },
  SHARD_INDEX_MALFORMED: {
    severity: 'medium',
    verdict: 'suspicious',
    title: 'an index of shards that is broken',
    about: 'The weight_map is not a map from tensors to file names, or a key appears twice.',
    advice: 'ask for the index again from where it was made',
    references: [],
  },
} as const satisfies RuleTable;
