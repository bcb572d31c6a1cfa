import type { Inference, ModelSignature, Version } from '../api/index.ts';
import { type AuditLog, cutText } from '../audit/index.ts';
import { type StrongroomError, toStrongroomError } from '../errors/index.ts';
import type { TriedCanary } from './canary-trials.ts';
import type { InputSchemas } from './input-schemas.ts';
import type { Predictions } from './predictions.ts';

export interface CanaryDeps {
  readonly predictions: Pick<Predictions, 'decisions' | 'trials'>;
  readonly schemas: Pick<InputSchemas, 'find'>;
  readonly audit: Pick<AuditLog, 'append'>;
}

/** A question to an alias whose turn its canary has. */
export interface CanaryQuestion {
  readonly canary: TriedCanary;
  /** What the alias itself names, and what that takes and gives. */
  readonly version: Version;
  readonly signature: ModelSignature;
  /** Whether the caller has a deadline of their own. */
  readonly hasDeadline: boolean;
  /** The signature of a version, loaded where it is not. */
  readonly signatureOf: (version: Version) => Promise<ModelSignature>;
  readonly answerFrom: (version: Version) => Promise<Inference>;
}

/**
 * The answer of a canary; `undefined` where it may not be served, does not answer, or takes something else than the
 * version of the alias: callers have nothing to do with the trial of a version. Throws what is theirs: a question that is
 * wrong, a limit, a grant that has ended, a deadline.
 */
export async function askCanary(deps: CanaryDeps, question: CanaryQuestion): Promise<Inference | undefined> {
  const { canary } = question;
  const { decisions, trials } = deps.predictions;
  try {
    const version = await decisions.decide({ model: canary.model, version: canary.version });
    if (!(await takesTheSame(deps, question, version))) {
      trials.note(canary, 'unfit');
      return undefined;
    }
    const inference = await question.answerFrom(version);
    trials.note(canary, 'answered');
    return inference;
  } catch (thrown) {
    const error = toStrongroomError(thrown);
    if (!isOfCanary(error, question)) throw thrown;
    await noteFailure(deps, canary, error);
    return undefined;
  }
}

/** What was made for the version of the alias is wrong for a canary only where it is wrong for both. */
async function takesTheSame(
  { schemas }: CanaryDeps,
  { version: own, signature, signatureOf }: CanaryQuestion,
  canary: Version,
): Promise<boolean> {
  if (formOf(signature) !== formOf(await signatureOf(canary))) return false;
  const [one, other] = await Promise.all(
    [own, canary].map(({ model, version }) => schemas.find({ model, version })),
  );
  return JSON.stringify(one?.schema) === JSON.stringify(other?.schema);
}

/** Classes may be added; what goes in, and what may be asked for, stays. */
function formOf({ inputs, outputs }: ModelSignature): string {
  return JSON.stringify([
    inputs.map(({ name, datatype, shape }) => [name, datatype, shape]),
    outputs.map(({ name, datatype }) => [name, datatype]),
  ]);
}

/** Whether a failure is the canary's own, rather than the caller's or everybody's. */
function isOfCanary({ code, kind }: StrongroomError, { hasDeadline }: CanaryQuestion): boolean {
  // Their time is over, whoever would answer now.
  if (code === 'PREDICTION_TIMEOUT' && hasDeadline) return false;
  if (['ACCESS_DENIED', 'LOCKED_DOWN', 'AUDIT_UNAVAILABLE'].includes(code)) return false;
  return !['invalid', 'unauthenticated', 'limited', 'internal'].includes(kind);
}

/** A version that is refused, damaged or unsafe while it is on trial is on the record, once for each reason. */
async function noteFailure(
  { predictions, audit }: CanaryDeps,
  canary: TriedCanary,
  { code, kind }: StrongroomError,
): Promise<void> {
  const isNew = predictions.trials.noteFailure(canary, code);
  if (!isNew || !['forbidden', 'damaged', 'unsafe'].includes(kind)) return;
  const { model, alias, version } = canary;
  await audit.append({
    kind: 'event',
    event: 'rollout.canary-refused',
    severity: kind === 'damaged' ? 'critical' : 'warning',
    resource: cutText(`${model}:${alias}`),
    code,
    details: { version },
  });
}
