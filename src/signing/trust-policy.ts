import { z } from 'zod';
import { isSignatureAlgorithm } from '../crypto/index.ts';
import { StrongroomError } from '../errors/index.ts';
import { signingInstant } from './key-record.ts';

const FORMAT = 'strongroom-trust/1';
const MAX_SIGNERS = 64;
const MAX_PER_SIGNER = 32;
const MAX_REVOKED = 1024;

const fingerprint = z.string().regex(/^[0-9a-f]{64}$/);

const signer = z.strictObject({
  /** What the signer is called here: a person, a team, a machine. Each counts once. */
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._@ -]{0,63}$/),
  /** Ids of keys. */
  keys: z.array(fingerprint).max(MAX_PER_SIGNER).default([]),
  /** Whoever a root's chain names so: `email:…`, `uri:…`, `dns:…` or `subject:…`, character by character. */
  certificates: z
    .array(
      z.strictObject({
        root: fingerprint,
        identity: z.string().regex(/^(?:email|uri|dns|subject):.{1,512}$/su),
      }),
    )
    .max(MAX_PER_SIGNER)
    .default([]),
  /** When the signer may sign: from here on, and until just before `until`. */
  from: signingInstant.optional(),
  until: signingInstant.optional(),
});

const schema = z.strictObject({
  format: z.literal(FORMAT),
  /** How many different signers must have signed. 0 asks for no signature. */
  required: z.int().min(0).max(MAX_SIGNERS),
  signers: z.array(signer).max(MAX_SIGNERS),
  /** Algorithms that count; all, unless named. */
  algorithms: z.array(z.string().refine(isSignatureAlgorithm)).min(1).optional(),
  /** `required` counts a signer only with an ML-DSA-65 signature among theirs. */
  postQuantum: z.enum(['optional', 'required']).default('optional'),
  revokedCertificates: z
    .array(z.strictObject({ fingerprint, revokedAt: signingInstant, reason: z.string().min(1).max(200) }))
    .max(MAX_REVOKED)
    .default([]),
});

/** Who may sign the models of a namespace, and how many of them must have (docs/spec/signing.md §8). */
export type TrustPolicy = z.output<typeof schema>;
/** One who may sign. */
export type TrustedSigner = TrustPolicy['signers'][number];

/**
 * Narrows to a policy that can be kept: enough signers for the number asked for, none twice, no key or identity that
 * would count for two. Throws `TRUST_POLICY_INVALID`.
 */
export function parseTrustPolicy(value: unknown): TrustPolicy {
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const place = issue?.path.filter((part) => typeof part !== 'symbol').join('.') ?? '';
    throw invalid(
      `not a trust policy: ${issue?.message.toLowerCase() ?? 'wrong'} at ${JSON.stringify(place)}`,
    );
  }
  const policy = parsed.data;
  assertNoneTwice(
    policy.signers.map(({ name }) => name),
    'a signer',
  );
  assertNoneTwice(
    policy.signers.flatMap(({ keys }) => keys),
    'a key',
  );
  const identities = policy.signers.flatMap(({ certificates }) => certificates);
  assertNoneTwice(
    identities.map(({ root, identity }) => `${root} ${identity}`),
    'an identity',
  );
  const silent = policy.signers.find(({ keys, certificates }) => keys.length + certificates.length === 0);
  if (silent !== undefined)
    throw invalid(`the signer ${JSON.stringify(silent.name)} has neither key nor certificate`);
  if (policy.required > policy.signers.length) {
    throw invalid(
      `${policy.required} signatures are asked for, but there are ${policy.signers.length} signers`,
    );
  }
  return policy;
}

function assertNoneTwice(words: readonly string[], what: string): void {
  if (new Set(words).size < words.length) throw invalid(`${what} stands twice in the trust policy`);
}

function invalid(message: string): StrongroomError {
  return new StrongroomError('TRUST_POLICY_INVALID', message);
}
