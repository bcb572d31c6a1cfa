import { z } from 'zod';
import { defineCall, defineList } from './define-route.ts';
import { line, modelName, namespaceName, prose, table, time, versionNumber } from './fields.ts';
import { aliasPlace, modelPlace } from './places.ts';

/** Whether more or less of a metric is better. */
export const direction = z.enum(['higher', 'lower']);

const protection = z.enum(['none', 'two-person']);

/** What was removed. */
export const removal = z
  .object({ versions: z.int(), shreddedBlobs: z.int(), freedBytes: z.int() })
  .meta({ id: 'RemovalReport' });

const model = z
  .object({
    name: modelName,
    createdAt: time,
    description: z.string(),
    primaryMetric: z.string().exactOptional(),
    metricDirections: z.record(z.string(), direction),
    protection,
    aliases: z.record(z.string(), z.int()),
    latestVersion: z.int().exactOptional(),
    versionCount: z.int(),
  })
  .meta({ id: 'Model' });

const PATH = '/models/{namespace}/{model}';
const tag = 'Models';

/** Rows of `api.models`. */
export const MODEL_ROUTES = {
  list: defineList({
    id: 'models.list',
    method: 'GET',
    path: '/models',
    summary: 'Lists the models that the caller may see, all or of one namespace.',
    tag,
    query: { namespace: namespaceName.exactOptional() },
    item: model,
    key: ({ name }) => name,
    call: (api, input) => api.models.list(input),
  }),
  get: defineCall({
    id: 'models.get',
    method: 'GET',
    path: PATH,
    summary: 'Tells of one model.',
    tag,
    errors: ['MODEL_MISSING'],
    params: modelPlace,
    answer: model,
    call: (api, input) => api.models.get(input),
  }),
  configure: defineCall({
    id: 'models.configure',
    method: 'PATCH',
    path: PATH,
    summary: 'Changes the description of a model, or how its versions are compared.',
    tag,
    errors: ['MODEL_MISSING', 'METRIC_INVALID'],
    params: modelPlace,
    body: {
      description: prose(4096).exactOptional(),
      primaryMetric: line(64, 1).exactOptional(),
      metricDirections: table(direction).exactOptional(),
      protection: protection.exactOptional(),
    },
    answer: model,
    call: (api, input) => api.models.configure(input),
  }),
  remove: defineCall({
    id: 'models.remove',
    method: 'DELETE',
    path: PATH,
    summary: 'Removes a model with every version, and shreds the keys of its files.',
    tag,
    errors: ['MODEL_MISSING'],
    params: modelPlace,
    answer: removal,
    call: (api, input) => api.models.remove(input),
  }),
} as const;

/** Rows of `api.aliases`. */
export const ALIAS_ROUTES = {
  set: defineCall({
    id: 'aliases.set',
    method: 'PUT',
    path: `${PATH}/aliases/{alias}`,
    summary: 'Points an alias at a version, moving it if it exists.',
    tag,
    errors: ['MODEL_MISSING', 'VERSION_MISSING', 'TRUST_QUARANTINED'],
    params: aliasPlace,
    body: { version: versionNumber },
    answer: model,
    call: (api, input) => api.aliases.set(input),
  }),
  remove: defineCall({
    id: 'aliases.remove',
    method: 'DELETE',
    path: `${PATH}/aliases/{alias}`,
    summary: 'Removes an alias; the version stays.',
    tag,
    errors: ['MODEL_MISSING', 'ALIAS_MISSING'],
    params: aliasPlace,
    answer: model,
    call: (api, input) => api.aliases.remove(input),
  }),
} as const;
