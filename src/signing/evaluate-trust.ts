import type { Certificate, SignatureAlgorithm } from '../crypto/index.ts';
import { type ErrorCode, isStrongroomError } from '../errors/index.ts';
import { formatFileList, isDetachedSignature, verifyDetached } from './detached-signature.ts';
import type { FileDigest } from './file-digest.ts';
import { assertKeyInForce, publicKeyOfRecord, type SigningKeyRecord } from './key-record.ts';
import type { Signer } from './signer.ts';
import type { TrustedSigner, TrustPolicy } from './trust-policy.ts';
import { verifyBundle } from './verify-bundle.ts';

/** One signature file of a model. */
export interface NamedSignature {
  /** What it is called in the answer: `model.sig`. */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** A time at which this one is known to have existed, where it is another than that of the question. */
  readonly at?: Date;
}

/** Everything that a decision depends on. */
export interface TrustQuestion {
  readonly policy: TrustPolicy;
  readonly signatures: readonly NamedSignature[];
  readonly files: readonly FileDigest[];
  /** A model that is one file, or (default) a folder of files. */
  readonly shape?: 'file' | 'folder';
  /** A canonical text that detached signatures may be over, besides the list of the files. */
  readonly manifest?: Uint8Array;
  /** Records of keys that the policy may name. */
  readonly keys: readonly SigningKeyRecord[];
  /** Roots that the policy may name. */
  readonly roots: readonly Certificate[];
  /** A time at which the signatures are known to have existed. */
  readonly at: Date;
}

/** A signature that counts. */
export interface AcceptedSignature {
  readonly signature: string;
  /** The policy's name of the signer. */
  readonly signer: string;
  readonly by: Signer;
}

/** Why a signature, or a signer, does not count. */
export interface TrustReason {
  /** Absent when the reason is about no single signature. */
  readonly signature?: string;
  readonly code: ErrorCode;
  /** Safe to show. */
  readonly message: string;
}

export interface TrustDecision {
  readonly decision: 'trusted' | 'refused';
  /** How many signers the policy asks for, and who of them has signed. */
  readonly required: number;
  readonly signers: readonly string[];
  readonly accepted: readonly AcceptedSignature[];
  readonly reasons: readonly TrustReason[];
}

/**
 * Decides whether enough of those who may sign a model have signed it. A pure function of its question: no clock, no
 * disk. Every signature that does not count is told with its reason; none of them stands in the way of others.
 */
export function evaluateTrust(question: TrustQuestion): TrustDecision {
  const { policy } = question;
  const accepted: AcceptedSignature[] = [];
  const reasons: TrustReason[] = [];
  for (const signature of question.signatures) {
    try {
      accepted.push(acceptSignature(signature, { ...question, at: signature.at ?? question.at }));
    } catch (error) {
      reasons.push({ signature: signature.name, ...reasonOf(error) });
    }
  }
  const all = [...new Set(accepted.map(({ signer }) => signer))];
  const signers = all.filter((name) => policy.postQuantum === 'optional' || hasPostQuantum(accepted, name));
  for (const name of all.filter((each) => !signers.includes(each))) {
    reasons.push(untrusted(`${JSON.stringify(name)} has no ML-DSA-65 signature, which the policy asks for`));
  }
  const isTrusted = signers.length >= policy.required;
  if (!isTrusted) {
    reasons.push(untrusted(`${policy.required} signers must have signed, ${signers.length} have`));
  }
  return {
    decision: isTrusted ? 'trusted' : 'refused',
    required: policy.required,
    signers,
    accepted,
    reasons,
  };
}

function acceptSignature(signature: NamedSignature, question: TrustQuestion): AcceptedSignature {
  const { policy, keys, at } = question;
  const by = verifySignature(signature, question);
  if (policy.algorithms !== undefined && !policy.algorithms.includes(by.algorithm)) {
    throw new Refusal(`the policy does not accept ${by.algorithm}`);
  }
  const signer = policy.signers.find((candidate) => isSigner(candidate, by));
  if (signer === undefined) throw new Refusal('the policy does not name who signed it');
  const time = at.toISOString();
  if (
    (signer.from !== undefined && time < signer.from) ||
    (signer.until !== undefined && time >= signer.until)
  ) {
    throw new Refusal(`${JSON.stringify(signer.name)} may not sign at ${time}`);
  }
  // A certified key that was revoked by its record is revoked under its certificate too.
  const record = keys.find(({ id }) => id === by.keyId);
  if (record !== undefined) assertKeyInForce(record, at);
  return { signature: signature.name, signer: signer.name, by };
}

function verifySignature({ bytes }: NamedSignature, question: TrustQuestion): Signer {
  const { policy, files, shape, manifest, at } = question;
  const keyIds = new Set(policy.signers.flatMap(({ keys }) => keys));
  const keys = question.keys.filter(({ id }) => keyIds.has(id)).map(publicKeyOfRecord);
  if (isDetachedSignature(bytes)) {
    // Both name every file by path, size and digest: the manifest of a version, and the list of whoever had the files.
    const texts = [...(manifest === undefined ? [] : [manifest]), formatFileList(files)];
    return verifyDetached(bytes, texts, keys).signer;
  }
  const rootIds = new Set(policy.signers.flatMap(({ certificates }) => certificates.map(({ root }) => root)));
  const roots = question.roots.filter(({ fingerprint }) => rootIds.has(fingerprint));
  const { revokedCertificates } = policy;
  return verifyBundle(bytes, files, { keys, roots, revokedCertificates, at, ...(shape && { shape }) }).signer;
}

function isSigner({ keys, certificates }: TrustedSigner, by: Signer): boolean {
  if (by.kind === 'key') return keys.includes(by.keyId);
  return certificates.some(
    ({ root, identity }) => root === by.rootFingerprint && by.identities.includes(identity),
  );
}

function hasPostQuantum(accepted: readonly AcceptedSignature[], name: string): boolean {
  const postQuantum: SignatureAlgorithm = 'ml-dsa-65';
  return accepted.some(({ signer, by }) => signer === name && by.algorithm === postQuantum);
}

/** A signature that holds, but not by the policy. */
class Refusal extends Error {}

function reasonOf(error: unknown): { readonly code: ErrorCode; readonly message: string } {
  if (error instanceof Refusal) return untrusted(error.message);
  // A fault of ours is no reason against a signature, and is not to be hidden among reasons.
  if (!isStrongroomError(error)) throw error;
  return { code: error.code, message: error.message };
}

function untrusted(message: string): { readonly code: ErrorCode; readonly message: string } {
  return { code: 'SIGNATURE_UNTRUSTED', message };
}
