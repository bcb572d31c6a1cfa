export {
  type AccessCodeKey,
  type AccessCodeUnlocker,
  accessCodeKey,
  accessCodeUnlocker,
} from './access-code.ts';
export type {
  ContainerHeader,
  EncryptedHeader,
  FileMetadata,
  PlainHeader,
  StoredCompression,
} from './container-header.ts';
export { openAge, sealAge } from './foreign/age-file.ts';
export { MAX_AGE_HEADER_BYTES } from './foreign/age-header.ts';
export type { AgeKeys, AgeRecipients } from './foreign/age-keys.ts';
export {
  deriveFernetKey,
  type FernetContent,
  type FernetKeyDerivation,
  MAX_FERNET_TOKEN_BYTES,
  type OpenFernetOptions,
  openFernet,
  parseFernetKey,
} from './foreign/fernet.ts';
export type { LegacyMetadata } from './foreign/legacy-metadata.ts';
export {
  type LegacyAccess,
  type LegacyChecksum,
  type LegacyPackage,
  MAX_LEGACY_BYTES,
  openLegacyPackage,
} from './foreign/legacy-package.ts';
export { formatHeader, parseHeader } from './header.ts';
export { hybridIdentity, hybridRecipient } from './hybrid-slot.ts';
export { type KekLookup, type KekVersion, kekIdentity, kekRecipient } from './kek-slot.ts';
export { readDek } from './key-slots.ts';
export { MAX_HEADER_BYTES, MAX_SLOTS } from './limits.ts';
export { type ExpectedBlob, type OpenedPayload, type OpenRequest, openPayload } from './open.ts';
export { type PassphraseOptions, passphraseIdentity, passphraseRecipient } from './passphrase-slot.ts';
export type {
  Dek,
  Identity,
  KekSlot,
  KeySlot,
  PassphraseSlot,
  Recipient,
  RecipientSlot,
  SlotContext,
} from './recipient.ts';
export { addSlot, type RewrapRequest, rewrapHeader } from './rewrap.ts';
export { type SealEngine, type SealedBlob, sealPayload } from './seal.ts';
export type { SealRequest } from './seal-request.ts';
export {
  isSealedFile,
  type PositionalTarget,
  readSealedFile,
  SEALED_FILE_ENDING,
  SEALED_FILE_MAGIC,
  type SealedFile,
  SealedFileWriter,
  writeSealedFile,
} from './sealed-file.ts';
export { SegmentPool, type SegmentPoolOptions } from './segment-pool.ts';
export { type SealedSource, verifySealed } from './verify-sealed.ts';
export { unwrapSecret, wrapSecret } from './wrap.ts';
