import { readSafetensors, type SafetensorsDocument } from '../../formats/index.ts';
import type { Check, ScanContext, ScanTarget } from '../check.ts';
import { tensorSetOf } from '../file-content.ts';
import { reportFormatProblems } from './format-problems.ts';

/** Control characters, terminal escapes and marks that turn the direction of text. */
const CONTROL = /[\p{Cc}\u200b-\u200f\u2028-\u202e\u2066-\u2069]/u;
/** Metadata may have lines; nothing else of that kind. */
const CONTROL_IN_METADATA = /[^\P{Cc}\t\n\r]|[\u202a-\u202e\u2066-\u2069]/u;
const PATH = /(?:^|[/\\])\.\.(?:[/\\]|$)|^[/\\]|^[A-Za-z]:[/\\]/;
const MARKUP = /<\s*(?:script|iframe|object|embed|svg|img|link|meta)\b|javascript:|\bon(?:error|load)\s*=/i;
/** Findings of one kind in one file; a thousand say no more. */
const MAX_TEXT_FINDINGS = 20;
const OPERATIONS_PER_TENSOR = 10;

/** Looks at safetensors files: every rule of the format, and texts that attack whoever shows them. */
export const safetensorsCheck: Check = {
  name: 'safetensors',
  formats: ['safetensors'],
  async run(target, context) {
    const document = await readSafetensors(target.source);
    context.budget.spendOperations(document.tensors.length * OPERATIONS_PER_TENSOR);
    reportFormatProblems(
      document.problems,
      {
        error: 'SAFETENSORS_MALFORMED',
        codes: {
          JSON_DUPLICATE_KEY: 'SAFETENSORS_DUPLICATE_KEY',
          SAFETENSORS_HOLE: 'SAFETENSORS_HIDDEN_BYTES',
          SAFETENSORS_OVERLAP: 'SAFETENSORS_HIDDEN_BYTES',
          SAFETENSORS_TRAILING: 'SAFETENSORS_HIDDEN_BYTES',
        },
      },
      { target, context },
    );
    reportTexts(document, target, context);
    context.holds({ tensors: tensorSetOf(document.tensors.map(({ name }) => name)) }, target);
  },
};

function reportTexts(document: SafetensorsDocument, target: ScanTarget, context: ScanContext): void {
  const texts = [
    ...document.tensors.map(({ name, offset }) => ({ text: name, offset, isName: true })),
    ...document.metadata.flatMap(({ key, value, offset }) => [
      { text: key, offset, isName: true },
      { text: value, offset, isName: false },
    ]),
  ];
  let found = 0;
  for (const { text, offset, isName } of texts) {
    const what = problemOf(text, isName);
    if (what === undefined || ++found > MAX_TEXT_FINDINGS) continue;
    const where = isName ? 'a name' : 'the metadata';
    context.report(
      { rule: 'SAFETENSORS_ACTIVE_TEXT', offset, message: `${where} with ${what}`, evidence: text },
      target,
    );
  }
}

function problemOf(text: string, isName: boolean): string | undefined {
  if ((isName ? CONTROL : CONTROL_IN_METADATA).test(text)) return 'control characters';
  if (isName && PATH.test(text)) return 'a path';
  return MARKUP.test(text) ? 'markup' : undefined;
}
