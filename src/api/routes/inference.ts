import { z } from 'zod';
import type { ErrorCode } from '../../errors/index.ts';
import { defineStream } from './define-route.ts';
import { servedPlace } from './places.ts';

// The addresses of the Open Inference Protocol v2 and of plain predictions. Their documents are the protocol's; server
// and clients read and write them with code of their own (src/predictions).

const tag = 'Predictions';
const MODEL = '/v2/models/{namespace}/{model}';

const servingErrors: readonly ErrorCode[] = [
  'MODEL_MISSING',
  'VERSION_MISSING',
  'ALIAS_MISSING',
  'TRUST_REFUSED',
  'MODEL_UNSERVABLE',
  'MODEL_TOO_LARGE',
  'RUNTIME_MISSING',
  'PREDICTION_BUSY',
  'PREDICTION_UNAVAILABLE',
];
const askingErrors: readonly ErrorCode[] = [
  ...servingErrors,
  'REQUEST_MALFORMED',
  'TENSOR_INVALID',
  'TENSOR_VALUE',
  'SCHEMA_MISMATCH',
  'PREDICTION_TIMEOUT',
];

/** What every address of predictions has in common. */
const common = { tag, base: '', takesBasic: true } as const;

/** The other forms of an address below a model: with a number of a version, and with the name in one part. */
function alsoAt(end: string): readonly string[] {
  return [
    `${MODEL}/versions/{version}${end}`,
    `/v2/models/{name}${end}`,
    `/v2/models/{name}/versions/{version}${end}`,
  ];
}

const json = z.looseObject({});

/** Rows of the Open Inference Protocol and of `POST /predict`. */
export const INFERENCE_ROUTES = {
  live: defineStream({
    ...common,
    id: 'inference.live',
    method: 'GET',
    path: '/v2/health/live',
    summary: 'Whether the server runs.',
    isOpen: true,
    answer: json,
  }),
  ready: defineStream({
    ...common,
    id: 'inference.ready',
    method: 'GET',
    path: '/v2/health/ready',
    summary: 'Whether the server can serve.',
    isOpen: true,
    answer: json,
  }),
  server: defineStream({
    ...common,
    id: 'inference.server',
    method: 'GET',
    path: '/v2',
    summary: 'Tells the name of the server and the extensions of the Open Inference Protocol that it has.',
    answer: json,
  }),
  models: defineStream({
    ...common,
    id: 'inference.models',
    method: 'GET',
    path: '/v2/models',
    summary: 'Lists the models that the caller may ask.',
    answer: json,
  }),
  statistics: defineStream({
    ...common,
    id: 'inference.statistics',
    method: 'GET',
    path: '/v2/models/stats',
    summary: 'Tells how often the models were asked, and what it took.',
    answer: json,
  }),
  metadata: defineStream({
    ...common,
    id: 'inference.metadata',
    method: 'GET',
    path: MODEL,
    alsoAt: alsoAt(''),
    summary: 'Tells what a model takes and gives: the newest version, `{model}@3`, or `{model}:production`.',
    errors: servingErrors,
    params: servedPlace,
    answer: json,
  }),
  config: defineStream({
    ...common,
    id: 'inference.config',
    method: 'GET',
    path: `${MODEL}/config`,
    alsoAt: alsoAt('/config'),
    summary: 'Tells the same as a configuration of Triton.',
    errors: servingErrors,
    params: servedPlace,
    answer: json,
  }),
  modelReady: defineStream({
    ...common,
    id: 'inference.modelReady',
    method: 'GET',
    path: `${MODEL}/ready`,
    alsoAt: alsoAt('/ready'),
    summary: 'Whether a model can be asked; it is loaded where it is not.',
    errors: servingErrors,
    params: servedPlace,
    answer: json,
  }),
  modelStatistics: defineStream({
    ...common,
    id: 'inference.modelStatistics',
    method: 'GET',
    path: `${MODEL}/stats`,
    alsoAt: alsoAt('/stats'),
    summary: 'Tells how often a model was asked, and what it took.',
    errors: servingErrors,
    params: servedPlace,
    answer: json,
  }),
  infer: defineStream({
    ...common,
    id: 'inference.infer',
    method: 'POST',
    path: `${MODEL}/infer`,
    alsoAt: alsoAt('/infer'),
    summary: 'Asks a model with tensors, as JSON or with binary data behind it.',
    errors: [...askingErrors, 'PREDICTION_UNSUPPORTED'],
    params: servedPlace,
    accepts: ['application/json', 'application/octet-stream'],
    answer: json,
  }),
  index: defineStream({
    ...common,
    id: 'inference.index',
    method: 'POST',
    path: '/v2/repository/index',
    summary: 'Lists the versions that the caller may ask, and whether they are loaded.',
    accepts: ['application/json'],
    answer: z.array(json),
  }),
  load: defineStream({
    ...common,
    id: 'inference.load',
    method: 'POST',
    path: '/v2/repository/models/{namespace}/{model}/load',
    alsoAt: ['/v2/repository/models/{name}/load'],
    summary: 'Loads a model ahead of the first question, as it is stored.',
    errors: [...servingErrors, 'PREDICTION_UNSUPPORTED'],
    params: servedPlace,
    accepts: ['application/json'],
    answer: json,
  }),
  unload: defineStream({
    ...common,
    id: 'inference.unload',
    method: 'POST',
    path: '/v2/repository/models/{namespace}/{model}/unload',
    alsoAt: ['/v2/repository/models/{name}/unload'],
    summary: 'Ends the process that holds a model.',
    errors: ['MODEL_MISSING', 'VERSION_MISSING'],
    params: servedPlace,
    accepts: ['application/json'],
    answer: json,
  }),
  predict: defineStream({
    ...common,
    id: 'inference.predict',
    method: 'POST',
    path: '/predict/{namespace}/{model}',
    alsoAt: ['/predict/{name}'],
    summary:
      'Asks a model with rows of features, as JSON, CSV or lines of JSON, and answers label, score and probabilities.',
    errors: [...askingErrors, 'FEATURE_INVALID'],
    params: servedPlace,
    accepts: ['application/json', 'text/csv', 'application/x-ndjson'],
    gives: ['application/json', 'text/csv', 'application/x-ndjson'],
    answer: json,
  }),
} as const;
