import { z } from 'zod';
import { SCAN_OUTCOMES } from '../trust.ts';
import { defineCall, defineList, defineLong } from './define-route.ts';
import { list, modelName, prose, time, timeIn, versionNumber, versionRef } from './fields.ts';
import { removal } from './models.ts';
import { numberPlace, versionPlace } from './places.ts';

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
