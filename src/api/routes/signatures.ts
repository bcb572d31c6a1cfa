import { z } from 'zod';
import { defineCall, defineList } from './define-route.ts';
import { base64, id, line, passphrase, prose, time, timeIn } from './fields.ts';
import { numberPlace, versionPlace } from './places.ts';

const VERSION = '/models/{namespace}/{model}/versions/{version}';
const SIGNING = 'Signatures';
const signingKey = z
  .object({
    id: z.string(),
    name: z.string(),
    algorithm: z.string(),
    publicKey: z.string(),
    validFrom: time,
    validUntil: time,
    revokedAt: time.exactOptional(),
    revokedBecause: z.string().exactOptional(),
    hasPrivateKey: z.boolean(),
    certificates: z.int(),
    createdAt: time,
  })
  .meta({ id: 'SigningKey' });

const MAX_KEY_BYTES = 64 << 10;
const validity = { validFrom: timeIn.exactOptional(), validUntil: timeIn.exactOptional() };

/** Rows of `api.signingKeys`. */
export const SIGNING_KEY_ROUTES = {
  list: defineList({
    id: 'signingKeys.list',
    method: 'GET',
    path: '/signing-keys',
    summary: 'Lists the keys that sign versions or whose signatures may count.',
    tag: SIGNING,
    item: signingKey,
    key: (key) => `${key.createdAt} ${key.id}`,
    call: (api) => api.signingKeys.list(),
  }),
  generate: defineCall({
    id: 'signingKeys.generate',
    method: 'POST',
    path: '/signing-keys',
    summary: 'Makes a signing key, kept sealed.',
    tag: SIGNING,
    status: 201,
    body: { name: line(128, 1), algorithm: line(64, 1).exactOptional(), ...validity },
    answer: signingKey,
    call: (api, input) => api.signingKeys.generate(input),
  }),
  import: defineCall({
    id: 'signingKeys.import',
    method: 'POST',
    path: '/signing-keys/import',
    summary: 'Takes over a private key, or a public one to verify with only.',
    tag: SIGNING,
    status: 201,
    errors: ['SIGNING_KEY_INVALID', 'SIGNING_KEY_EXISTS', 'KEY_REFUSED'],
    body: {
      name: line(128, 1),
      key: base64(MAX_KEY_BYTES),
      passphrase: passphrase.exactOptional(),
      certificates: base64(MAX_KEY_BYTES).exactOptional(),
      ...validity,
    },
    answer: signingKey,
    call: (api, input) => api.signingKeys.import(input),
  }),
  revoke: defineCall({
    id: 'signingKeys.revoke',
    method: 'POST',
    path: '/signing-keys/{id}/revoke',
    summary: 'Ends a signing key: from a point in time on, nothing that it signed counts.',
    tag: SIGNING,
    errors: ['SIGNING_KEY_MISSING'],
    params: z.strictObject({ id }),
    body: { reason: prose(2048), at: timeIn.exactOptional() },
    answer: signingKey,
    call: (api, input) => api.signingKeys.revoke(input),
  }),
} as const;

const MAX_SIGNATURE_BYTES = 1 << 20;
const signature = z
  .object({
    id: z.string(),
    content: base64(MAX_SIGNATURE_BYTES),
    addedAt: time,
    addedBy: z.string(),
    signer: z.string().exactOptional(),
    reason: z.string().exactOptional(),
  })
  .meta({ id: 'VersionSignature' });

/** Rows of `api.signatures`. */
export const SIGNATURE_ROUTES = {
  list: defineList({
    id: 'signatures.list',
    method: 'GET',
    path: `${VERSION}/signatures`,
    summary: 'Lists the signatures of a version as they stand today.',
    tag: SIGNING,
    errors: ['VERSION_MISSING'],
    params: versionPlace,
    item: signature,
    key: (item) => `${item.addedAt} ${item.id}`,
    call: (api, input) => api.signatures.list(input),
  }),
  sign: defineCall({
    id: 'signatures.sign',
    method: 'POST',
    path: `${VERSION}/sign`,
    summary: 'Signs a version with a key of the strongroom.',
    tag: SIGNING,
    status: 201,
    errors: ['VERSION_MISSING', 'SIGNING_KEY_MISSING', 'SIGNING_KEY_EXPIRED', 'SIGNING_KEY_REVOKED'],
    params: numberPlace,
    body: { keyId: id },
    answer: signature,
    call: (api, input) => api.signatures.sign(input),
  }),
  add: defineCall({
    id: 'signatures.add',
    method: 'POST',
    path: `${VERSION}/signatures`,
    summary: 'Adds a signature that was made elsewhere.',
    tag: SIGNING,
    status: 201,
    errors: ['VERSION_MISSING'],
    params: numberPlace,
    body: { content: base64(MAX_SIGNATURE_BYTES) },
    answer: signature,
    call: (api, input) => api.signatures.add(input),
  }),
} as const;
