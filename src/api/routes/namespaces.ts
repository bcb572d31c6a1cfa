import { z } from 'zod';
import { ENTRY_RULES, SCAN_OUTCOMES, USE_RULES } from '../trust.ts';
import { defineAct, defineCall, defineList } from './define-route.ts';
import { line, list, namespaceName, time } from './fields.ts';

const encryption = z.enum(['on', 'off']);
const keyScope = z.enum(['namespace', 'model']);
const settings = { encryption: encryption.exactOptional(), keyScope: keyScope.exactOptional() };

const namespace = z
  .object({
    name: namespaceName,
    createdAt: time,
    encryption,
    keyScope,
    modelCount: z.int(),
  })
  .meta({ id: 'Namespace' });

const outcomes = <Rule extends z.ZodType>(rule: Rule) => z.partialRecord(z.enum(SCAN_OUTCOMES), rule);

const signer = z.strictObject({
  name: line(128, 1),
  keys: list(line(128, 1), 256),
  certificates: list(z.strictObject({ root: line(128, 1), identity: line(1024, 1) }), 256),
});

const trust = z
  .object({
    enter: z.record(z.enum(SCAN_OUTCOMES), z.enum(ENTRY_RULES)),
    fetch: outcomes(z.enum(USE_RULES)),
    serve: outcomes(z.enum(USE_RULES)),
    approvals: z.literal([1, 2]),
    requiredSignatures: z.int(),
    signers: list(signer),
    roots: list(z.string()),
  })
  .meta({ id: 'NamespaceTrust' });

const trustChange = {
  enter: outcomes(z.enum(ENTRY_RULES)).exactOptional(),
  fetch: outcomes(z.enum(USE_RULES)).exactOptional(),
  serve: outcomes(z.enum(USE_RULES)).exactOptional(),
  approvals: z.literal([1, 2]).exactOptional(),
  requiredSignatures: z.int().min(0).max(64).exactOptional(),
  signers: list(signer, 64).exactOptional(),
  roots: list(z.string().max(16_384), 64).exactOptional(),
};

const named = z.strictObject({ name: namespaceName });
const tag = 'Namespaces';

/** Rows of `api.namespaces`. */
export const NAMESPACE_ROUTES = {
  create: defineCall({
    id: 'namespaces.create',
    method: 'POST',
    path: '/namespaces',
    summary: 'Makes a namespace; the first upload into one makes it too, encrypted.',
    tag,
    status: 201,
    errors: ['NAMESPACE_EXISTS'],
    body: { name: namespaceName, ...settings },
    answer: namespace,
    call: (api, input) => api.namespaces.create(input),
  }),
  list: defineList({
    id: 'namespaces.list',
    method: 'GET',
    path: '/namespaces',
    summary: 'Lists the namespaces that the caller may see.',
    tag,
    item: namespace,
    key: ({ name }) => name,
    call: (api) => api.namespaces.list(),
  }),
  get: defineCall({
    id: 'namespaces.get',
    method: 'GET',
    path: '/namespaces/{name}',
    summary: 'Tells of one namespace.',
    tag,
    errors: ['NAMESPACE_MISSING'],
    params: named,
    answer: namespace,
    call: (api, input) => api.namespaces.get(input),
  }),
  configure: defineCall({
    id: 'namespaces.configure',
    method: 'PATCH',
    path: '/namespaces/{name}',
    summary: 'Changes settings of a namespace.',
    tag,
    errors: ['NAMESPACE_MISSING'],
    params: named,
    body: settings,
    answer: namespace,
    call: (api, input) => api.namespaces.configure(input),
  }),
  remove: defineAct({
    id: 'namespaces.remove',
    method: 'DELETE',
    path: '/namespaces/{name}',
    summary: 'Removes an empty namespace and destroys its keys.',
    tag,
    errors: ['NAMESPACE_MISSING', 'NAMESPACE_NOT_EMPTY'],
    params: named,
    call: (api, input) => api.namespaces.remove(input),
  }),
} as const;

const ofNamespace = z.strictObject({ namespace: namespaceName });

/** Rows of `api.trust`. */
export const TRUST_ROUTES = {
  get: defineCall({
    id: 'trust.get',
    method: 'GET',
    path: '/namespaces/{namespace}/trust',
    summary: 'Tells what a namespace trusts: its policy, or the secure defaults.',
    tag,
    params: ofNamespace,
    answer: trust,
    call: (api, input) => api.trust.get(input),
  }),
  set: defineCall({
    id: 'trust.set',
    method: 'PATCH',
    path: '/namespaces/{namespace}/trust',
    summary: 'Changes what a namespace trusts; lists replace what was there.',
    tag,
    errors: ['TRUST_POLICY_INVALID'],
    params: ofNamespace,
    body: { change: z.strictObject(trustChange) },
    answer: trust,
    call: (api, input) => api.trust.set(input),
  }),
} as const;
