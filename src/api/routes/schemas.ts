import { z } from 'zod';
import { FEATURE_TYPES } from '../input-schema.ts';
import { defineAct, defineCall } from './define-route.ts';
import { line, list, modelName, time, versionNumber } from './fields.ts';
import { modelPlace } from './places.ts';

/** Most features, categories and labels; the whole has a limit of its own. */
const MAX_ITEMS = 4096;

const feature = z.strictObject({
  name: line(256, 1),
  type: z.enum(FEATURE_TYPES).exactOptional(),
  unit: line(64).exactOptional(),
  description: line(1024).exactOptional(),
  min: z.number().exactOptional(),
  max: z.number().exactOptional(),
  categories: list(line(1024), MAX_ITEMS).exactOptional(),
});

/** What an operator says of a model's inputs. */
export const inputSchema = z
  .strictObject({
    features: list(feature, MAX_ITEMS),
    maxRows: z.int().min(1).max(1_000_000).exactOptional(),
    maxTextChars: z.int().min(1).max(1_000_000).exactOptional(),
    nonFinite: z.enum(['refuse', 'admit']).exactOptional(),
    labels: list(line(256, 1), MAX_ITEMS).exactOptional(),
    answer: z.enum(['probabilities', 'logits', 'values']).exactOptional(),
  })
  .meta({ id: 'InputSchema' });

const stored = z
  .object({
    model: modelName,
    version: versionNumber.exactOptional(),
    schema: inputSchema,
    updatedAt: time,
  })
  .meta({ id: 'StoredInputSchema' });

/** The number of a version in a query. */
export const versionQuery = z
  .codec(z.string().regex(/^[1-9]\d{0,8}$/), versionNumber, { decode: Number, encode: String })
  .exactOptional();

const path = '/models/{namespace}/{model}/schema';
const tag = 'Predictions';

/** Rows of `api.schemas`. */
export const SCHEMA_ROUTES = {
  set: defineCall({
    id: 'schemas.set',
    method: 'PUT',
    path,
    summary: 'Says which features a model, or one version of it, takes, and which values.',
    tag,
    errors: ['MODEL_MISSING', 'VERSION_MISSING', 'SCHEMA_INVALID'],
    params: modelPlace,
    query: { version: versionQuery },
    body: { schema: inputSchema },
    answer: stored,
    call: (api, input) => api.schemas.set(input),
  }),
  get: defineCall({
    id: 'schemas.get',
    method: 'GET',
    path,
    summary: 'Tells which features a model, or one version of it, takes, and which values.',
    tag,
    errors: ['MODEL_MISSING', 'VERSION_MISSING', 'SCHEMA_MISSING'],
    params: modelPlace,
    query: { version: versionQuery },
    answer: stored,
    call: (api, input) => api.schemas.get(input),
  }),
  remove: defineAct({
    id: 'schemas.remove',
    method: 'DELETE',
    path,
    summary: 'Takes back what was said of the features of a model or of one version.',
    tag,
    errors: ['MODEL_MISSING', 'SCHEMA_MISSING'],
    params: modelPlace,
    query: { version: versionQuery },
    call: (api, input) => api.schemas.remove(input),
  }),
} as const;
