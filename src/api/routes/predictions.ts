import { z } from 'zod';
import { DATATYPES } from '../../bytes/index.ts';
import { defineAct, defineCall, defineList } from './define-route.ts';
import { aliasName, list, modelName, passphrase, time, versionNumber } from './fields.ts';
import { versionPlace } from './places.ts';
import { inputSchema, versionQuery } from './schemas.ts';

const tensor = z.object({
  name: z.string(),
  datatype: z.enum(DATATYPES),
  shape: list(z.int()),
  labels: list(z.string()).exactOptional(),
});

const servedModel = z
  .object({
    model: modelName,
    version: versionNumber,
    versions: list(versionNumber, 100_000),
    platform: z.string(),
    signature: z.object({ inputs: list(tensor), outputs: list(tensor) }),
    schema: inputSchema.exactOptional(),
  })
  .meta({ id: 'ServedModel' });

const servedVersion = z
  .object({
    model: modelName,
    version: versionNumber,
    state: z.enum(['ready', 'loading', 'unavailable']),
    reason: z.string(),
  })
  .meta({ id: 'ServedVersion' });

const timed = z.object({ count: z.int(), ns: z.number() });

const statistics = z
  .object({
    model: modelName,
    version: versionNumber,
    lastInference: time.exactOptional(),
    inferenceCount: z.int(),
    executionCount: z.int(),
    success: timed,
    fail: timed,
    queue: timed,
    computeInput: timed,
    computeInfer: timed,
    computeOutput: timed,
    batches: list(
      z.object({
        batchSize: z.int(),
        computeInput: timed,
        computeInfer: timed,
        computeOutput: timed,
      }),
    ),
  })
  .meta({ id: 'PredictionStatistics' });

const VERSION = '/models/{namespace}/{model}/versions/{version}';
const tag = 'Predictions';

/** Rows of `api.predictions`, but for the questions themselves, which are rows of the Open Inference Protocol. */
export const PREDICTION_ROUTES = {
  metadata: defineCall({
    id: 'predictions.metadata',
    method: 'GET',
    path: `${VERSION}/signature`,
    summary: 'Tells what a version takes and gives when it is asked; it is loaded where it is not.',
    tag,
    errors: ['VERSION_MISSING', 'TRUST_REFUSED', 'MODEL_UNSERVABLE', 'RUNTIME_MISSING'],
    params: versionPlace,
    answer: servedModel,
    call: (api, input) => api.predictions.metadata(input),
  }),
  isReady: defineCall({
    id: 'predictions.isReady',
    method: 'GET',
    path: `${VERSION}/ready`,
    summary: 'Whether a version would answer without being loaded first.',
    tag,
    errors: ['VERSION_MISSING', 'TRUST_REFUSED'],
    params: versionPlace,
    answer: z.boolean(),
    call: (api, input) => api.predictions.isReady(input),
  }),
  index: defineList({
    id: 'predictions.index',
    method: 'GET',
    path: '/predictions',
    summary: 'Lists the versions that the caller may ask, and whether they are loaded.',
    tag,
    item: servedVersion,
    key: ({ model, version }) => `${model} ${String(version).padStart(9, '0')}`,
    call: (api) => api.predictions.index(),
  }),
  load: defineCall({
    id: 'predictions.load',
    method: 'POST',
    path: `${VERSION}/load`,
    summary: 'Loads a version ahead of the first question.',
    tag,
    errors: [
      'VERSION_MISSING',
      'TRUST_REFUSED',
      'ACCESS_CODE_REQUIRED',
      'MODEL_UNSERVABLE',
      'MODEL_TOO_LARGE',
      'RUNTIME_MISSING',
    ],
    params: versionPlace,
    body: { accessCode: passphrase.exactOptional() },
    answer: servedVersion,
    call: (api, input) => api.predictions.load(input),
  }),
  unload: defineAct({
    id: 'predictions.unload',
    method: 'POST',
    path: `${VERSION}/unload`,
    summary: 'Ends the process that holds a version.',
    tag,
    errors: ['VERSION_MISSING'],
    params: versionPlace,
    call: (api, input) => api.predictions.unload(input),
  }),
  statistics: defineCall({
    id: 'predictions.statistics',
    method: 'GET',
    path: '/predictions/statistics',
    summary: 'Tells how often models, or one model or version, were asked, and what it took.',
    tag,
    errors: ['MODEL_MISSING', 'VERSION_MISSING'],
    query: { model: modelName.exactOptional(), version: versionQuery, alias: aliasName.exactOptional() },
    answer: list(statistics, 100_000),
    call: (api, { model, ...rest }) =>
      api.predictions.statistics(model === undefined ? undefined : { model, ...rest }),
  }),
} as const;
