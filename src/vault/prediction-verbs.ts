import {
  type Caller,
  type InferInput,
  type ModelName,
  type PredictionAct,
  type PredictionsApi,
  type ServedModel,
  type ServedVersion,
  type Version,
  type VersionRef,
  type VersionStatistics,
} from '../api/index.ts';
import { StrongroomError } from '../errors/index.ts';
import type { Registry } from '../registry/index.ts';
import { listing, onModel } from './act.ts';
import type { Gate, GrantedAct, Permit } from './gate.ts';
import { type InferDeps, infer, sessionOf, signatureOf } from './infer.ts';
import { servedKey, servedName } from './predictions.ts';

/** What the Open Inference Protocol calls models of ONNX. */
const PLATFORM = 'onnx_onnxv1';

export interface PredictionVerbsDeps extends InferDeps {
  readonly gate: Gate;
  readonly registry: Pick<Registry, 'getAnyVersion' | 'listModels' | 'listVersions'>;
}

/**
 * Whether somebody may do this with predictions at all, before the body that comes with it is read. Throws
 * `ACCESS_DENIED`, `MODEL_MISSING` for what they do not see, `LOCKED_DOWN`.
 */
export function assertMayAsk(gate: Gate, caller: Caller, asked: PredictionAct): Promise<void> {
  return gate.assertMay(caller, actOf(asked));
}

function actOf(asked: PredictionAct): GrantedAct {
  switch (asked.verb) {
    case 'index':
      return listing('model:predict');
    case 'unload':
      return onModel('model:configure', refOf(asked.ref));
    case 'infer':
    case 'load':
      return onModel('model:predict', refOf(asked.ref));
  }
}

/** The verbs of predictions. Each decides anew which version a name means. */
export function predictionVerbs(deps: PredictionVerbsDeps, caller: Caller): PredictionsApi {
  const asking = <T>(
    input: VersionRef & Pick<InferInput, 'decidedVersion'>,
    work: (permit: Permit, version: Version) => Promise<T>,
  ): Promise<T> =>
    deps.gate.pass(caller, onModel('model:predict', refOf(input)), async (permit) => {
      const version = await decide(deps, decidedRef(input));
      permit.note({ version: servedName(version) });
      return await work(permit, version);
    });
  return {
    metadata: (input) => asking(input, (permit, version) => metadata(deps, permit, version)),
    isReady: (input) =>
      asking(input, (_permit, version) => Promise.resolve(servedVersion(deps, version).state === 'ready')),
    infer: (input) => asking(input, (permit, version) => infer(deps, { permit, version, input })),
    index: () =>
      deps.gate.pass(caller, actOf({ verb: 'index' }), async ({ rights }) => {
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
      deps.gate.pass(caller, actOf({ verb: 'unload', ref: input }), async (permit) => {
        // In any state: what may not be served any more may be unloaded all the same.
        const version = await deps.registry.getAnyVersion(refOf(input));
        permit.note({ version: servedName(version) });
        await deps.predictions.pool.unload(servedKey(version));
      }),
    statistics: (input) => statistics(deps, caller, input),
  };
}

/** Which version is meant, and nothing else of what came with it. */
function refOf({ model, version, alias }: VersionRef): VersionRef {
  return {
    model,
    ...(version === undefined ? {} : { version }),
    ...(alias === undefined ? {} : { alias }),
  };
}

/** What was decided for a question stays so: it was made for that version, and fits no other for certain. */
function decidedRef(input: VersionRef & Pick<InferInput, 'decidedVersion'>): VersionRef {
  const { model, version, decidedVersion } = input;
  if (decidedVersion === undefined) return refOf(input);
  if (version === undefined || version === decidedVersion) return { model, version: decidedVersion };
  throw new StrongroomError(
    'INPUT_INVALID',
    `version ${version} is asked a question that was made for version ${decidedVersion}`,
  );
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

async function metadata(deps: PredictionVerbsDeps, permit: Permit, version: Version): Promise<ServedModel> {
  const session = await sessionOf(deps, { permit, version });
  const versions = (await deps.registry.listVersions(version.model)).map((each) => each.version);
  const { model } = version;
  const stored = await deps.schemas.find({ model, version: version.version });
  return {
    model,
    version: version.version,
    versions,
    platform: PLATFORM,
    signature: signatureOf(session),
    ...(stored && { schema: stored.schema }),
  };
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
