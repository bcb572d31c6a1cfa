import { z } from 'zod';
import { formatCanonicalJson, parseCanonicalJson, utf8Bytes, utf8Text } from '../bytes/index.ts';
import { StrongroomError } from '../errors/index.ts';

/** Longest entry that is written; the format would allow 65,535 bytes. */
const MAX_ENTRY_BYTES = 16_384;

/** Text of others in an entry: cut, not refused, so that nobody escapes the record by being long. */
const MAX_TEXT_CHARS = 512;

const text = z.string().max(MAX_TEXT_CHARS);
const count = z.int().min(0);
const range = z.tuple([count, count]);

const callerSchema = z.strictObject({
  type: z.enum(['local', 'user', 'service-account', 'workload', 'system', 'nobody']),
  id: text,
  methods: z.array(text).max(8).exactOptional(),
  credential: text.exactOptional(),
  /** Masked: `hmac-sha256:` and 32 hex digits. */
  address: text.exactOptional(),
});

/** The words of every kind of entry. */
const commonShape = {
  v: z.literal(1),
  /** ISO 8601 UTC, milliseconds. */
  at: z.iso.datetime({ precision: 3 }),
  /** The process that wrote it, and the how manyth of it. */
  node: text,
  seq: count,
};

/** Who does what to what, and on what grounds. */
const intentShape = {
  caller: callerSchema,
  requestId: text.exactOptional(),
  action: text,
  resource: text,
  /** The rule that lets them. */
  rule: text.exactOptional(),
};

/** What became of it. */
const outcomeShape = {
  outcome: z.enum(['done', 'refused', 'failed']),
  code: text.exactOptional(),
  /** The version that it turned out to be: `acme/churn@3`. */
  version: text.exactOptional(),
  /** The key that opened or sealed it: `acme@2`. */
  key: text.exactOptional(),
  /** Id of the approval that it took. */
  approval: text.exactOptional(),
  /** Bytes released, and where in which file: from, to (exclusive). */
  bytes: count.exactOptional(),
  ranges: z
    .array(z.strictObject({ file: text, ranges: z.array(range).max(64) }))
    .max(64)
    .exactOptional(),
  /** Where one entry stands for many: how often it was done, and how often without success. */
  calls: count.exactOptional(),
  failedCalls: count.exactOptional(),
};

const schemas = {
  /** Somebody is about to do something; durable before anything is released or changed. */
  intent: z.strictObject({ kind: z.literal('intent'), ...commonShape, ...intentShape }),
  /** What became of it. */
  outcome: z.strictObject({
    kind: z.literal('outcome'),
    ...commonShape,
    /** `seq` of the intent, and its node, which is another one when a new write-ahead log was begun meanwhile. */
    intent: count,
    intentNode: text,
    ...outcomeShape,
  }),
  /** Both in one, where nothing is changed or released: what was looked up, what was refused. */
  act: z.strictObject({ kind: z.literal('act'), ...commonShape, ...intentShape, ...outcomeShape }),
  /** Something that happened by itself: a log-in that failed, a start, a broken tail, the state of the keepers. */
  event: z.strictObject({
    kind: z.literal('event'),
    ...commonShape,
    event: text,
    severity: z.enum(['info', 'notice', 'warning', 'critical']),
    caller: callerSchema.exactOptional(),
    requestId: text.exactOptional(),
    resource: text.exactOptional(),
    code: text.exactOptional(),
    details: z.record(text, z.union([text, z.int(), z.boolean()])).exactOptional(),
  }),
} as const;

const entrySchema = z.discriminatedUnion('kind', [
  schemas.intent,
  schemas.outcome,
  schemas.act,
  schemas.event,
]);

/** One act, its outcome, or an event, as docs/spec/audit.md has it. */
export type AuditEntry = z.infer<typeof entrySchema>;
/** Who acted, as the record has it. */
export type RecordedCaller = z.infer<typeof callerSchema>;
/** What a writer says; the log adds version, time, node and number. */
export type NewEntry = AuditEntry extends infer Entry
  ? Entry extends AuditEntry
    ? Omit<Entry, keyof typeof commonShape>
    : never
  : never;

/** An entry as it is written. Throws `INPUT_TOO_LARGE`, and `INPUT_INVALID` for what is no entry. */
export function formatEntry(entry: AuditEntry): Uint8Array {
  const bytes = utf8Bytes(formatCanonicalJson(entry));
  if (bytes.length > MAX_ENTRY_BYTES) {
    throw new StrongroomError('INPUT_TOO_LARGE', `an audit entry has at most ${MAX_ENTRY_BYTES} bytes`);
  }
  return bytes;
}

/** Reads an entry; `undefined` when the bytes are none. */
export function parseEntry(bytes: Uint8Array): AuditEntry | undefined {
  const value = bytes.length > MAX_ENTRY_BYTES ? undefined : parseCanonicalJson(utf8Text(bytes) ?? '');
  const result = entrySchema.safeParse(value);
  return result.success ? result.data : undefined;
}

/** Text of others, so that it fits into an entry. */
export function cutText(value: string): string {
  const whole = value.isWellFormed() ? value : value.toWellFormed();
  return whole.length <= MAX_TEXT_CHARS ? whole : `${whole.slice(0, MAX_TEXT_CHARS - 1)}…`.toWellFormed();
}
