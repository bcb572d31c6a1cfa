import { z } from 'zod';
import {
  ENTRY_RULES,
  type NamespaceTrust,
  type NamespaceTrustChange,
  SCAN_OUTCOMES,
  USE_RULES,
} from '../api/index.ts';
import { formatCanonicalJson, parseCanonicalJson } from '../bytes/index.ts';
import { StrongroomError } from '../errors/index.ts';

const FORMAT = 'strongroom-namespace-trust/1';
/** Roots that one policy names; each is a certificate of a few KiB. */
const MAX_ROOTS = 32;
const MAX_ROOT_CHARS = 64 * 1024;
const MAX_SIGNERS = 64;

const outcome = z.enum(SCAN_OUTCOMES);
const uses = z.partialRecord(outcome, z.enum(USE_RULES));

/** The signers are looked at closely by whoever verifies signatures; here they only have a form. */
const signer = z.strictObject({
  name: z.string().max(64),
  keys: z.array(z.string().max(64)).max(MAX_SIGNERS),
  certificates: z
    .array(z.strictObject({ root: z.string().max(64), identity: z.string().max(1024) }))
    .max(MAX_SIGNERS),
});

const schema = z.strictObject({
  format: z.literal(FORMAT),
  enter: z.record(outcome, z.enum(ENTRY_RULES)),
  fetch: uses,
  serve: uses,
  approvals: z.union([z.literal(1), z.literal(2)]),
  requiredSignatures: z.int().min(0).max(MAX_SIGNERS),
  signers: z.array(signer).max(MAX_SIGNERS),
  roots: z.array(z.base64().max(MAX_ROOT_CHARS)).max(MAX_ROOTS),
});

/**
 * What a namespace trusts until somebody says otherwise: clean files come in; what is known to be dangerous does not;
 * everything else waits until two people agree.
 */
export const DEFAULT_TRUST: NamespaceTrust = {
  enter: {
    clean: 'allow',
    suspicious: 'quarantine',
    malicious: 'refuse',
    unknown: 'quarantine',
    inconclusive: 'quarantine',
  },
  fetch: {},
  serve: {},
  approvals: 2,
  requiredSignatures: 0,
  signers: [],
  roots: [],
};

/** The text of a policy, for keeping. */
export function formatNamespaceTrust(policy: NamespaceTrust): string {
  return formatCanonicalJson({ format: FORMAT, ...policy });
}

/** The inverse; of nothing, the default. Throws `TRUST_POLICY_INVALID` for a text that a newer strongroom wrote. */
export function parseNamespaceTrust(text: string | undefined): NamespaceTrust {
  return text === undefined ? DEFAULT_TRUST : checkTrust(parseCanonicalJson(text));
}

/** A policy with a change made. Throws `TRUST_POLICY_INVALID`. */
export function changeTrust(policy: NamespaceTrust, change: NamespaceTrustChange): NamespaceTrust {
  return checkTrust({
    format: FORMAT,
    enter: { ...policy.enter, ...change.enter },
    fetch: { ...policy.fetch, ...change.fetch },
    serve: { ...policy.serve, ...change.serve },
    approvals: change.approvals ?? policy.approvals,
    requiredSignatures: change.requiredSignatures ?? policy.requiredSignatures,
    signers: change.signers ?? policy.signers,
    roots: change.roots ?? policy.roots,
  });
}

function checkTrust(value: unknown): NamespaceTrust {
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    const place = parsed.error.issues[0]?.path.filter((part) => typeof part !== 'symbol').join('.') ?? '';
    throw new StrongroomError(
      'TRUST_POLICY_INVALID',
      `not a trust policy: wrong at ${JSON.stringify(place)}`,
    );
  }
  const { format: _format, ...policy } = parsed.data;
  return policy;
}
