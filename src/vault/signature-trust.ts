import type { NamespaceTrust } from '../api/index.ts';
import { fromBase64 } from '../bytes/index.ts';
import { parseCertificate } from '../crypto/index.ts';
import { StrongroomError } from '../errors/index.ts';
import type { StoredSignature, StoredSigningKey } from '../registry/index.ts';
import {
  type AcceptedSignature,
  evaluateTrust,
  type FileDigest,
  parseKeyRecord,
  parseTrustPolicy,
  type SigningKeyRecord,
  type TrustPolicy,
  type TrustReason,
} from '../signing/index.ts';

/** What a decision over signatures depends on. */
export interface SignatureQuestion {
  readonly policy: NamespaceTrust;
  readonly keys: readonly StoredSigningKey[];
  readonly files: readonly FileDigest[];
  /** The canonical manifest, which detached signatures made here are over; before the publication there is none. */
  readonly manifest?: Uint8Array;
  readonly signatures: readonly Pick<StoredSignature, 'id' | 'content' | 'addedAt'>[];
}

export interface SignatureDecision {
  readonly isEnough: boolean;
  /** Who of the signers of the policy has signed. */
  readonly signers: readonly string[];
  readonly accepted: readonly AcceptedSignature[];
  readonly reasons: readonly TrustReason[];
}

/**
 * Whether enough of those who may sign have signed. Each signature is judged by the time when the strongroom received
 * it, which its sealed row vouches for: a key that expired afterwards does not take back what it had signed, one that
 * was revoked from an earlier time on does.
 */
export function decideSignatures(question: SignatureQuestion): SignatureDecision {
  const policy = { ...signaturePolicy(question.policy), required: 0 };
  const keys = question.keys.map(recordOf);
  const roots = rootsOf(question.policy);
  const decided = question.signatures.map(({ id, content, addedAt }) =>
    evaluateTrust({
      policy,
      keys,
      roots,
      files: question.files,
      signatures: [{ name: id, bytes: content }],
      ...shapeOf(question.files),
      ...(question.manifest === undefined ? {} : { manifest: question.manifest }),
      at: new Date(addedAt),
    }),
  );
  const accepted = decided.flatMap((each) => each.accepted);
  const signers = [...new Set(accepted.map(({ signer }) => signer))];
  return {
    isEnough: signers.length >= question.policy.requiredSignatures,
    signers,
    accepted,
    reasons: decided.flatMap((each) => each.reasons),
  };
}

/** Throws `TRUST_POLICY_INVALID` unless the signers of a policy make sense and their roots are there. */
export function assertSignaturePolicy(policy: NamespaceTrust): void {
  const { signers } = signaturePolicy(policy);
  const roots = new Set(rootsOf(policy).map(({ fingerprint }) => fingerprint));
  const wanted = signers.flatMap(({ certificates }) => certificates.map(({ root }) => root));
  const missing = wanted.find((root) => !roots.has(root));
  if (missing === undefined) return;
  throw new StrongroomError(
    'TRUST_POLICY_INVALID',
    `the root ${missing} is named, but its certificate is not given`,
  );
}

/** The record of a key as it is kept. Throws as `parseKeyRecord`. */
export function recordOf(key: StoredSigningKey): SigningKeyRecord {
  return parseKeyRecord(JSON.parse(key.record));
}

function signaturePolicy({ requiredSignatures, signers }: NamespaceTrust): TrustPolicy {
  return parseTrustPolicy({ format: 'strongroom-trust/1', required: requiredSignatures, signers });
}

function rootsOf({ roots }: NamespaceTrust) {
  return roots.map((der) => parseCertificate(fromBase64(der) ?? new Uint8Array()));
}

/** A model of one file may have been signed as that file alone, which model_signing calls `.`. */
function shapeOf(files: readonly FileDigest[]): { readonly shape?: 'file' } {
  return files.length === 1 ? { shape: 'file' } : {};
}
