import { z } from 'zod';
import { DEFENCE_MODES } from '../defence.ts';
import { defineCall } from './define-route.ts';
import { list, modelName, prose, time } from './fields.ts';

const tag = 'Incidents';
const principal = z.string().min(1).max(80);

const status = z
  .object({
    mode: z.enum(DEFENCE_MODES),
    since: time.exactOptional(),
    by: z.string().exactOptional(),
    reason: z.string().exactOptional(),
    models: list(
      z.object({
        model: modelName,
        isCalibrated: z.boolean(),
        learntRows: z.int(),
        learnsFrom: z.string().exactOptional(),
      }),
    ),
    standings: list(
      z.object({
        model: modelName,
        principal: z.string().exactOptional(),
        level: z.enum(['observed', 'tightened', 'slowed', 'rationed', 'suspended']),
        windows: z.int(),
        alarms: z.int(),
        score: z.number(),
        signals: z.record(z.string(), z.number()),
        lastAlarmAt: time.exactOptional(),
        rowsToday: z.number(),
        rowsThisMonth: z.number(),
        bitsToday: z.number(),
      }),
    ),
    droppedRows: z.int(),
  })
  .meta({ id: 'DefenceStatus' });

/** Rows of `api.defence`. */
export const DEFENCE_ROUTES = {
  status: defineCall({
    id: 'defence.status',
    method: 'GET',
    path: '/defence',
    summary: 'Tells how the defence against copying stands, and who is suspected.',
    tag,
    query: { model: modelName.exactOptional() },
    answer: status,
    call: (api, input) => api.defence.status(input),
  }),
  configure: defineCall({
    id: 'defence.configure',
    method: 'PUT',
    path: '/defence',
    summary: 'Switches it off, to alerts only, or to acting.',
    errors: ['DEFENCE_STATE'],
    tag,
    body: { mode: z.enum(DEFENCE_MODES), reason: prose(1000).min(1) },
    answer: status,
    call: (api, input) => api.defence.configure(input),
  }),
  learn: defineCall({
    id: 'defence.learn',
    method: 'POST',
    path: '/defence/learn',
    summary: 'Learns anew what is normal for a model, from what is asked next.',
    errors: ['MODEL_MISSING'],
    tag,
    body: { model: modelName, from: principal.exactOptional() },
    answer: status,
    call: (api, input) => api.defence.learn(input),
  }),
  forgive: defineCall({
    id: 'defence.forgive',
    method: 'POST',
    path: '/defence/forgive',
    summary: 'Gives a principal a clean sheet and a fresh budget for a model.',
    errors: ['MODEL_MISSING'],
    tag,
    body: { model: modelName, principal },
    answer: status,
    call: (api, input) => api.defence.forgive(input),
  }),
} as const;
