export { type RestoreStrongroomOptions, restoreStrongroom } from './backup.ts';
export { type ExamineHomeOptions, examineHome } from './examine-home.ts';
export { examineRemote } from './examine-remote.ts';
export { type ExamineServerOptions, examineServer } from './examine-server.ts';
export { digestsOf, type EvidenceReport } from './export-evidence.ts';
export { configFile, defaultRootKeyFile, EVIDENCE_NOTE } from './home-layout.ts';
export { homeExists, type InitHomeOptions, type InitializedHome, initHome } from './init-home.ts';
export {
  type OpenStrongroomOptions,
  openStrongroom,
  type Strongroom,
  type UnsealSource,
} from './open-strongroom.ts';
export { type RestoreKeysOptions, restoreKeys } from './restore-keys.ts';
export { type SecretState, secretSetting, writeSecretSetting } from './secret-settings.ts';
export type { ServedHome } from './serve-home.ts';
export { type ServeOptions, type Serving, serveOverHttps } from './serve-over-https.ts';
