import { z } from 'zod';
import { defineAct, defineCall, defineList } from './define-route.ts';
import { base64, id, plainName, principal, time } from './fields.ts';

/** A certificate with a chain is refused, so one is enough. */
const MAX_CERTIFICATE_BYTES = 16_384;

const certificate = z
  .object({ id: z.string(), principal, fingerprint: z.string(), createdAt: time, expiresAt: time })
  .meta({ id: 'ClientCertificate' });

const tag = 'Service accounts';

/** Rows of `api.clientCertificates`. */
export const CLIENT_CERTIFICATE_ROUTES = {
  list: defineList({
    id: 'clientCertificates.list',
    method: 'GET',
    path: '/client-certificates',
    summary: 'Lists the client certificates that stand for service accounts.',
    tag,
    item: certificate,
    key: (each) => `${each.createdAt} ${each.id}`,
    call: (api) => api.clientCertificates.list(),
  }),
  bind: defineCall({
    id: 'clientCertificates.bind',
    method: 'POST',
    path: '/client-certificates',
    summary: 'Lets whoever shows a certificate over TLS be a service account.',
    status: 201,
    errors: ['CERTIFICATE_MALFORMED', 'TOKEN_INVALID', 'GRANT_EXCEEDS', 'SERVICE_ACCOUNT_MISSING'],
    tag,
    body: { serviceAccount: plainName, certificate: base64(MAX_CERTIFICATE_BYTES) },
    answer: certificate,
    call: (api, input) => api.clientCertificates.bind(input),
  }),
  unbind: defineAct({
    id: 'clientCertificates.unbind',
    method: 'DELETE',
    path: '/client-certificates/{id}',
    summary: 'Ends that; one that is gone is fine.',
    tag,
    params: z.strictObject({ id }),
    call: (api, input) => api.clientCertificates.unbind(input),
  }),
} as const;
