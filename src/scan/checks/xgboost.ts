import { JsonObject, type JsonValue, scanUbjson } from '../../formats/index.ts';
import type { Check, ScanContext, ScanTarget } from '../check.ts';
import { reportFormatProblems } from './format-problems.ts';

/** First bytes of the old formats: memory as it was. */
const OPAQUE_STARTS = ['binf', 'bs64'];
const BOOSTERS: ReadonlySet<string> = new Set(['gbtree', 'gblinear', 'dart']);
const BYTES_PER_OPERATION = 64;

/** Looks at XGBoost models in UBJSON and in the old binary format; those in JSON are looked at with all JSON. */
export const xgboostCheck: Check = {
  name: 'xgboost',
  formats: ['xgboost'],
  async run(target, context) {
    const start = new TextDecoder('latin1').decode(await target.source.read(0, 4));
    if (OPAQUE_STARTS.includes(start)) {
      context.report({ rule: 'XGBOOST_OPAQUE', offset: 0, message: 'the old binary format' }, target);
      context.unknown('an XGBoost model in the old binary format');
      return;
    }
    context.budget.spendOperations(Math.ceil(target.source.size / BYTES_PER_OPERATION));
    let [hasLearner, booster]: [boolean, string | undefined] = [false, undefined];
    const log = await scanUbjson(target.source, {
      member(path, { text }) {
        hasLearner ||= path[0] === 'learner';
        if (path.join('.') === 'learner.gradient_booster.name') booster = text;
      },
    });
    reportFormatProblems(log.problems, { error: 'XGBOOST_MALFORMED' }, { target, context });
    if (!log.hasError && !log.hasLimit) reportParts({ hasLearner, booster }, { target, context });
  },
};

/** Whether a JSON value is a model of XGBoost. */
export function isXgboostJson(value: JsonValue): value is JsonObject {
  return (
    value instanceof JsonObject &&
    value.get('learner') instanceof JsonObject &&
    value.get('version') !== undefined
  );
}

/** Reports what an XGBoost model in JSON lacks. */
export function reportXgboostJson(
  value: JsonObject,
  place: { readonly target: ScanTarget; readonly context: ScanContext },
): void {
  place.context.note('xgboost');
  const learner = value.get('learner');
  const gradient = learner instanceof JsonObject ? learner.get('gradient_booster') : undefined;
  const booster = gradient instanceof JsonObject ? gradient.text('name') : undefined;
  reportParts({ hasLearner: learner instanceof JsonObject, booster }, place);
}

function reportParts(
  { hasLearner, booster }: { hasLearner: boolean; booster: string | undefined },
  { target, context }: { readonly target: ScanTarget; readonly context: ScanContext },
): void {
  if (hasLearner && booster !== undefined && BOOSTERS.has(booster)) return;
  const message = hasLearner ? 'an unknown booster' : 'a model without a learner';
  context.report(
    { rule: 'XGBOOST_MALFORMED', message, ...(booster !== undefined && { evidence: booster }) },
    target,
  );
}
