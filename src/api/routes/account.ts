import { z } from 'zod';
import { defineAct, defineCall, defineList } from './define-route.ts';
import { id, line, list, secret, time } from './fields.ts';
import { grant } from './grants.ts';
import { ceiling } from './tokens.ts';
import { user } from './users.ts';

const method = z.enum(['pwd', 'otp', 'passkey', 'oidc', 'recovery', 'token', 'workload', 'certificate']);

const account = z
  .object({
    id: z.string(),
    methods: list(method),
    user: user.exactOptional(),
    grants: list(grant),
    ceiling: ceiling.exactOptional(),
  })
  .meta({ id: 'Account' });

const session = z
  .object({
    id: z.string(),
    createdAt: time,
    lastUsedAt: time,
    expiresAt: time,
    address: z.string().exactOptional(),
    client: z.string().exactOptional(),
    isCurrent: z.boolean(),
  })
  .meta({ id: 'Session' });

const passkey = z
  .object({
    id: z.string(),
    name: z.string(),
    createdAt: time,
    lastUsedAt: time.exactOptional(),
    isSynced: z.boolean(),
  })
  .meta({ id: 'Passkey' });

const identified = z.strictObject({ id });
const tag = 'Account';

/** Rows of `api.account`. */
export const ACCOUNT_ROUTES = {
  get: defineCall({
    id: 'account.get',
    method: 'GET',
    path: '/account',
    summary: 'Tells who the caller is and what they may do.',
    tag,
    answer: account,
    call: (api) => api.account.get(),
  }),
  sessions: defineList({
    id: 'account.sessions',
    method: 'GET',
    path: '/account/sessions',
    summary: 'Lists where the caller is logged in.',
    tag,
    item: session,
    key: (item) => `${item.createdAt} ${item.id}`,
    call: (api) => api.account.sessions(),
  }),
  endSession: defineAct({
    id: 'account.endSession',
    method: 'DELETE',
    path: '/account/sessions/{id}',
    summary: 'Ends one of them.',
    errors: ['SESSION_MISSING'],
    tag,
    params: identified,
    call: (api, input) => api.account.endSession(input),
  }),
  changePassword: defineAct({
    id: 'account.changePassword',
    method: 'POST',
    path: '/account/password',
    summary: 'Changes the caller’s password and ends all other sessions.',
    errors: ['AUTH_FAILED', 'AUTH_STALE', 'PASSWORD_WEAK'],
    tag,
    body: { current: secret, next: secret },
    call: (api, input) => api.account.changePassword(input),
  }),
  beginTotp: defineCall({
    id: 'account.beginTotp',
    method: 'POST',
    path: '/account/totp',
    summary: 'Gives a fresh secret for an authenticator app; it counts once a code confirms it.',
    errors: ['AUTH_STALE'],
    tag,
    givesSecret: true,
    answer: z.object({ uri: secret }),
    call: (api) => api.account.beginTotp(),
  }),
  confirmTotp: defineCall({
    id: 'account.confirmTotp',
    method: 'POST',
    path: '/account/totp/confirm',
    summary: 'Confirms it with a code, and gives recovery codes.',
    errors: ['AUTH_STALE', 'AUTH_FAILED'],
    tag,
    givesSecret: true,
    body: { code: line(16, 6) },
    answer: z.object({ recoveryCodes: list(secret) }),
    call: (api, input) => api.account.confirmTotp(input),
  }),
  removeTotp: defineAct({
    id: 'account.removeTotp',
    method: 'DELETE',
    path: '/account/totp',
    summary: 'Removes the authenticator app and the recovery codes.',
    errors: ['AUTH_STALE'],
    tag,
    call: (api) => api.account.removeTotp(),
  }),
  passkeys: defineList({
    id: 'account.passkeys',
    method: 'GET',
    path: '/account/passkeys',
    summary: 'Lists the caller’s passkeys.',
    tag,
    item: passkey,
    key: (item) => `${item.createdAt} ${item.id}`,
    call: (api) => api.account.passkeys(),
  }),
  beginPasskey: defineCall({
    id: 'account.beginPasskey',
    method: 'POST',
    path: '/account/passkeys',
    summary: 'Gives the WebAuthn creation options for a new passkey.',
    errors: ['AUTH_STALE'],
    tag,
    givesSecret: true,
    answer: z.unknown(),
    call: (api) => api.account.beginPasskey(),
  }),
  confirmPasskey: defineCall({
    id: 'account.confirmPasskey',
    method: 'POST',
    path: '/account/passkeys/confirm',
    summary: 'Takes the browser’s answer to them.',
    errors: ['AUTH_STALE', 'AUTH_FAILED'],
    tag,
    status: 201,
    body: { name: line(64, 1), response: z.looseObject({}) },
    answer: passkey,
    call: (api, input) => api.account.confirmPasskey(input),
  }),
  removePasskey: defineAct({
    id: 'account.removePasskey',
    method: 'DELETE',
    path: '/account/passkeys/{id}',
    summary: 'Removes a passkey.',
    errors: ['AUTH_STALE', 'PASSKEY_MISSING'],
    tag,
    params: identified,
    call: (api, input) => api.account.removePasskey(input),
  }),
} as const;
