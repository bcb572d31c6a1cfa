import {
  type GgufArray,
  type GgufDocument,
  type GgufEntry,
  type GgufString,
  readGguf,
} from '../../formats/index.ts';
import type { Check, ScanContext, ScanTarget } from '../check.ts';
import { reportTemplate } from './chat-template.ts';
import { reportFormatProblems } from './format-problems.ts';

/** Where templates stand: alone, named (`tokenizer.chat_template.tool_use`) or in an array. */
const TEMPLATE_KEY = /(?:^|\.)(?:chat_)?templates?(?:\.|$)/i;
const SPECIAL_TOKEN = /^tokenizer\.ggml\.\w+_token_id$/;
/** Writers give this number for a token that the model does not have. */
const NO_TOKEN = 0xffffffff;
const OPERATIONS_PER_ENTRY = 10;

/** Looks at GGUF files: exact bounds, chat templates wherever they stand, special tokens. */
export const ggufCheck: Check = {
  name: 'gguf',
  formats: ['gguf'],
  async run(target, context) {
    const document = await readGguf(target.source);
    context.budget.spendOperations(
      (document.entries.length + document.tensors.length) * OPERATIONS_PER_ENTRY,
    );
    reportFormatProblems(
      document.problems,
      {
        error: 'GGUF_MALFORMED',
        notice: 'GGUF_UNUSUAL',
        codes: {
          GGUF_DUPLICATE_KEY: 'GGUF_DUPLICATE',
          GGUF_TENSOR_TWICE: 'GGUF_DUPLICATE',
          GGUF_TRAILING: 'GGUF_HIDDEN_BYTES',
        },
      },
      { target, context },
    );
    for (const entry of document.entries) reportTemplates(entry, target, context);
    reportTokens(document, target, context);
  },
};

function reportTemplates({ key, value }: GgufEntry, target: ScanTarget, context: ScanContext): void {
  // Text with tags is a template wherever it stands: a loader may take another key tomorrow.
  for (const string of stringsOf(value)) {
    const { text } = string;
    const isTemplate = TEMPLATE_KEY.test(key);
    if (text === undefined) {
      if (isTemplate)
        context.inconclusive(`gguf: the template ${JSON.stringify(key.slice(0, 80))} is too long`);
    } else if (isTemplate || text.includes('{%') || text.includes('{{')) {
      reportTemplate(text, {
        target,
        context,
        offset: string.offset,
        isCertain: isTemplate,
      });
    }
  }
}

function stringsOf(value: GgufEntry['value']): readonly GgufString[] {
  if (typeof value !== 'object') return [];
  return 'strings' in value ? value.strings : [value];
}

function reportTokens({ entries }: GgufDocument, target: ScanTarget, context: ScanContext): void {
  const tokens = entries.find(({ key }) => key === 'tokenizer.ggml.tokens')?.value;
  const count = isArray(tokens) ? tokens.count : undefined;
  if (count === undefined) return;
  for (const { key, value, offset } of entries) {
    if (!SPECIAL_TOKEN.test(key) || (typeof value !== 'number' && typeof value !== 'bigint')) continue;
    if (Number(value) === NO_TOKEN || Number(value) === -1 || (value >= 0 && value < count)) continue;
    const message = `the token ${value} in a vocabulary of ${count}`;
    context.report({ rule: 'GGUF_TOKEN_RANGE', offset, message, evidence: key }, target);
  }
}

function isArray(value: GgufEntry['value'] | undefined): value is GgufArray {
  return typeof value === 'object' && 'strings' in value;
}
