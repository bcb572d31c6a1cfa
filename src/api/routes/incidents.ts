import { z } from 'zod';
import { defineAct, defineCall, defineList } from './define-route.ts';
import { prose, time } from './fields.ts';

const tag = 'Incidents';
const source = z.string().min(2).max(64);
const reason = prose(1000).min(1);

const block = z
  .object({
    source: z.string(),
    reason: z.string(),
    scenario: z.string().exactOptional(),
    since: time,
    until: time.exactOptional(),
    by: z.string(),
    times: z.int(),
  })
  .meta({ id: 'Block' });

/** Rows of `api.blocks`. */
export const BLOCK_ROUTES = {
  list: defineList({
    id: 'blocks.list',
    method: 'GET',
    path: '/blocks',
    summary: 'Lists the addresses that are shut out.',
    tag,
    item: block,
    key: ({ source: name }) => name,
    call: (api) => api.blocks.list(),
  }),
  add: defineCall({
    id: 'blocks.add',
    method: 'POST',
    path: '/blocks',
    summary: 'Shuts an address or a network out.',
    errors: ['BLOCK_INVALID'],
    tag,
    status: 201,
    body: { source, reason, seconds: z.int().min(1).max(31_536_000).exactOptional() },
    answer: block,
    call: (api, input) => api.blocks.add(input),
  }),
  remove: defineAct({
    id: 'blocks.remove',
    method: 'DELETE',
    path: '/blocks/{source}',
    summary: 'Lets an address or a network in again.',
    errors: ['BLOCK_INVALID', 'BLOCK_MISSING'],
    tag,
    params: z.strictObject({ source }),
    call: (api, input) => api.blocks.remove(input),
  }),
} as const;

const lockdown = z
  .object({
    isOn: z.boolean(),
    reason: z.string().exactOptional(),
    since: time.exactOptional(),
    by: z.string().exactOptional(),
  })
  .meta({ id: 'Lockdown' });

/** Rows of `api.lockdown`. */
export const LOCKDOWN_ROUTES = {
  status: defineCall({
    id: 'lockdown.status',
    method: 'GET',
    path: '/lockdown',
    summary: 'Tells whether releases and predictions are stopped.',
    tag,
    answer: lockdown,
    call: (api) => api.lockdown.status(),
  }),
  begin: defineCall({
    id: 'lockdown.begin',
    method: 'POST',
    path: '/lockdown/begin',
    summary: 'Stops every release and prediction.',
    errors: ['LOCKDOWN_STATE'],
    tag,
    body: { reason },
    answer: lockdown,
    call: (api, input) => api.lockdown.begin(input),
  }),
  lift: defineCall({
    id: 'lockdown.lift',
    method: 'POST',
    path: '/lockdown/lift',
    summary: 'Lets releases and predictions go on; takes a second person.',
    errors: ['LOCKDOWN_STATE', 'APPROVAL_REQUIRED'],
    tag,
    body: { reason },
    answer: lockdown,
    call: (api, input) => api.lockdown.lift(input),
  }),
} as const;
