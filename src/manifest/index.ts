export { exportMetadata } from './export-metadata.ts';
export { guessFramework } from './framework.ts';
export {
  assertLineage,
  assertMetadata,
  assertPaths,
  formatManifest,
  MAX_METADATA_ENTRIES,
  MAX_METADATA_VALUE_CHARS,
  type Manifest,
  type ManifestEntry,
  manifestDigest,
} from './manifest.ts';
