export { bestOf } from './best.ts';
export { createRegistry } from './create-registry.ts';
export {
  directionOf,
  HIGHER_IS_BETTER,
  LOWER_IS_BETTER,
  normalizeMetricName,
  parseMetricValue,
} from './metrics.ts';
export type {
  NewVersion,
  PublishedVersion,
  Registry,
  StoredSignature,
  StoredSigningKey,
  VersionNumber,
} from './registry.ts';
export type { Seal } from './seal.ts';
