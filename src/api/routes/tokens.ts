import { z } from 'zod';
import { defineAct, defineCall, defineList } from './define-route.ts';
import {
  id,
  line,
  list,
  modelName,
  namespaceName,
  permission,
  principal,
  prose,
  secret,
  time,
  timeIn,
} from './fields.ts';

const identified = z.strictObject({ id });

/** What a credential allows at most. */
export const ceiling = z.strictObject({
  permissions: list(permission, 256).exactOptional(),
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
