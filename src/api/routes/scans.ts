import { z } from 'zod';
import { SCAN_OUTCOMES } from '../trust.ts';
import {
  base64,
  id,
  line,
  list,
  modelName,
  passphrase,
  prose,
  time,
  timeIn,
  versionNumber,
  versionRef,
} from './fields.ts';
import { removal } from './models.ts';
import { numberPlace, versionPlace } from './places.ts';
import { defineCall, defineList, defineLong } from './route.ts';

const state = z.enum(['available', 'quarantined', 'withdrawn']);

const finding = z
  .object({
    rule: z.string(),
    severity: z.enum(['critical', 'high', 'medium', 'low', 'info']),
    place: list(z.string()),
    offset: z.number().exactOptional(),
    message: z.string(),
    evidence: z.string().exactOptional(),
    advice: z.string(),
  })
  .meta({ id: 'ScanFinding' });

const fileScan = z.object({
  path: z.string(),
  outcomes: list(z.enum(SCAN_OUTCOMES)),
  report: z
    .object({
      verdict: z.enum(['clean', 'suspicious', 'malicious', 'unknown']),
      status: z.enum(['complete', 'inconclusive', 'error']),
      findings: list(finding),
      findingsDropped: z.int(),
      reasons: list(z.string()),
      formats: list(z.string()),
      ruleSet: z.string(),
      scannedAt: time,
    })
    .exactOptional(),
  isStale: z.boolean(),
});

const scan = z
  .object({ model: modelName, version: versionNumber, state, files: list(fileScan, 100_000) })
  .meta({ id: 'VersionScan' });

const rescan = z
  .object({ scanned: z.int(), skipped: z.int(), damaged: z.int(), withdrawn: list(z.string(), 1_000_000) })
  .meta({ id: 'RescanReport' });

const VERSION = '/models/{namespace}/{model}/versions/{version}';
const SCANS = 'Scans and quarantine';

/** Rows of `api.scans`. */
export const SCAN_ROUTES = {
  get: defineCall({
    id: 'scans.get',
    method: 'GET',
    path: `${VERSION}/scan`,
    summary: 'Tells what the scan of a version found, file by file.',
    tag: SCANS,
    errors: ['VERSION_MISSING'],
    params: versionPlace,
    answer: scan,
    call: (api, input) => api.scans.get(input),
  }),
  rescan: defineLong({
    id: 'scans.rescan',
    method: 'POST',
    path: '/rescan',
    summary: 'Scans again what the rules in force have not looked at; of one version, everything in it.',
    tag: SCANS,
    errors: ['VERSION_MISSING'],
    body: { ref: versionRef.exactOptional() },
    answer: rescan,
    call: (api, input, running) => api.scans.rescan({ ...input, ...running }),
  }),
} as const;

const held = z
  .object({
    model: modelName,
    version: versionNumber,
    state: z.enum(['quarantined', 'withdrawn']),
    reason: z.string(),
    at: time,
    by: z.string(),
  })
  .meta({ id: 'HeldVersion' });

const release = z
  .object({
    model: modelName,
    version: versionNumber,
    reason: z.string(),
    requestedBy: z.string(),
    requestedAt: time,
    accepts: list(z.enum(SCAN_OUTCOMES)),
    acceptsUnsigned: z.boolean(),
    expiresAt: time.exactOptional(),
    approvedBy: z.string().exactOptional(),
    approvedAt: time.exactOptional(),
    approvalReason: z.string().exactOptional(),
  })
  .meta({ id: 'Release' });

/** Rows of `api.quarantine`. */
export const QUARANTINE_ROUTES = {
  list: defineList({
    id: 'quarantine.list',
    method: 'GET',
    path: '/quarantine',
    summary: 'Lists the versions that readers do not see.',
    tag: SCANS,
    item: held,
    // Padded, so that versions sort as numbers.
    key: ({ model, version }) => `${model}@${String(version).padStart(9, '0')}`,
    call: (api) => api.quarantine.list(),
  }),
  get: defineCall({
    id: 'quarantine.get',
    method: 'GET',
    path: `${VERSION}/quarantine`,
    summary: 'Tells why a version is held, and what was asked for to release it.',
    tag: SCANS,
    errors: ['VERSION_MISSING', 'TRUST_NOT_HELD'],
    params: numberPlace,
    answer: z.object({ held, scan, releases: list(release) }),
    call: (api, input) => api.quarantine.get(input),
  }),
  release: defineCall({
    id: 'quarantine.release',
    method: 'POST',
    path: `${VERSION}/release`,
    summary:
      'Lets a held version out; where the policy asks for two people, the second call by another person does.',
    tag: SCANS,
    errors: ['VERSION_MISSING', 'TRUST_NOT_HELD', 'TRUST_APPROVAL'],
    params: numberPlace,
    body: { reason: prose(2048), expiresAt: timeIn.exactOptional() },
    answer: z.object({ isReleased: z.boolean(), release }),
    call: (api, input) => api.quarantine.release(input),
  }),
  remove: defineCall({
    id: 'quarantine.remove',
    method: 'DELETE',
    path: `${VERSION}/quarantine`,
    summary: 'Removes a held version for good.',
    tag: SCANS,
    errors: ['VERSION_MISSING', 'TRUST_NOT_HELD'],
    params: numberPlace,
    answer: removal,
    call: (api, input) => api.quarantine.remove(input),
  }),
} as const;

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
