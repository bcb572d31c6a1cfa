export {
  decideEntry,
  type EntryDecision,
  type FileOutcomes,
  refusedOutcomes,
  type Use,
  useRule,
} from './decide.ts';
export { outcomesOf, UNSCANNED, worstFirst } from './outcome.ts';
export {
  changeTrust,
  DEFAULT_TRUST,
  formatNamespaceTrust,
  parseNamespaceTrust,
} from './policy.ts';
export {
  type Accepted,
  acceptedBy,
  assertExpiry,
  assertReason,
  formatRelease,
  parseRelease,
  type StoredRelease,
} from './release.ts';
