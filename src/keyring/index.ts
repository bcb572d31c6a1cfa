export { type RestoreBackupOptions, restoreBackup } from './key-backup.ts';
export type {
  CreatedKeyring,
  Keyring,
  KeyringKey,
  KeyringKeyVersion,
  KeyringOptions,
  RootChange,
  UnsealMaterial,
} from './keyring.ts';
export {
  type CreateKeyringOptions,
  createKeyring,
  inspectKeyring,
  type OpenKeyringOptions,
  openKeyring,
  type SealedKeyring,
} from './open-keyring.ts';
export { formatRootKey, generateRootKey, parseRootKey, ROOT_KEY_BYTES } from './root-key.ts';
