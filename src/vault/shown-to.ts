import type { Version } from '../api/index.ts';
import type { Permit } from './gate.ts';

/**
 * A version as the caller may see it: without where it comes from, when that does not exist for them. Its digest is
 * over the whole manifest all the same.
 */
export function shownTo({ rights }: Permit, version: Version): Version {
  const { derivedFrom, ...rest } = version;
  return derivedFrom === undefined || rights.holds('version:read', derivedFrom.model) ? version : rest;
}
