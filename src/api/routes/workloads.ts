import { z } from 'zod';
import { defineAct, defineCall, defineList } from './define-route.ts';
import { line, list, plainName, table, time } from './fields.ts';

const rule = z
  .object({
    name: z.string(),
    issuer: z.string(),
    audience: z.string(),
    claims: z.record(z.string(), z.string()),
    keys: z.string().exactOptional(),
    tokenSeconds: z.int(),
    isReusable: z.boolean(),
    warnings: list(z.string()),
    createdAt: time,
    createdBy: z.string(),
  })
  .meta({ id: 'WorkloadRule' });

const named = z.strictObject({ name: plainName });
const tag = 'Workloads';

/** Rows of `api.workloads`. */
export const WORKLOAD_ROUTES = {
  list: defineList({
    id: 'workloads.list',
    method: 'GET',
    path: '/workloads',
    summary: 'Lists the rules that let programs of other identity providers in.',
    tag,
    item: rule,
    key: ({ name }) => name,
    call: (api) => api.workloads.list(),
  }),
  set: defineCall({
    id: 'workloads.set',
    method: 'PUT',
    path: '/workloads/{name}',
    summary: 'Makes or changes such a rule.',
    errors: ['WORKLOAD_RULE_INVALID', 'WORKLOAD_RULE_WIDE', 'WORKLOAD_RULE_EXISTS', 'GRANT_EXCEEDS'],
    tag,
    params: named,
    body: {
      issuer: line(1024, 1),
      audience: line(1024, 1),
      claims: table(line(1024, 1), 32),
      keys: z.string().max(32_768).exactOptional(),
      tokenSeconds: z.int().min(60).max(600).exactOptional(),
      isReusable: z.boolean().exactOptional(),
    },
    answer: rule,
    call: (api, input) => api.workloads.set(input),
  }),
  remove: defineAct({
    id: 'workloads.remove',
    method: 'DELETE',
    path: '/workloads/{name}',
    summary: 'Removes such a rule.',
    errors: ['WORKLOAD_RULE_MISSING'],
    tag,
    params: named,
    call: (api, input) => api.workloads.remove(input),
  }),
} as const;
