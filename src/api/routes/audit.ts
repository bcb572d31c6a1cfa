import { z } from 'zod';
import { defineCall, defineLong } from './define-route.ts';
import { base64, line, list, prose, queryNumber, time, timeIn } from './fields.ts';

const outcome = z.enum(['done', 'refused', 'failed', 'open']);
const count = z.int().min(0);

const act = z
  .object({
    index: count,
    kind: z.enum(['act', 'event']),
    at: time,
    caller: z
      .object({
        type: z.string(),
        id: z.string(),
        methods: list(z.string()).exactOptional(),
        credential: z.string().exactOptional(),
        address: z.string().exactOptional(),
      })
      .exactOptional(),
    requestId: z.string().exactOptional(),
    action: z.string(),
    resource: z.string().exactOptional(),
    rule: z.string().exactOptional(),
    outcome: outcome.exactOptional(),
    outcomeIndex: count.exactOptional(),
    endedAt: time.exactOptional(),
    code: z.string().exactOptional(),
    version: z.string().exactOptional(),
    key: z.string().exactOptional(),
    approval: z.string().exactOptional(),
    bytes: count.exactOptional(),
    ranges: list(
      z.object({ file: z.string(), ranges: list(z.tuple([count, count]).readonly()) }),
    ).exactOptional(),
    calls: count.exactOptional(),
    failedCalls: count.exactOptional(),
    severity: z.enum(['info', 'notice', 'warning', 'critical']).exactOptional(),
    details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).exactOptional(),
  })
  .meta({ id: 'AuditedAct' });

const report = z
  .object({
    isSound: z.boolean(),
    origin: z.string().exactOptional(),
    size: count.exactOptional(),
    root: z.string().exactOptional(),
    entries: count,
    archived: count,
    openActs: count,
    findings: list(z.object({ code: z.string(), message: z.string(), index: count.exactOptional() })),
    moreFindings: count,
  })
  .meta({ id: 'AuditReport' });

const witnessed = z
  .object({
    origin: z.string(),
    key: z.string(),
    size: count,
    root: z.string(),
    seenAt: time.exactOptional(),
  })
  .meta({ id: 'WitnessedLog' });

const archive = z
  .object({ first: count, end: count, bytes: count, sha256: z.string(), note: z.string() })
  .meta({ id: 'AuditArchive' });

const proof = z.object({ index: count, proof: z.string() }).meta({ id: 'AuditProof' });

const tile = z.strictObject({
  level: z.union([z.int().min(0).max(6), z.literal('entries')]),
  index: count,
  width: z.int().min(1).max(256),
});

/** A full tile of the longest entries. */
const MAX_TILE_BYTES = 17 * 2 ** 20;

const tag = 'Audit';
const place = queryNumber(0, 9_999_999_999);

/** Rows of `api.audit`. */
export const AUDIT_ROUTES = {
  search: defineCall({
    id: 'audit.search',
    method: 'GET',
    path: '/audit/acts',
    summary: 'Finds acts and events of the record, newest first.',
    tag,
    query: {
      caller: line(512).exactOptional(),
      action: line(512).exactOptional(),
      resource: line(512).exactOptional(),
      outcome: outcome.exactOptional(),
      requestId: line(512).exactOptional(),
      address: line(64).exactOptional(),
      from: timeIn.exactOptional(),
      to: timeIn.exactOptional(),
      limit: queryNumber(1, 10_000).exactOptional(),
      before: place.exactOptional(),
      after: place.exactOptional(),
    },
    answer: list(act),
    call: (api, input) => api.audit.search(input),
  }),
  verify: defineLong({
    id: 'audit.verify',
    method: 'POST',
    path: '/audit/verify',
    summary: 'Verifies the whole record: every entry, tile, signature, and what is kept beside it.',
    tag,
    answer: report,
    call: (api, _input, running) => api.audit.verify(running),
  }),
  key: defineCall({
    id: 'audit.key',
    method: 'GET',
    path: '/audit/key',
    summary: 'Tells the keys that the checkpoints of the record are signed with.',
    tag,
    answer: z.object({ origin: z.string(), keys: list(z.string()), witness: z.string() }),
    call: (api) => api.audit.key(),
  }),
  prove: defineCall({
    id: 'audit.prove',
    method: 'GET',
    path: '/audit/proof',
    summary: 'Gives a proof that an entry stands in the record, to be verified without it.',
    tag,
    errors: ['AUDIT_ARCHIVED'],
    query: { index: place },
    answer: proof,
    call: (api, input) => api.audit.prove(input),
  }),
  consistency: defineCall({
    id: 'audit.consistency',
    method: 'GET',
    path: '/audit/consistency',
    summary: 'Proves an older record to be the beginning of this one, as a witness asks for it.',
    tag,
    query: { size: place },
    answer: z.string(),
    call: (api, input) => api.audit.consistency(input),
  }),
  checkpoint: defineCall({
    id: 'audit.checkpoint',
    method: 'GET',
    path: '/audit/checkpoint',
    summary: 'Gives the newest signed checkpoint of the record.',
    tag,
    answer: z.string(),
    call: (api) => api.audit.checkpoint(),
  }),
  tiles: defineCall({
    id: 'audit.tiles',
    method: 'POST',
    path: '/audit/tiles',
    summary: 'Gives tiles of the record: hashes, and the entries themselves.',
    tag,
    errors: ['AUDIT_ENTRY_MISSING', 'AUDIT_ARCHIVED', 'AUDIT_DAMAGED'],
    body: { tiles: list(tile, 64) },
    answer: list(base64(MAX_TILE_BYTES), 64),
    call: (api, input) => api.audit.tiles(input),
  }),
  archives: defineCall({
    id: 'audit.archives',
    method: 'GET',
    path: '/audit/archives',
    summary: 'Lists the archives that entries of the record were moved to.',
    tag,
    answer: list(archive),
    call: (api) => api.audit.archives(),
  }),
  receipt: defineCall({
    id: 'audit.receipt',
    method: 'GET',
    path: '/audit/receipt',
    summary: 'Gives a proof of an act of your own, by the id of its request.',
    tag,
    errors: ['AUDIT_ENTRY_MISSING'],
    query: { requestId: line(512, 1) },
    answer: proof,
    call: (api, input) => api.audit.receipt(input),
  }),
  witnessed: defineCall({
    id: 'audit.witnessed',
    method: 'GET',
    path: '/audit/witness',
    summary: 'Lists the records of others that this strongroom is a witness of.',
    tag,
    answer: list(witnessed),
    call: (api) => api.audit.witnessed(),
  }),
  witness: defineCall({
    id: 'audit.witness',
    method: 'POST',
    path: '/audit/witness',
    summary: 'Becomes the witness of the record of a key.',
    tag,
    errors: ['AUDIT_NOTE_INVALID', 'STORAGE_CONFLICT'],
    body: { key: line(4096, 1) },
    answer: witnessed,
    call: (api, input) => api.audit.witness(input),
  }),
  cosign: defineCall({
    id: 'audit.cosign',
    method: 'POST',
    path: '/audit/witness/add-checkpoint',
    summary: 'Signs a checkpoint of a record that only grew since it was seen last.',
    tag,
    errors: ['AUDIT_ENTRY_MISSING', 'AUDIT_WITNESS_REFUSED'],
    body: { growth: prose(65_536) },
    answer: z.string(),
    call: (api, input) => api.audit.cosign(input),
  }),
} as const;
