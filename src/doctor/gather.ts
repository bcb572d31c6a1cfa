import type { AccessApi, StrongroomApi } from '../api/index.ts';
import type { AccessFacts } from './access-checks.ts';
import type { PolicyFacts } from './policy-checks.ts';

/** Asks a strongroom, local or remote, what its namespaces allow. */
export async function gatherPolicies(
  api: Pick<StrongroomApi, 'namespaces' | 'trust' | 'system'>,
): Promise<PolicyFacts> {
  const namespaces = await api.namespaces.list();
  const { scans } = await api.system.status();
  const judged = [];
  for (const namespace of namespaces) {
    judged.push({ ...namespace, trust: await api.trust.get({ namespace: namespace.name }) });
  }
  return { namespaces: judged, scans };
}

/** Asks a strongroom who gets in, and with what. */
export async function gatherAccess(
  api: Pick<AccessApi, 'users' | 'serviceAccounts' | 'roles' | 'grants' | 'tokens'>,
): Promise<AccessFacts> {
  const users = await api.users.list();
  const owners = [...users, ...(await api.serviceAccounts.list())];
  const tokens = [];
  for (const { id } of owners) tokens.push(...(await api.tokens.list({ owner: id })));
  return { users, roles: await api.roles.list(), grants: await api.grants.list(), tokens };
}
