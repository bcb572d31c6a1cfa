import { type Access, FOR_GOOD } from '../access/index.ts';
import type { Caller, Role, RolesApi } from '../api/index.ts';
import { StrongroomError } from '../errors/index.ts';
import { onEverything } from './act.ts';
import type { Gate } from './gate.ts';

export interface RoleVerbsDeps {
  readonly gate: Gate;
  readonly access: Pick<Access, 'roles' | 'grants' | 'change' | 'rightsOf'>;
}

/** The verbs on roles. */
export function roleVerbs({ gate, access }: RoleVerbsDeps, caller: Caller): RolesApi {
  return {
    list: () => gate.pass(caller, onEverything('role:read', 'roles'), () => access.roles.list()),
    set: (input) =>
      gate.pass(caller, onEverything('role:configure', `role ${input.name}`), () =>
        access.change(() => setRole({ access }, caller, input)),
      ),
    remove: ({ name }) =>
      gate.pass(caller, onEverything('role:configure', `role ${name}`), () =>
        access.change(() => removeRole({ access }, name)),
      ),
  };
}

async function setRole(
  { access }: Pick<RoleVerbsDeps, 'access'>,
  caller: Caller,
  input: Parameters<RolesApi['set']>[0],
): Promise<Role> {
  const before = await access.roles.find(input.name);
  const rights = await access.rightsOf(caller);
  // Whoever holds the role, wherever, gets what is put into it: so only who may do it everywhere, for good, puts it in.
  const lacking = input.permissions.find(
    (permission) =>
      before?.permissions.includes(permission) !== true &&
      rights.holdsUntil(permission, 'everything') !== FOR_GOOD,
  );
  if (lacking !== undefined) {
    throw new StrongroomError(
      'GRANT_EXCEEDS',
      `${caller.id} does not hold ${lacking} on everything for good`,
    );
  }
  return await access.roles.set({ ...input, description: input.description ?? before?.description ?? '' });
}

async function removeRole({ access }: Pick<RoleVerbsDeps, 'access'>, name: string): Promise<void> {
  const users = (await access.grants.list()).filter(({ role }) => role === name);
  if (users.length > 0) {
    throw new StrongroomError('ROLE_IN_USE', `${users.length} grants give the role ${name}`);
  }
  await access.roles.remove(name);
}
