import { readTflite } from '../../formats/index.ts';
import type { Check } from '../check.ts';
import { reportFormatProblems } from './format-problems.ts';
import { reportOperator } from './tensorflow.ts';

/** Operators of TensorFlow itself inside a TFLite model. */
const FLEX = 'Flex';
const MAX_FINDINGS = 50;

/** Looks at TFLite models: bounds of the FlatBuffer, custom and Flex operators, weights in other files. */
export const tfliteCheck: Check = {
  name: 'tflite',
  formats: ['tflite'],
  async run(target, context) {
    const maxReads = Math.min(20_000_000, context.budget.operationsLeft);
    const document = await readTflite(target.source, { maxReads });
    reportFormatProblems(document.problems, { error: 'TFLITE_MALFORMED' }, { target, context });
    for (const { name, offset } of document.customOperators.slice(0, MAX_FINDINGS * 10)) {
      if (name.startsWith(FLEX)) {
        reportOperator(
          { operator: name.slice(FLEX.length), offset, place: 'a Flex operator' },
          { target, context },
        );
      } else {
        context.report(
          { rule: 'TFLITE_CUSTOM_OPERATOR', offset, message: 'a custom operator', evidence: name },
          target,
        );
      }
    }
    if (document.customOperators.length > MAX_FINDINGS * 10)
      context.inconclusive('too many custom operators');
    for (const { name, offset } of document.externalFiles.slice(0, MAX_FINDINGS)) {
      context.report(
        { rule: 'TFLITE_EXTERNAL_BUFFER', offset, message: 'weights in another file', evidence: name },
        target,
      );
    }
  },
};
