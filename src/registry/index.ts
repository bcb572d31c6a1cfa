export { type BestCandidate, bestOf } from './best.ts';
export { createRegistry } from './create-registry.ts';
export {
  directionOf,
  HIGHER_IS_BETTER,
  LOWER_IS_BETTER,
  normalizeMetricName,
  parseMetricValue,
} from './metrics.ts';
export type {
  ModelSettings,
  NewVersion,
  PublishedVersion,
  Registry,
  RegistryDeps,
  SealedFile,
  VersionWords,
} from './registry.ts';
export type { Seal } from './seal.ts';
