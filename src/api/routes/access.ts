import { z } from 'zod';
import { PERMISSIONS, type Permission } from '../permissions.ts';
import {
  id,
  line,
  list,
  modelName,
  namespaceName,
  plainName,
  principal,
  prose,
  secret,
  time,
  timeIn,
} from './fields.ts';
import { defineAct, defineCall, defineList } from './route.ts';

const permission = z.enum(Object.keys(PERMISSIONS) as [Permission, ...Permission[]]);
const permissions = list(permission, 256);
const named = z.strictObject({ name: plainName });
const identified = z.strictObject({ id });
const displayName = line(128).exactOptional();
const email = z.email().max(254).exactOptional();

/** A person as answered. */
export const user = z
  .object({
    id: principal,
    name: z.string(),
    displayName: z.string().exactOptional(),
    email: z.string().exactOptional(),
    state: z.enum(['invited', 'active', 'disabled']),
    createdAt: time,
    createdBy: z.string(),
    lastLogInAt: time.exactOptional(),
    factors: z.object({ password: z.boolean(), totp: z.boolean(), passkeys: z.int() }),
  })
  .meta({ id: 'User' });

const invitation = z.object({ token: secret, expiresAt: time }).meta({ id: 'Invitation' });
const USERS = 'Users and service accounts';

/** Rows of `api.users`. */
export const USER_ROUTES = {
  list: defineList({
    id: 'users.list',
    method: 'GET',
    path: '/users',
    summary: 'Lists the users.',
    tag: USERS,
    item: user,
    key: ({ name }) => name,
    call: (api) => api.users.list(),
  }),
  get: defineCall({
    id: 'users.get',
    method: 'GET',
    path: '/users/{name}',
    summary: 'Tells of one user.',
    errors: ['USER_MISSING'],
    tag: USERS,
    params: named,
    answer: user,
    call: (api, input) => api.users.get(input),
  }),
  invite: defineCall({
    id: 'users.invite',
    method: 'POST',
    path: '/users',
    summary: 'Makes a user and an invitation to choose a password with.',
    errors: ['USER_EXISTS'],
    tag: USERS,
    status: 201,
    givesSecret: true,
    body: { name: plainName, displayName, email },
    answer: z.object({ user, invitation }),
    call: (api, input) => api.users.invite(input),
  }),
  reset: defineCall({
    id: 'users.reset',
    method: 'POST',
    path: '/users/{name}/reset',
    summary:
      'Gives a user a new invitation to choose a password with, and on wish removes the second factors.',
    errors: ['USER_MISSING', 'USER_STATE'],
    tag: USERS,
    givesSecret: true,
    params: named,
    body: { removeFactors: z.boolean().exactOptional() },
    answer: invitation,
    call: (api, input) => api.users.reset(input),
  }),
  configure: defineCall({
    id: 'users.configure',
    method: 'PATCH',
    path: '/users/{name}',
    summary: 'Changes how a user is called and reached.',
    errors: ['USER_MISSING'],
    tag: USERS,
    params: named,
    body: { displayName, email },
    answer: user,
    call: (api, input) => api.users.configure(input),
  }),
  disable: defineCall({
    id: 'users.disable',
    method: 'POST',
    path: '/users/{name}/disable',
    summary: 'Ends every session of a user and refuses every token, at once.',
    errors: ['USER_MISSING', 'ACCESS_LAST_ADMIN'],
    tag: USERS,
    params: named,
    answer: user,
    call: (api, input) => api.users.disable(input),
  }),
  enable: defineCall({
    id: 'users.enable',
    method: 'POST',
    path: '/users/{name}/enable',
    summary: 'Lets a disabled user in again.',
    errors: ['USER_MISSING'],
    tag: USERS,
    params: named,
    answer: user,
    call: (api, input) => api.users.enable(input),
  }),
} as const;

const serviceAccount = z
  .object({
    id: principal,
    name: z.string(),
    description: z.string(),
    state: z.enum(['active', 'disabled']),
    createdAt: time,
    createdBy: z.string(),
  })
  .meta({ id: 'ServiceAccount' });

/** Rows of `api.serviceAccounts`. */
export const SERVICE_ACCOUNT_ROUTES = {
  list: defineList({
    id: 'serviceAccounts.list',
    method: 'GET',
    path: '/service-accounts',
    summary: 'Lists the service accounts.',
    tag: USERS,
    item: serviceAccount,
    key: ({ name }) => name,
    call: (api) => api.serviceAccounts.list(),
  }),
  get: defineCall({
    id: 'serviceAccounts.get',
    method: 'GET',
    path: '/service-accounts/{name}',
    summary: 'Tells of one service account.',
    errors: ['SERVICE_ACCOUNT_MISSING'],
    tag: USERS,
    params: named,
    answer: serviceAccount,
    call: (api, input) => api.serviceAccounts.get(input),
  }),
  create: defineCall({
    id: 'serviceAccounts.create',
    method: 'POST',
    path: '/service-accounts',
    summary: 'Makes an account for a program.',
    errors: ['SERVICE_ACCOUNT_EXISTS'],
    tag: USERS,
    status: 201,
    body: { name: plainName, description: prose(1024).exactOptional() },
    answer: serviceAccount,
    call: (api, input) => api.serviceAccounts.create(input),
  }),
  disable: defineCall({
    id: 'serviceAccounts.disable',
    method: 'POST',
    path: '/service-accounts/{name}/disable',
    summary: 'Refuses every token of a service account, at once.',
    errors: ['SERVICE_ACCOUNT_MISSING'],
    tag: USERS,
    params: named,
    answer: serviceAccount,
    call: (api, input) => api.serviceAccounts.disable(input),
  }),
  enable: defineCall({
    id: 'serviceAccounts.enable',
    method: 'POST',
    path: '/service-accounts/{name}/enable',
    summary: 'Lets a disabled service account in again.',
    errors: ['SERVICE_ACCOUNT_MISSING'],
    tag: USERS,
    params: named,
    answer: serviceAccount,
    call: (api, input) => api.serviceAccounts.enable(input),
  }),
} as const;

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

const place = z.union([z.literal('everything'), modelName, namespaceName]);

/** A grant as answered. */
export const grant = z
  .object({
    id: z.string(),
    principal,
    role: z.string(),
    on: place,
    expiresAt: time.exactOptional(),
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
    errors: ['PRINCIPAL_MISSING', 'ROLE_MISSING', 'GRANT_EXCEEDS', 'GRANT_INVALID'],
    tag: GRANTS,
    status: 201,
    body: { principal, role: plainName, on: place, expiresAt: timeIn.exactOptional() },
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

/** What a credential allows at most. */
export const ceiling = z.strictObject({
  permissions: permissions.exactOptional(),
  places: list(z.union([modelName, namespaceName]), 64).exactOptional(),
});

const token = z
  .object({
    id: z.string(),
    owner: principal,
    name: z.string(),
    hint: z.string(),
    createdAt: time,
    expiresAt: time,
    lastUsedAt: time.exactOptional(),
    lastUsedFrom: z.string().exactOptional(),
    ceiling,
    addresses: list(z.string()),
  })
  .meta({ id: 'Token' });
const TOKENS = 'Tokens';

/** Rows of `api.tokens`. */
export const TOKEN_ROUTES = {
  list: defineList({
    id: 'tokens.list',
    method: 'GET',
    path: '/tokens',
    summary: 'Lists one’s own tokens, or those of another principal.',
    tag: TOKENS,
    query: { owner: principal.exactOptional() },
    item: token,
    key: (item) => `${item.createdAt} ${item.id}`,
    call: (api, input) => api.tokens.list(input),
  }),
  create: defineCall({
    id: 'tokens.create',
    method: 'POST',
    path: '/tokens',
    summary: 'Makes a long-lived token for oneself or for a service account; its secret is shown this once.',
    errors: ['TOKEN_INVALID', 'TOKEN_EXCEEDS', 'PRINCIPAL_MISSING'],
    tag: TOKENS,
    status: 201,
    givesSecret: true,
    body: {
      name: line(128, 1),
      owner: principal.exactOptional(),
      expiresAt: timeIn.exactOptional(),
      ceiling: ceiling.exactOptional(),
      addresses: list(line(64, 2), 64).exactOptional(),
    },
    answer: z.object({ token, secret }),
    call: (api, input) => api.tokens.create(input),
  }),
  revoke: defineAct({
    id: 'tokens.revoke',
    method: 'DELETE',
    path: '/tokens/{id}',
    summary: 'Ends a token, at once and everywhere.',
    errors: ['TOKEN_MISSING'],
    tag: TOKENS,
    params: identified,
    call: (api, input) => api.tokens.revoke(input),
  }),
} as const;

const approval = z
  .object({
    id: z.string(),
    action: permission,
    resource: z.string(),
    reason: z.string(),
    state: z.enum(['open', 'approved', 'rejected', 'used', 'expired']),
    requestedBy: principal,
    requestedAt: time,
    expiresAt: time,
    decidedBy: principal.exactOptional(),
    decidedAt: time.exactOptional(),
    decisionReason: z.string().exactOptional(),
  })
  .meta({ id: 'Approval' });
const APPROVALS = 'Approvals';

/** Rows of `api.approvals`. */
export const APPROVAL_ROUTES = {
  list: defineList({
    id: 'approvals.list',
    method: 'GET',
    path: '/approvals',
    summary: 'Lists the wishes for acts that take two people, newest first.',
    tag: APPROVALS,
    item: approval,
    key: (item) => `${item.requestedAt} ${item.id}`,
    descending: true,
    call: (api) => api.approvals.list(),
  }),
  request: defineCall({
    id: 'approvals.request',
    method: 'POST',
    path: '/approvals',
    summary: 'Asks for an act that takes two people.',
    errors: ['APPROVAL_INVALID'],
    tag: APPROVALS,
    status: 201,
    body: { action: permission, resource: line(256, 1), reason: prose(2048) },
    answer: approval,
    call: (api, input) => api.approvals.request(input),
  }),
  decide: defineCall({
    id: 'approvals.decide',
    method: 'POST',
    path: '/approvals/{id}/decision',
    summary: 'Agrees to another person’s wish, or refuses it.',
    errors: ['APPROVAL_MISSING', 'APPROVAL_SAME_PERSON', 'APPROVAL_DECIDED'],
    tag: APPROVALS,
    params: identified,
    body: { decision: z.enum(['approved', 'rejected']), reason: prose(2048) },
    answer: approval,
    call: (api, input) => api.approvals.decide(input),
  }),
} as const;
