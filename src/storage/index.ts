export { AppendFile } from './append-file.ts';
export { auditModes, type ModeFinding } from './audit-modes.ts';
export type { BlobId, BlobStore, BlobWriter, PayloadSource, StoredHeader } from './blob-store.ts';
export type {
  BlobQuery,
  Catalogue,
  CatalogueActs,
  CatalogueBlobs,
  CatalogueHome,
  CatalogueKeys,
  CatalogueLeases,
  CatalogueModels,
  CatalogueNamespaces,
  CatalogueRemoval,
  CatalogueTrust,
  CatalogueVersions,
  HeaderNote,
  NewFile,
  PublishDecision,
  PublishRequest,
  PublishResult,
  PublishState,
  StaleFile,
  StaleQuery,
  VersionSelector,
} from './catalogue.ts';
export type {
  ActRow,
  AliasRow,
  AuditNote,
  BlobRow,
  CatalogueTotals,
  FileRow,
  KeyRef,
  KeyUsage,
  LeaseHolder,
  LeaseJudge,
  LeaseRow,
  LineageRow,
  MetricRow,
  ModelRow,
  ModelState,
  NamespaceRow,
  NamespaceState,
  ReleaseRow,
  ScanReportRow,
  ShredRow,
  SignatureRow,
  SigningKeyRow,
  StandingRow,
  StoredFileRow,
  TrustPolicyRow,
  VersionRow,
  VersionState,
} from './catalogue-rows.ts';
export { copyTree } from './copy-tree.ts';
export type { CatalogueDocuments, DocumentQuery, DocumentRow } from './documents.ts';
export { FsBlobStore } from './drivers/fs-blob-store.ts';
export { FsGenerationStore } from './drivers/fs-generation-store.ts';
export { openExclusiveLock } from './drivers/sqlite/exclusive-lock.ts';
export { openSqliteCatalogue } from './drivers/sqlite/open-sqlite-catalogue.ts';
export type { EntryStatus } from './entry-status.ts';
export type { ExclusiveLock } from './exclusive-lock.ts';
export { FileSource } from './file-source.ts';
export { Folder } from './folder.ts';
export type { Sandbox } from './folder-descriptor.ts';
export { type DiskSpace, diskSpace, freeBytes, isOnOneDisk } from './free-space.ts';
export type { Generation, GenerationStore } from './generation-store.ts';
export { type KernelSettings, readKernelSettings } from './kernel-settings.ts';
export { OutputFile } from './output-file.ts';
export { OutputFolder } from './output-folder.ts';
export { processMemoryBytes, processStartedAt } from './process-table.ts';
export { type InputFile, MAX_INPUT_DEPTH, readInputs } from './read-inputs.ts';
export { RotatingFile, type RotatingFileOptions } from './rotating-file.ts';
export { readSecretFile, readSmallFile } from './small-file.ts';
export { sweepTemporary } from './sweep.ts';
export { createWholeFolder, type FolderBuilder, type WholeFolderRequest } from './whole-folder.ts';
