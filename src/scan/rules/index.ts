import { formatCanonicalJson, toHex, utf8Bytes } from '../../bytes/index.ts';
import { sha256 } from '../../crypto/index.ts';
import { ARCHIVE_RULES } from './archives.ts';
import { CONTENT_RULES } from './content.ts';
import { GGUF_RULES } from './gguf.ts';
import { KERAS_RULES } from './keras.ts';
import { MSGPACK_RULES } from './msgpack.ts';
import { NUMPY_RULES } from './numpy.ts';
import { ONNX_RULES } from './onnx.ts';
import { PICKLE_RULES } from './pickle.ts';
import type { Rule } from './rule.ts';
import { SAFETENSORS_RULES } from './safetensors.ts';
import { SCAN_RULES } from './scan.ts';
import { SKOPS_RULES } from './skops.ts';
import { TEMPLATE_RULES } from './templates.ts';
import { TENSORFLOW_RULES } from './tensorflow.ts';
import { TORCH_RULES } from './torch.ts';
import { TREE_RULES } from './trees.ts';

export type { Rule, RuleTable, RuleVerdict, Severity } from './rule.ts';

/** Every rule of the scanner: id → what it means. `docs/reference/rules.md` is generated from it. */
export const RULES = {
  ...SCAN_RULES,
  ...ARCHIVE_RULES,
  ...CONTENT_RULES,
  ...PICKLE_RULES,
  ...NUMPY_RULES,
  ...MSGPACK_RULES,
  ...TORCH_RULES,
  ...GGUF_RULES,
  ...KERAS_RULES,
  ...ONNX_RULES,
  ...SAFETENSORS_RULES,
  ...SKOPS_RULES,
  ...TEMPLATE_RULES,
  ...TENSORFLOW_RULES,
  ...TREE_RULES,
} as const;

/** A stable name of one rule, `AREA_REASON`. */
export type RuleId = keyof typeof RULES;

/** Which rules a report was made with. */
export interface RuleSet {
  /** Raised by hand when checks change in what they find. */
  readonly version: string;
  /** SHA-256 of the canonical JSON of version and rules, in hexadecimal. */
  readonly digest: string;
}

const VERSION = '1';

/** The rule set of this build. A verdict is bound to it; another digest means that stored models are scanned again. */
export const RULE_SET: RuleSet = {
  version: VERSION,
  digest: toHex(sha256(utf8Bytes(formatCanonicalJson({ version: VERSION, rules: RULES })))),
};

/** The rule of an id. */
export function ruleOf(id: RuleId): Rule {
  return RULES[id];
}
