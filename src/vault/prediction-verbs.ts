import {
  type Caller,
  type Inference,
  type InferInput,
  type ModelName,
  type ModelSignature,
  type PredictionsApi,
  quoteForMessage,
  type ServedModel,
  type ServedVersion,
  type Version,
  type VersionRef,
  type VersionStatistics,
} from '../api/index.ts';
import type { Tensor } from '../bytes/index.ts';
import { isStrongroomError, StrongroomError } from '../errors/index.ts';
import type { ModelSession } from '../inference/index.ts';
import type { Registry } from '../registry/index.ts';
import { listing, onModel } from './act.ts';
import type { Gate, Permit } from './gate.ts';
import { throughStages } from './prediction-stage.ts';
import { type Predictions, servedKey, servedName } from './predictions.ts';
import { type LoadRequest, type ServableModelDeps, servableModel } from './servable-model.ts';

/** What the Open Inference Protocol calls models of ONNX. */
const PLATFORM = 'onnx_onnxv1';

export interface PredictionVerbsDeps extends ServableModelDeps {
  readonly gate: Gate;
  readonly registry: Pick<Registry, 'getAnyVersion' | 'listModels' | 'listVersions'>;
  readonly predictions: Predictions;
}

/** The verbs of predictions. Each decides anew which version a name means. */
export function predictionVerbs(deps: PredictionVerbsDeps, caller: Caller): PredictionsApi {
  const asking = <T>(input: VersionRef, work: (permit: Permit, version: Version) => Promise<T>): Promise<T> =>
    deps.gate.pass(caller, onModel('model:predict', refOf(input)), async (permit) => {
      const version = await decide(deps, input);
      permit.note({ version: servedName(version) });
      return await work(permit, version);
    });
  return {
    metadata: (input) => asking(input, (permit, version) => metadata(deps, permit, version)),
    isReady: (input) =>
      asking(input, (_permit, version) => Promise.resolve(servedVersion(deps, version).state === 'ready')),
    infer: (input) => asking(input, (permit, version) => infer(deps, { permit, version, input })),
    index: () =>
      deps.gate.pass(caller, listing('model:predict'), async ({ rights }) => {
        const models = (await deps.registry.listModels()).filter(({ name }) =>
          rights.holds('model:predict', name),
        );
        return (await Promise.all(models.map(({ name }) => indexOf(deps, name)))).flat();
      }),
    load: ({ accessCode, ...input }) =>
      asking(input, async (permit, version) => {
        await sessionOf(deps, { permit, version, accessCode });
        return servedVersion(deps, version);
      }),
    unload: (input) =>
      deps.gate.pass(caller, onModel('model:configure', refOf(input)), async (permit) => {
        // In any state: what may not be served any more may be unloaded all the same.
        const version = await deps.registry.getAnyVersion(refOf(input));
        permit.note({ version: servedName(version) });
        await deps.predictions.pool.unload(servedKey(version));
      }),
    statistics: (input) => statistics(deps, caller, input),
  };
}

interface Asked {
  readonly permit: Permit;
  readonly version: Version;
  readonly input: InferInput;
}

async function infer(deps: PredictionVerbsDeps, { permit, version, input }: Asked): Promise<Inference> {
  const { decisions, stages } = deps.predictions;
  const mark = decisions.mark();
  const session = await sessionOf(deps, { permit, version });
  const signature = signatureOf(session);
  const deadlineMs = Math.max(1, Math.min(input.deadlineMs ?? session.deadlineMs, session.deadlineMs));
  const { caller, rights } = permit;
  const wanted = input.outputs ?? signature.outputs.map(({ name }) => name);
  const question = { caller, rights, version, signature, inputs: input.inputs, outputs: wanted };
  const outputs = await throughStages(stages, question, (asked) =>
    session.ask({
      principal: caller.id,
      inputs: inOrder(asked.inputs, signature),
      outputs: asked.outputs,
      deadlineMs,
    }),
  );
  // While it was computed, leave may have been taken back.
  if (mark === undefined || decisions.mark() !== mark) {
    await permit.assertHolds();
    await decisions.decide({ model: version.model, version: version.version });
  }
  return { model: version.model, version: version.version, outputs };
}

/** Which version is meant, and nothing else of what came with it. */
function refOf({ model, version, alias }: VersionRef): VersionRef {
  return {
    model,
    ...(version === undefined ? {} : { version }),
    ...(alias === undefined ? {} : { alias }),
  };
}

async function decide({ predictions }: PredictionVerbsDeps, input: VersionRef): Promise<Version> {
  try {
    return await predictions.decisions.decide(refOf(input));
  } catch (error) {
    // What was refused to the one who asks need not stay in memory for anybody.
    predictions.sweepSoon();
    throw error;
  }
}

/** The session of a version, loaded where it is not. */
async function sessionOf(deps: PredictionVerbsDeps, request: LoadRequest): Promise<ModelSession> {
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

/** The inputs as the signature has them. Throws `TENSOR_INVALID` where one is missing. */
function inOrder(inputs: readonly Tensor[], signature: ModelSignature): readonly Tensor[] {
  const byName = new Map(inputs.map((tensor) => [tensor.name, tensor]));
  return signature.inputs.map(({ name }) => {
    const tensor = byName.get(name);
    if (tensor !== undefined) return tensor;
    throw new StrongroomError('TENSOR_INVALID', `the input ${quoteForMessage(name)} is missing`);
  });
}

async function metadata(deps: PredictionVerbsDeps, permit: Permit, version: Version): Promise<ServedModel> {
  const session = await sessionOf(deps, { permit, version });
  const versions = (await deps.registry.listVersions(version.model)).map((each) => each.version);
  const { model } = version;
  return { model, version: version.version, versions, platform: PLATFORM, signature: signatureOf(session) };
}

function signatureOf({ inputs, outputs }: ModelSession): ModelSignature {
  return { inputs, outputs };
}

/** Newest last. */
async function indexOf(deps: PredictionVerbsDeps, model: ModelName): Promise<readonly ServedVersion[]> {
  return (await deps.registry.listVersions(model)).map((version) => servedVersion(deps, version));
}

function servedVersion({ predictions }: PredictionVerbsDeps, version: Version): ServedVersion {
  const state = predictions.pool.stateOf(servedKey(version));
  return {
    model: version.model,
    version: version.version,
    state: state === 'absent' ? 'unavailable' : state,
    reason: state === 'absent' ? 'not loaded' : '',
  };
}

function statistics(
  deps: PredictionVerbsDeps,
  caller: Caller,
  input: VersionRef | undefined,
): Promise<readonly VersionStatistics[]> {
  const { decisions, pool } = deps.predictions;
  if (input === undefined) {
    return deps.gate.pass(caller, listing('model:predict'), ({ rights }) =>
      Promise.resolve(pool.statistics().filter(({ model }) => rights.holds('model:predict', model))),
    );
  }
  return deps.gate.pass(caller, onModel('model:predict', refOf(input)), async (permit) => {
    if (input.version === undefined && input.alias === undefined) {
      return pool.statistics().filter(({ model }) => model === input.model);
    }
    const { model, version } = await decisions.decide(refOf(input));
    permit.note({ version: `${model}@${version}` });
    return pool.statistics().filter((each) => each.model === model && each.version === version);
  });
}
