import type { StrongroomApi } from '../api/index.ts';
import {
  checkAccess,
  checkBackups,
  checkPolicies,
  checkReported,
  checkSealsAndAge,
  gatherAccess,
  gatherPolicies,
  type Line,
} from '../doctor/index.ts';

/**
 * Says line by line how well a strongroom is kept, as far as its API tells: keys, policies, access, backups, and what it
 * says of itself. The machine and the files of the home can be looked at there only.
 */
export async function examineRemote(api: StrongroomApi): Promise<readonly Line[]> {
  const now = new Date();
  const { vault, rootSeals, warnings } = await api.system.status();
  const backups = await api.audit.search({ limit: 100, action: 'system:backup' });
  const last = backups.find(({ outcome }) => outcome === 'done');
  return [
    ...checkReported(warnings),
    ...checkSealsAndAge({ seals: rootSeals, keys: await api.keys.list() }, now),
    ...checkPolicies(await gatherPolicies(api)),
    ...checkAccess(await gatherAccess(api), now),
    ...checkBackups({ vault, ...(last !== undefined && { lastAt: last.at }) }, now),
  ];
}
