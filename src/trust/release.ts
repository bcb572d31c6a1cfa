import { z } from 'zod';
import { type ModelName, type Release, SCAN_OUTCOMES, type ScanOutcome } from '../api/index.ts';
import { formatCanonicalJson, parseCanonicalJson } from '../bytes/index.ts';
import { StrongroomError } from '../errors/index.ts';

const FORMAT = 'strongroom-release/1';
/** A reason is a sentence or two; more belongs into the ticket that it names. */
const MAX_REASON_CHARS = 1000;

const instant = z.iso.datetime({ precision: 3 });
const reason = z
  .string()
  .max(MAX_REASON_CHARS)
  .refine((text) => text.trim() !== '' && text.isWellFormed() && !/[^\P{Cc}\t\n]/u.test(text));

const schema = z.strictObject({
  format: z.literal(FORMAT),
  model: z.string(),
  version: z.int().min(1),
  /** The manifest's digest: the release is of this content. */
  digest: z.string(),
  reason,
  requestedBy: z.string(),
  requestedAt: instant,
  accepts: z.array(z.enum(SCAN_OUTCOMES)),
  acceptsUnsigned: z.boolean(),
  expiresAt: instant.optional(),
  approvedBy: z.string().optional(),
  approvedAt: instant.optional(),
  approvalReason: reason.optional(),
});

/** A release, or the wish for one, as it is kept. */
export interface StoredRelease extends Release {
  readonly digest: string;
}

export function formatRelease(release: StoredRelease): string {
  return formatCanonicalJson({ format: FORMAT, ...release });
}

/** The inverse. Throws `REGISTRY_TAMPERED` for a text that is no release. */
export function parseRelease(text: string): StoredRelease {
  const parsed = schema.safeParse(parseCanonicalJson(text));
  if (!parsed.success) throw new StrongroomError('REGISTRY_TAMPERED', 'a release cannot be read');
  const { expiresAt, approvedBy, approvedAt, approvalReason, ...rest } = parsed.data;
  return {
    model: rest.model as ModelName,
    version: rest.version,
    digest: rest.digest,
    reason: rest.reason,
    requestedBy: rest.requestedBy,
    requestedAt: rest.requestedAt,
    accepts: rest.accepts,
    acceptsUnsigned: rest.acceptsUnsigned,
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(approvedBy === undefined ? {} : { approvedBy }),
    ...(approvedAt === undefined ? {} : { approvedAt }),
    ...(approvalReason === undefined ? {} : { approvalReason }),
  };
}

/** Throws `INPUT_INVALID` for an empty reason, one that is too long or holds control characters. */
export function assertReason(text: string): void {
  if (reason.safeParse(text).success) return;
  throw new StrongroomError('INPUT_INVALID', `a reason has 1 to ${MAX_REASON_CHARS} printable characters`, {
    hint: 'say why, so that whoever reads the record understands it',
  });
}

/** Throws `INPUT_INVALID` for an end that is no time or lies in the past. */
export function assertExpiry(expiresAt: string | undefined, now: Date): void {
  if (expiresAt === undefined) return;
  if (instant.safeParse(expiresAt).success && expiresAt > now.toISOString()) return;
  throw new StrongroomError('INPUT_INVALID', 'a release ends at a time that is still to come', {
    hint: 'write it as 2026-12-31T23:59:59.000Z',
  });
}

/** What the releases of a version let through. */
export interface Accepted {
  readonly outcomes: readonly ScanOutcome[];
  readonly unsigned: boolean;
}

/** What the releases in force at a time let through. */
export function acceptedBy(
  releases: readonly StoredRelease[],
  of: { readonly digest: string; readonly now: Date },
): Accepted {
  const inForce = releases.filter((release) => isInForce(release, of));
  return {
    outcomes: inForce.flatMap(({ accepts }) => accepts),
    unsigned: inForce.some(({ acceptsUnsigned }) => acceptsUnsigned),
  };
}

/** Whether a release was agreed on, is of this content, and has not ended. */
function isInForce(
  { approvedAt, expiresAt, digest }: StoredRelease,
  of: { readonly digest: string; readonly now: Date },
): boolean {
  const isRunning = expiresAt === undefined || of.now.toISOString() < expiresAt;
  return approvedAt !== undefined && digest === of.digest && isRunning;
}
