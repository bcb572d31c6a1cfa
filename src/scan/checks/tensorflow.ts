import { sliceSource } from '../../bytes/index.ts';
import {
  protobufKind,
  readTensorflow,
  type TensorflowDocument,
  type TensorflowRoot,
} from '../../formats/index.ts';
import type { Check, ScanContext, ScanTarget } from '../check.ts';
import type { RuleId } from '../rules/index.ts';
import { reportFormatProblems } from './format-problems.ts';
import { pathProblem } from './member-path.ts';
import { type OperatorDanger, operatorDanger } from './tensorflow-operators.ts';

const RULE_OF_DANGER: Readonly<Record<OperatorDanger, RuleId>> = {
  code: 'TF_OPERATOR_CODE',
  file: 'TF_OPERATOR_FILE',
  usual: 'TF_OPERATOR_USUAL',
};
const ROOT_OF_KIND: Readonly<Record<string, TensorflowRoot>> = {
  'tf-saved-model': 'SavedModel',
  'tf-meta-graph': 'MetaGraphDef',
  'tf-graph': 'GraphDef',
  'keras-metadata': 'SavedMetadata',
};
const MAX_FINDINGS = 50;

/** Looks at graphs of TensorFlow: the operators of the main graph and of every function, assets, Keras metadata. */
export const tensorflowCheck: Check = {
  name: 'tensorflow',
  formats: ['tf-saved-model', 'tf-meta-graph'],
  async run(target, context) {
    const kind = (await protobufKind(target.source)) ?? target.format;
    const maxFields = Math.min(20_000_000, context.budget.operationsLeft);
    const document = await readTensorflow(target.source, ROOT_OF_KIND[kind] ?? 'SavedModel', { maxFields });
    context.budget.spendOperations(document.nodeCount);
    reportFormatProblems(document.problems, { error: 'TF_MALFORMED' }, { target, context });
    for (const [field, offset] of [...document.unknownFields].slice(0, MAX_FINDINGS)) {
      context.report({ rule: 'TF_UNKNOWN_FIELD', offset, message: `the field ${field}` }, target);
    }
    reportOperators(document, target, context);
    for (const { fileName, offset } of document.assets) {
      const problem = pathProblem(fileName);
      if (problem === undefined) continue;
      context.report(
        { rule: 'TF_ASSET_PATH', offset, message: `the name of an asset ${problem}`, evidence: fileName },
        target,
      );
    }
    for (const range of document.kerasObjects) {
      await context.nested(target, {
        source: sliceSource(target.source, range),
        name: `object at ${range.start}`,
      });
    }
  },
};

/** Reports one operator by what it can do; `place` says where in the graph it stands. */
export function reportOperator(
  { operator, offset, place }: { operator: string; offset: number; place: string },
  { target, context }: { target: ScanTarget; context: ScanContext },
): void {
  const danger = operatorDanger(operator);
  if (danger === undefined) return;
  const message = `the operator ${operator.slice(0, 60)} in ${place}`;
  context.report({ rule: RULE_OF_DANGER[danger], offset, message }, target);
}

function reportOperators(document: TensorflowDocument, target: ScanTarget, context: ScanContext): void {
  for (const { operator, offset, isInFunction } of document.operators) {
    // A function of the library may have any name; then its body says what it does.
    if (document.functions.has(operator) && operatorDanger(operator) !== 'code') continue;
    const place = isInFunction ? 'a function of the library' : 'the graph';
    reportOperator({ operator, offset, place }, { target, context });
  }
}
