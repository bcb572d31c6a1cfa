export { type ExportRuntime, exportMetadata } from './export-metadata.ts';
export { guessFramework } from './framework.ts';
export {
  assertLineage,
  assertManifest,
  assertMetadata,
  assertPaths,
  formatManifest,
  MANIFEST_FORMAT,
  MAX_FILES_PER_VERSION,
  MAX_METADATA_ENTRIES,
  MAX_METADATA_KEY_CHARS,
  MAX_METADATA_VALUE_CHARS,
  type Manifest,
  type ManifestEntry,
  manifestDigest,
} from './manifest.ts';
