import { type Certificate, PublicKey, parseCertificate, publicKeyOf } from '../crypto/index.ts';
import { StrongroomError } from '../errors/index.ts';
import { type ParseBundleOptions, parseBundle, type SignatureBundle, type SignedBy } from './bundle.ts';
import { assertBundleAlgorithm, assertCertifiedAlgorithm } from './bundle-algorithms.ts';
import { type RevokedCertificate, verifyChain } from './certificate-chain.ts';
import { compareFiles, type FileComparison, type FilePolicy } from './compare-files.ts';
import { encodeForSigning, encodeForSigningOld } from './dsse.ts';
import type { FileDigest } from './file-digest.ts';
import { type Signer, signerOfChain, signerOfKey } from './signer.ts';
import { parseStatement, type SignedStatement } from './statement.ts';

/** Whose signatures count, and when. */
export interface SignatureTrust {
  /** Keys that may sign. */
  readonly keys?: readonly PublicKey[];
  /** Roots whose code signers may sign. */
  readonly roots?: readonly Certificate[];
  readonly revokedCertificates?: readonly RevokedCertificate[];
  /** A time at which the signature is known to have existed; now, where nothing better is known. */
  readonly at: Date;
}

export interface VerifyBundleOptions extends SignatureTrust, ParseBundleOptions, FilePolicy {}

/** A signature that holds: who signed what. */
export interface VerifiedBundle extends FileComparison {
  readonly signer: Signer;
  /** What the signer called the model. Hostile text that decides nothing. */
  readonly name: string;
  /** Root digest of the signed files, lower-case hex: what `model_signing digest` prints. */
  readonly root: string;
  readonly format: SignedStatement['format'];
}

/**
 * Verifies a bundle against the files of a model, by their digests alone, in this order: the bundle's form, whom it
 * names and whether that one is trusted, the signature, and only then what was signed. Throws the `SIGNATURE_…`,
 * `CERTIFICATE_…` and `SIGNING_KEY_INVALID` errors and `INPUT_TOO_LARGE`; what is returned is to be believed.
 */
export function verifyBundle(
  bundleBytes: Uint8Array,
  files: readonly FileDigest[],
  options: VerifyBundleOptions,
): VerifiedBundle {
  const { signer, payload } = verifyStatement(bundleBytes, options);
  const { resources, ignorePaths, ...statement } = parseStatement(payload, options);
  return { signer, ...statement, ...compareFiles({ resources, ignorePaths }, files, options) };
}

/**
 * Verifies the signature of a bundle over any in-toto statement; what the statement says is left to the caller, who
 * must check its type. Throws as `verifyBundle` does.
 */
export function verifyStatement(
  bundleBytes: Uint8Array,
  trust: SignatureTrust & ParseBundleOptions,
): { readonly signer: Signer; readonly payload: Uint8Array } {
  const bundle = parseBundle(bundleBytes, trust);
  const { signer, key } = findSigner(bundle.signedBy, trust);
  assertSignature(bundle, key, trust);
  return { signer, payload: bundle.payload };
}

interface FoundSigner {
  readonly signer: Signer;
  readonly key: PublicKey;
}

function findSigner(signedBy: SignedBy, trust: SignatureTrust): FoundSigner {
  if (signedBy.kind === 'certificates') return findCertified(signedBy.chain, trust);
  const { keys = [] } = trust;
  if (keys.length === 0) throw untrusted('it is signed with a key, and no key is trusted');
  const id = signedBy.kind === 'key' ? signedBy.hint : PublicKey.parse(signedBy.pem).id;
  const key = keys.find((candidate) => candidate.id === id);
  if (key === undefined) throw untrusted(`it is signed with the key ${id}, which is not trusted`);
  assertBundleAlgorithm(key.algorithm);
  return { key, signer: signerOfKey(key) };
}

function findCertified(
  chain: readonly Uint8Array[],
  { roots = [], revokedCertificates: revoked = [], at }: SignatureTrust,
): FoundSigner {
  if (roots.length === 0) throw untrusted('it is signed with a certificate, and no root is trusted');
  const trusted = verifyChain(chain.map(parseCertificate), { roots, revoked, at });
  const key = publicKeyOf(trusted.leaf);
  assertCertifiedAlgorithm(key.algorithm);
  return { key, signer: signerOfChain(trusted, key) };
}

function assertSignature(
  { payload, signature, signedBy }: SignatureBundle,
  key: PublicKey,
  { allowOldFormats }: ParseBundleOptions,
): void {
  if (key.verify(encodeForSigning(payload), signature)) return;
  if (allowOldFormats === true && isOldSignature()) return;
  throw new StrongroomError(
    'SIGNATURE_INVALID',
    'the signature was not made with this key over this content',
  );

  function isOldSignature(): boolean {
    const signed = encodeForSigningOld(payload);
    return signedBy.kind === 'certificates'
      ? key.verifyOldEcdsa(signed, signature)
      : key.verify(signed, signature);
  }
}

function untrusted(message: string): StrongroomError {
  return new StrongroomError('SIGNATURE_UNTRUSTED', message);
}
