export { archiveAudit, unarchiveAudit } from './archive-audit.ts';
export { type Attestations, type AttestingTool, attestVersion } from './attest-version.ts';
export { type BackgroundRescan, startBackgroundRescan } from './background-rescan.ts';
export { type BackupHomeInput, type BackupTarget, backupHome } from './backup-home.ts';
export { MAX_BACKUP_NOTE_BYTES, parseBackupNote } from './backup-note.ts';
export { Defence } from './defence.ts';
export { defenceStage } from './defence-stage.ts';
export type { Clock, Leaseholder, Scanner, VaultDeps, VaultLimits } from './deps.ts';
export { type ExportBundleInput, type ExportedBundle, exportBundle } from './export-bundle.ts';
export { type ExportSealedInput, exportSealed } from './export-sealed.ts';
export { type Authorizer, createGate, type Gate, type Recorder } from './gate.ts';
export { formatHomeNote, MAX_HOME_NOTE_BYTES, parseHomeNote } from './home-note.ts';
export { type ImportBundleInput, type ImportedBundle, importBundle } from './import-bundle.ts';
export { type LegacyContent, type LegacyFile, type LegacyKey, readLegacy } from './import-legacy.ts';
export { InputSchemas } from './input-schemas.ts';
export { payloadSource } from './payload-source.ts';
export type { PredictionStage } from './prediction-stage.ts';
export { assertMayAsk } from './prediction-verbs.ts';
export { Predictions, type PredictionsDeps, type PredictionsOptions } from './predictions.ts';
export { AuditRecorder } from './record-acts.ts';
export { recordDefenceLevel } from './record-defence.ts';
export { recordDetection } from './record-detection.ts';
export { recordedIdentity, recordSecurityEvent } from './recorded-identity.ts';
export { type BackupSource, type RestoreHomeInput, type RestoreTarget, restoreHome } from './restore-home.ts';
export { Rollouts } from './rollouts.ts';
export { sealSetting } from './seal-setting.ts';
export {
  type OpenSealedFileRequest,
  openSealedFile,
  rawKeyIdentity,
  rawKeyRecipient,
  type SealFileRequest,
  sealFile,
} from './sealed-files.ts';
export { bindStrongroom, type StrongroomDeps } from './strongroom.ts';
export { sweepLeftovers } from './sweep-leftovers.ts';
export { gatherEvidence, mayMeasure } from './system-verbs.ts';
export { validationStage } from './validation-stage.ts';
