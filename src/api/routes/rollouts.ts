import { z } from 'zod';
import { defineCall } from './define-route.ts';
import { aliasName, modelName, versionNumber } from './fields.ts';
import { aliasPlace } from './places.ts';

const count = z.int().min(0);

const canary = z.strictObject({ version: versionNumber, percent: z.int().min(1).max(100) });

const agreement = z.object({
  version: versionNumber,
  shadow: versionNumber,
  compared: count,
  skipped: count,
  failed: count,
  rows: count,
  agreed: count,
  meanDistance: z.number(),
  maxDistance: z.number(),
});

const trial = z.object({
  version: versionNumber,
  answered: count,
  failed: count,
  unfit: count,
  lastCode: z.string().exactOptional(),
});

const rollout = z
  .object({
    model: modelName,
    alias: aliasName,
    version: versionNumber,
    canary: canary.exactOptional(),
    shadow: versionNumber.exactOptional(),
    previous: versionNumber.exactOptional(),
    trial: trial.exactOptional(),
    agreement: agreement.exactOptional(),
  })
  .meta({ id: 'Rollout' });

const path = '/models/{namespace}/{model}/rollouts/{alias}';
const tag = 'Predictions';

/** Rows of `api.rollouts`. */
export const ROLLOUT_ROUTES = {
  get: defineCall({
    id: 'rollouts.get',
    method: 'GET',
    path,
    summary: 'Tells how the questions to an alias are spread over versions, and how alike their answers are.',
    tag,
    errors: ['MODEL_MISSING', 'ALIAS_MISSING', 'TRUST_QUARANTINED'],
    params: aliasPlace,
    answer: rollout,
    call: (api, input) => api.rollouts.get(input),
  }),
  set: defineCall({
    id: 'rollouts.set',
    method: 'PUT',
    path,
    summary:
      'Lets a version answer a part of the questions to an alias, or be asked beside it for comparison.',
    tag,
    errors: ['MODEL_MISSING', 'ALIAS_MISSING', 'VERSION_MISSING', 'TRUST_QUARANTINED'],
    params: aliasPlace,
    body: { canary: canary.exactOptional(), shadow: versionNumber.exactOptional() },
    answer: rollout,
    call: (api, input) => api.rollouts.set(input),
  }),
  promote: defineCall({
    id: 'rollouts.promote',
    method: 'POST',
    path: `${path}/promote`,
    summary: 'Makes the version that answers a part of the questions answer all of them.',
    tag,
    errors: ['MODEL_MISSING', 'ALIAS_MISSING', 'ROLLOUT_MISSING', 'TRUST_QUARANTINED'],
    params: aliasPlace,
    answer: rollout,
    call: (api, input) => api.rollouts.promote(input),
  }),
  rollback: defineCall({
    id: 'rollouts.rollback',
    method: 'POST',
    path: `${path}/rollback`,
    summary: 'Ends the comparison, or goes back to the version before.',
    tag,
    errors: ['MODEL_MISSING', 'ALIAS_MISSING', 'ROLLOUT_MISSING', 'TRUST_QUARANTINED'],
    params: aliasPlace,
    answer: rollout,
    call: (api, input) => api.rollouts.rollback(input),
  }),
} as const;
