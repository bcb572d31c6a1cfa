export {
  AEAD_TAG_BYTES,
  type AeadContext,
  chachaOpen,
  chachaSeal,
  gcmOpen,
  gcmOpenInto,
  gcmSeal,
  gcmSealInto,
} from './aead.ts';
export { type CbcContext, cbcOpen } from './aes-cbc.ts';
export { createDamageCheck } from './damage-check.ts';
export { DerivationLimiter } from './derivation-limiter.ts';
export { equalBytes } from './equal.ts';
export {
  createHasher,
  HASH_BYTES,
  type Hasher,
  type HashName,
  hash,
  sha256,
  sha256Name,
  sha384,
  sha512,
} from './hash.ts';
export { deriveKey, type HkdfPurpose, hkdf, hkdfExpand, hkdfExtract } from './hkdf.ts';
export { hmac, type MacHash } from './hmac.ts';
export type { HpkeContext } from './hpke.ts';
export {
  generateHybridKey,
  type HybridKeyPair,
  type HybridSealed,
  hpkeOpenHybrid,
  hpkeSealHybrid,
  hybridRecipientOf,
  parseHybridIdentity,
  parseHybridRecipient,
} from './hybrid-key.ts';
export type { KdfAlgorithm, KdfCosts, KdfParams } from './kdf-params.ts';
export { formatKdf, newKdf, parseKdf } from './kdf-phc.ts';
export {
  type DerivationOptions,
  derivePasswordKey,
  type StoredPasswordHash,
  verifyPasswordHash,
} from './password-kdf.ts';
export { fillRandom, ID_BYTES, randomBytes, randomId, randomSecret, randomShare } from './random.ts';
export { PublicKey } from './sign/public-key.ts';
export {
  SIGNATURE_ROWS,
  type SignatureAlgorithm,
  type SignatureRow,
} from './sign/signature-algorithms.ts';
export { isSignatureAlgorithm, SigningKey } from './sign/signing-key.ts';
export { importKey, type KeyInput, type SymmetricKey } from './symmetric-key.ts';
export {
  type Certificate,
  checkIssuedBy,
  formatCertificatePem,
  parseCertificate,
  parseCertificatesPem,
  publicKeyOf,
} from './x509/certificate.ts';
export { MAX_CERTIFICATE_BYTES } from './x509/der-reader.ts';
export type { Extensions } from './x509/extensions.ts';
export type { GeneralName } from './x509/general-names.ts';
export type { KeyedCertificate } from './x509/issue-certificate.ts';
export {
  makeAuthority,
  makeClientCertificate,
  makeServerCertificate,
} from './x509/make-certificate.ts';
export { readTlsCertificate, type TlsCertificate } from './x509/tls-certificate.ts';
