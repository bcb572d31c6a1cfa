import { z } from 'zod';
import { defineAct, defineCall, defineList } from './define-route.ts';
import { line, plainName, principal, prose, secret, time } from './fields.ts';

const named = z.strictObject({ name: plainName });
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

const externalIdentity = z
  .object({
    id: z.string(),
    user: principal,
    provider: z.string(),
    issuer: z.string(),
    subject: z.string(),
    linkedAt: time,
    linkedBy: z.string(),
  })
  .meta({ id: 'ExternalIdentity' });

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
  identities: defineList({
    id: 'users.identities',
    method: 'GET',
    path: '/users/{name}/identities',
    summary: 'Lists what a user can log in with at other identity providers.',
    errors: ['USER_MISSING'],
    tag: USERS,
    params: named,
    item: externalIdentity,
    key: ({ id }) => id,
    call: (api, input) => api.users.identities(input),
  }),
  link: defineCall({
    id: 'users.link',
    method: 'POST',
    path: '/users/{name}/identities',
    summary: 'Lets whoever a provider knows under a subject log in as this user.',
    errors: ['USER_MISSING', 'OIDC_PROVIDER_MISSING', 'OIDC_LINKED'],
    tag: USERS,
    status: 201,
    params: named,
    body: { provider: plainName, subject: line(255, 1) },
    answer: externalIdentity,
    call: (api, input) => api.users.link(input),
  }),
  unlink: defineAct({
    id: 'users.unlink',
    method: 'DELETE',
    path: '/users/{name}/identities/{id}',
    summary: 'Takes such an identity away from a user; the user’s sessions end.',
    errors: ['USER_MISSING', 'OIDC_LINK_MISSING'],
    tag: USERS,
    params: z.strictObject({ name: plainName, id: line(64, 1) }),
    call: (api, input) => api.users.unlink(input),
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
