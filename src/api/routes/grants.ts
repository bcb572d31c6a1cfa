import { z } from 'zod';
import { defineAct, defineCall, defineList } from './define-route.ts';
import {
  id,
  list,
  modelName,
  namespaceName,
  permission,
  plainName,
  principal,
  prose,
  time,
  timeIn,
} from './fields.ts';

const named = z.strictObject({ name: plainName });
const identified = z.strictObject({ id });
const permissions = list(permission, 256);

const role = z
  .object({ name: z.string(), description: z.string(), permissions, isBuiltIn: z.boolean() })
  .meta({ id: 'Role' });
const GRANTS = 'Roles and grants';

/** Rows of `api.roles`. */
export const ROLE_ROUTES = {
  list: defineList({
    id: 'roles.list',
    method: 'GET',
    path: '/roles',
    summary: 'Lists the roles with what each allows.',
    tag: GRANTS,
    item: role,
    key: ({ name }) => name,
    call: (api) => api.roles.list(),
  }),
  set: defineCall({
    id: 'roles.set',
    method: 'PUT',
    path: '/roles/{name}',
    summary: 'Makes or changes a role of one’s own.',
    errors: ['ROLE_BUILT_IN', 'ROLE_INVALID', 'GRANT_EXCEEDS'],
    tag: GRANTS,
    params: named,
    body: { description: prose(1024).exactOptional(), permissions },
    answer: role,
    call: (api, input) => api.roles.set(input),
  }),
  remove: defineAct({
    id: 'roles.remove',
    method: 'DELETE',
    path: '/roles/{name}',
    summary: 'Removes a role that nobody holds.',
    errors: ['ROLE_MISSING', 'ROLE_IN_USE', 'ROLE_BUILT_IN'],
    tag: GRANTS,
    params: named,
    call: (api, input) => api.roles.remove(input),
  }),
} as const;

/** Read and refused by the verb, which tells what is wrong with it. */
const output = z.string().min(1).max(64).exactOptional();
const place = z.union([z.literal('everything'), modelName, namespaceName]);

/** A grant as answered. */
export const grant = z
  .object({
    id: z.string(),
    principal,
    role: z.string(),
    on: place,
    expiresAt: time.exactOptional(),
    output: z.string().exactOptional(),
    createdAt: time,
    createdBy: z.string(),
  })
  .meta({ id: 'Grant' });

/** Rows of `api.grants`. */
export const GRANT_ROUTES = {
  list: defineList({
    id: 'grants.list',
    method: 'GET',
    path: '/grants',
    summary: 'Lists the grants that the caller may see, of a principal or at a place and above it.',
    tag: GRANTS,
    query: { principal: principal.exactOptional(), on: place.exactOptional() },
    item: grant,
    key: (item) => `${item.createdAt} ${item.id}`,
    call: (api, input) => api.grants.list(input),
  }),
  create: defineCall({
    id: 'grants.create',
    method: 'POST',
    path: '/grants',
    summary: 'Gives a principal a role on everything, a namespace or a model; the same again renews it.',
    errors: ['PRINCIPAL_MISSING', 'ROLE_MISSING', 'GRANT_EXCEEDS', 'GRANT_INVALID', 'OUTPUT_POLICY_INVALID'],
    tag: GRANTS,
    status: 201,
    body: { principal, role: plainName, on: place, expiresAt: timeIn.exactOptional(), output },
    answer: grant,
    call: (api, input) => api.grants.create(input),
  }),
  remove: defineAct({
    id: 'grants.remove',
    method: 'DELETE',
    path: '/grants/{id}',
    summary: 'Takes a grant away.',
    errors: ['GRANT_MISSING', 'ACCESS_LAST_ADMIN'],
    tag: GRANTS,
    params: identified,
    call: (api, input) => api.grants.remove(input),
  }),
} as const;
