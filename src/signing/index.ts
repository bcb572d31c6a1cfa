export { carrierOf } from './bundle-algorithms.ts';
export {
  type ChainTrust,
  type RevokedCertificate,
  type TrustedChain,
  verifyChain,
} from './certificate-chain.ts';
export { type FileComparison, type FilePolicy, GIT_PATHS } from './compare-files.ts';
export {
  formatFileList,
  isDetachedSignature,
  signDetached,
  verifyDetached,
} from './detached-signature.ts';
export { encodeForSigning } from './dsse.ts';
export {
  type AcceptedSignature,
  evaluateTrust,
  type NamedSignature,
  type TrustDecision,
  type TrustQuestion,
  type TrustReason,
} from './evaluate-trust.ts';
export { digestFiles, type FileDigest } from './file-digest.ts';
export {
  assertKeyInForce,
  certificatesOf,
  createKeyRecord,
  type KeyTerms,
  openSigningKey,
  parseKeyRecord,
  publicKeyOfRecord,
  revokeKey,
  type SecretBox,
  type SigningKeyRecord,
  sealSigningKey,
} from './key-record.ts';
export { MAX_SIGNATURE_BYTES } from './limits.ts';
export { type SignManifestOptions, signManifest, signStatement } from './sign-manifest.ts';
export { signatureFileName } from './signature-file-name.ts';
export type { Signer } from './signer.ts';
export { rootOf } from './statement.ts';
export { parseTrustPolicy, type TrustedSigner, type TrustPolicy } from './trust-policy.ts';
export {
  type SignatureTrust,
  type VerifiedBundle,
  type VerifyBundleOptions,
  verifyBundle,
  verifyStatement,
} from './verify-bundle.ts';
