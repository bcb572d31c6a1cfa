import {
  type Inference,
  type InferInput,
  type ModelSignature,
  quoteForMessage,
  type Version,
  type VersionRef,
} from '../api/index.ts';
import type { Tensor } from '../bytes/index.ts';
import { isStrongroomError, StrongroomError } from '../errors/index.ts';
import type { ModelSession } from '../inference/index.ts';
import { askCanary, type CanaryDeps } from './ask-canary.ts';
import type { TriedCanary } from './canary-trials.ts';
import type { Permit } from './gate.ts';
import { throughStages } from './prediction-stage.ts';
import { type Predictions, servedName } from './predictions.ts';
import type { StoredRollout } from './rollouts.ts';
import { type LoadRequest, type ServableModelDeps, servableModel } from './servable-model.ts';

export interface InferDeps extends ServableModelDeps, CanaryDeps {
  readonly predictions: Predictions;
}

/** A question under the permit to ask it, with the version that its name means. */
export interface PermittedQuestion {
  readonly permit: Permit;
  readonly version: Version;
  readonly input: InferInput;
}

/** Whose turn a shadow takes among those who ask a model: nobody else’s. */
const SHADOW_PRINCIPAL = 'shadow';

/**
 * Answers a question: from the canary of the alias where it is its turn and it can, otherwise from the version itself,
 * whose shadow is then asked beside it.
 */
export async function infer(deps: InferDeps, question: PermittedQuestion): Promise<Inference> {
  const { router } = deps.predictions;
  const { model, alias } = question.input;
  if (alias === undefined) return (await answerFrom(deps, question)).inference;
  const { canary, shadow } = await rolloutFor(deps.predictions, question);
  if (canary !== undefined && router.isForCanary({ model, alias }, canary.percent)) {
    const answer = await answerFromCanary(deps, question, { model, alias, version: canary.version });
    if (answer !== undefined) return answer;
  }
  const { inference, raw, asked } = await answerFrom(deps, question);
  if (shadow !== undefined) {
    router.compare({
      ...{ place: { model, alias }, version: inference.version, shadow, outputs: raw },
      ask: () => askShadow(deps, question.permit, { ref: { model, version: shadow }, ...asked }),
    });
  }
  return inference;
}

/** How a question to an alias is spread: not at all where it was made for a version that the alias does not name. */
async function rolloutFor(
  { router, decisions }: Pick<Predictions, 'router' | 'decisions'>,
  { version, input }: PermittedQuestion,
): Promise<StoredRollout> {
  const rollout = await router.rolloutOf(input);
  if (input.decidedVersion === undefined || (rollout.canary ?? rollout.shadow) === undefined) return rollout;
  const { model, alias } = input;
  try {
    const named = await decisions.decide({ model, ...(alias !== undefined && { alias }) });
    return named.version === version.version ? rollout : {};
  } catch (error) {
    // The alias is gone, or names what may not be served: nothing that a question for another version waits for.
    if (isStrongroomError(error)) return {};
    throw error;
  }
}

async function answerFromCanary(
  deps: InferDeps,
  { permit, version, input }: PermittedQuestion,
  canary: TriedCanary,
): Promise<Inference | undefined> {
  const signatureIn = async (of: Version) => signatureOf(await sessionOf(deps, { permit, version: of }));
  const inference = await askCanary(deps, {
    ...{ canary, version, signature: await signatureIn(version) },
    hasDeadline: input.deadlineMs !== undefined,
    signatureOf: signatureIn,
    answerFrom: async (of) => (await answerFrom(deps, { permit, version: of, input })).inference,
  });
  if (inference !== undefined) permit.note({ version: servedName(inference) });
  return inference;
}

interface Answered {
  readonly inference: Inference;
  /** As the model gave it, before anything was withheld. */
  readonly raw: readonly Tensor[];
  /** What the model was asked in the end. */
  readonly asked: { readonly inputs: readonly Tensor[]; readonly outputs: readonly string[] };
}

async function answerFrom(deps: InferDeps, { permit, version, input }: PermittedQuestion): Promise<Answered> {
  const { decisions, stages } = deps.predictions;
  const mark = decisions.mark();
  const session = await sessionOf(deps, { permit, version });
  const signature = signatureOf(session);
  const { caller, rights } = permit;
  const outputs = input.outputs ?? signature.outputs.map(({ name }) => name);
  let [raw, asked]: [Answered['raw'], Answered['asked']] = [[], { inputs: input.inputs, outputs }];
  const given = await throughStages(
    stages,
    { caller, rights, version, signature, inputs: input.inputs, outputs },
    async (question) => {
      asked = { inputs: inOrder(question.inputs, signature), outputs: question.outputs };
      raw = await session.ask({ principal: caller.id, ...asked, deadlineMs: deadlineOf(session, input) });
      return raw;
    },
  );
  // While it was computed, leave may have been taken back.
  if (mark === undefined || decisions.mark() !== mark) {
    await permit.assertHolds();
    await decisions.decide({ model: version.model, version: version.version });
  }
  return { inference: { model: version.model, version: version.version, outputs: given }, raw, asked };
}

async function askShadow(
  deps: InferDeps,
  permit: Permit,
  { ref, inputs, outputs }: Answered['asked'] & { readonly ref: VersionRef },
): Promise<readonly Tensor[]> {
  const version = await deps.predictions.decisions.decide(ref);
  const session = await sessionOf(deps, { permit, version });
  const deadlineMs = session.deadlineMs;
  return await session.ask({ principal: SHADOW_PRINCIPAL, inputs, outputs, deadlineMs });
}

/** The session of a version, loaded where it is not. */
export async function sessionOf(deps: InferDeps, request: LoadRequest): Promise<ModelSession> {
  const { pool } = deps.predictions;
  try {
    return await pool.session(servableModel(deps, request));
  } catch (error) {
    // Somebody else, whose leave ended meanwhile, was loading it for all.
    if (!isStrongroomError(error, 'ACCESS_DENIED')) throw error;
    await request.permit.assertHolds();
    return await pool.session(servableModel(deps, request));
  }
}

/** What a model that is loaded takes and gives. */
export function signatureOf({ inputs, outputs }: ModelSession): ModelSignature {
  return { inputs, outputs };
}

function deadlineOf({ deadlineMs }: ModelSession, input: InferInput): number {
  return Math.max(1, Math.min(input.deadlineMs ?? deadlineMs, deadlineMs));
}

/** The inputs as the signature has them. Throws `TENSOR_INVALID` where one is missing. */
function inOrder(inputs: readonly Tensor[], signature: ModelSignature): readonly Tensor[] {
  const byName = new Map(inputs.map((tensor) => [tensor.name, tensor]));
  return signature.inputs.map(({ name }) => {
    const tensor = byName.get(name);
    if (tensor !== undefined) return tensor;
    throw new StrongroomError('TENSOR_INVALID', `the input ${quoteForMessage(name)} is missing`);
  });
}
