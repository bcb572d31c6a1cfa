import { z } from 'zod';
import { defineCall, defineList, defineLong, defineStream } from './define-route.ts';
import {
  aliasName,
  filePath,
  line,
  list,
  modelName,
  passphrase,
  table,
  time,
  versionNumber,
  versionRef,
} from './fields.ts';
import { direction, removal } from './models.ts';
import { filePlace, modelPlace, versionPlace } from './places.ts';

const manifestFile = z
  .object({
    path: filePath,
    size: z.int(),
    sha256: z.string(),
    sha512: z.string().exactOptional(),
    storedSize: z.int(),
    blob: z.string(),
  })
  .meta({ id: 'ManifestFile' });

/** From which version another was made. */
export const lineage = z
  .strictObject({ model: modelName, version: versionNumber, relation: line(64, 1) })
  .meta({ id: 'Lineage' });

/** A version as it is answered. */
export const version = z
  .object({
    model: modelName,
    version: versionNumber,
    createdAt: time,
    createdBy: z.string(),
    files: list(manifestFile, 100_000),
    size: z.int(),
    digest: z.string(),
    aliases: list(aliasName),
    metrics: z.record(z.string(), z.number()),
    metadata: z.record(z.string(), z.string()),
    derivedFrom: lineage.exactOptional(),
    hasAccessCode: z.boolean(),
    isEncrypted: z.boolean(),
    state: z.enum(['available', 'quarantined', 'withdrawn']),
    stateReason: z.string().exactOptional(),
  })
  .meta({ id: 'Version' });

const best = z
  .object({ version, metric: z.string(), direction, value: z.number() })
  .meta({ id: 'BestVersion' });

const verifyReport = z
  .object({
    isClean: z.boolean(),
    versionCount: z.int(),
    blobCount: z.int(),
    bytes: z.int(),
    findings: list(z.object({ subject: z.string(), code: z.string(), message: z.string() }), 1_000_000),
    sealedOnly: z.int(),
  })
  .meta({ id: 'VerifyReport' });

const MODEL = '/models/{namespace}/{model}';
const VERSION = `${MODEL}/versions/{version}`;
const tag = 'Versions';

/** Rows of `api.versions`, but the uploads. */
export const VERSION_ROUTES = {
  list: defineList({
    id: 'versions.list',
    method: 'GET',
    path: `${MODEL}/versions`,
    summary: 'Lists the versions of a model, oldest first.',
    tag,
    errors: ['MODEL_MISSING'],
    params: modelPlace,
    item: version,
    key: (item) => item.version,
    call: (api, input) => api.versions.list(input),
  }),
  get: defineCall({
    id: 'versions.get',
    method: 'GET',
    path: VERSION,
    summary: 'Tells of one version with its files and their digests.',
    tag,
    errors: ['MODEL_MISSING', 'VERSION_MISSING', 'ALIAS_MISSING', 'TRUST_QUARANTINED'],
    params: versionPlace,
    answer: version,
    call: (api, input) => api.versions.get(input),
  }),
  /** What opening would say, before any byte is asked for; the answer names the number that an alias stands for. */
  open: defineCall({
    id: 'versions.open',
    method: 'POST',
    path: `${VERSION}/open`,
    summary: 'Checks that a version can be opened, and tells which one an alias stands for.',
    tag,
    errors: ['VERSION_MISSING', 'ACCESS_CODE_REQUIRED', 'KEY_REFUSED', 'TRUST_REFUSED', 'TRUST_UNSIGNED'],
    params: versionPlace,
    body: { accessCode: passphrase.exactOptional() },
    answer: version,
    call: async (api, input) => {
      await using opened = await api.versions.open(input);
      return opened.version;
    },
  }),
  download: defineStream({
    id: 'versions.download',
    method: 'GET',
    path: `${VERSION}/files/{path...}`,
    summary: 'Downloads one file, or the range of it that a Range header names.',
    tag,
    errors: ['VERSION_MISSING', 'FILE_MISSING', 'ACCESS_CODE_REQUIRED', 'KEY_REFUSED', 'TRUST_REFUSED'],
    params: filePlace,
    gives: ['application/octet-stream'],
  }),
  best: defineCall({
    id: 'versions.best',
    method: 'GET',
    path: `${MODEL}/best`,
    summary: 'Tells the best version by a metric, by default by the primary one of the model.',
    tag,
    errors: ['MODEL_MISSING', 'METRIC_MISSING', 'TRUST_QUARANTINED'],
    params: modelPlace,
    query: { metric: line(64, 1).exactOptional() },
    answer: best,
    call: (api, input) => api.versions.best(input),
  }),
  verify: defineLong({
    id: 'versions.verify',
    method: 'POST',
    path: '/verify',
    summary:
      'Checks what is stored of one version, or of everything: headers, ciphertext, every byte and digest.',
    tag,
    errors: ['VERSION_MISSING'],
    body: {
      ref: versionRef.exactOptional(),
      accessCode: passphrase.exactOptional(),
      depth: z.enum(['full', 'sealed']).exactOptional(),
    },
    answer: verifyReport,
    call: (api, input, running) => api.versions.verify({ ...input, ...running }),
  }),
  addMetrics: defineCall({
    id: 'versions.addMetrics',
    method: 'POST',
    path: `${VERSION}/metrics`,
    summary: 'Adds measured values to a version.',
    tag,
    errors: ['VERSION_MISSING', 'METRIC_INVALID', 'METRIC_DIRECTION_UNKNOWN', 'TRUST_QUARANTINED'],
    params: versionPlace,
    body: {
      metrics: table(z.number()),
      metricDirections: table(direction).exactOptional(),
    },
    answer: version,
    call: (api, input) => api.versions.addMetrics(input),
  }),
  remove: defineCall({
    id: 'versions.remove',
    method: 'DELETE',
    path: VERSION,
    summary: 'Removes a version and shreds the keys of the files that no other has.',
    tag,
    errors: ['VERSION_MISSING', 'ALIAS_MISSING', 'TRUST_QUARANTINED'],
    params: versionPlace,
    answer: removal,
    call: (api, input) => api.versions.remove(input),
  }),
} as const;
