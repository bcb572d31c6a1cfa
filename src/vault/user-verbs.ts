import { type Access, type IdentityParts, userCard } from '../access/index.ts';
import { type Caller, principalId, type User, type UsersApi } from '../api/index.ts';
import { StrongroomError } from '../errors/index.ts';
import { onEverything } from './act.ts';
import type { Gate, Permit } from './gate.ts';
import { assertHoldsAllOf } from './holds-all.ts';

export interface UserVerbsDeps {
  readonly gate: Gate;
  readonly access: Pick<Access, 'principals' | 'change' | 'grantedTo' | 'administrators'>;
  readonly identity: Pick<IdentityParts, 'invitations' | 'book' | 'passkeys' | 'sessions'>;
}

/** The verbs on users. */
export function userVerbs(
  deps: UserVerbsDeps,
  caller: Caller,
): Omit<UsersApi, 'identities' | 'link' | 'unlink'> {
  const { gate, access, identity } = deps;
  const { principals } = access;
  const configure = <T>(name: string, work: (permit: Permit) => Promise<T>) =>
    gate.pass(caller, onEverything('user:configure', `user ${name}`), work);
  return {
    list: () =>
      gate.pass(caller, onEverything('user:read', 'users'), async () => {
        const users: User[] = [];
        for (const principal of await principals.list('user'))
          users.push(await userCard(identity, principal));
        return users;
      }),
    get: ({ name }) =>
      gate.pass(caller, onEverything('user:read', `user ${name}`), async () =>
        userCard(identity, await principals.get('user', name)),
      ),
    invite: ({ name, ...words }) =>
      gate.pass(caller, onEverything('user:create', `user ${name}`), async () => {
        const created = { type: 'user', name, state: 'invited', createdBy: caller.id, ...words } as const;
        const principal = await principals.create(created);
        const invitation = await identity.invitations.issue(principal.id);
        return { user: await userCard(identity, principal), invitation };
      }),
    reset: (input) => configure(input.name, (permit) => reset(deps, permit, input)),
    configure: ({ name, ...words }) =>
      configure(name, async () =>
        userCard(identity, await principals.describe(principalId('user', name), words)),
      ),
    disable: ({ name }) => configure(name, () => access.change(() => disable(deps, name))),
    enable: ({ name }) => configure(name, (permit) => enable(deps, permit, name)),
  };
}

async function reset(
  { access, identity }: UserVerbsDeps,
  permit: Permit,
  { name, removeFactors }: Parameters<UsersApi['reset']>[0],
): ReturnType<UsersApi['reset']> {
  const { id, state } = await access.principals.get('user', name);
  if (state === 'disabled') throw new StrongroomError('USER_STATE', `${name} is disabled`);
  await assertHoldsAllOf(access, permit, id);
  return await identity.invitations.issue(id, { removesFactors: removeFactors === true });
}

async function disable({ access, identity }: UserVerbsDeps, name: string): Promise<User> {
  const { id } = await access.principals.get('user', name);
  const administrators = await access.administrators();
  if (administrators.length === 1 && administrators[0]?.id === id) {
    throw new StrongroomError('ACCESS_LAST_ADMIN', `${name} is the last administrator`);
  }
  const principal = await access.principals.setState(id, 'disabled', { endsCredentials: true });
  await identity.sessions.endAll(id);
  await identity.invitations.withdraw(id);
  return await userCard(identity, principal);
}

/** Back to what it was: without a password nobody is active. */
async function enable({ access, identity }: UserVerbsDeps, permit: Permit, name: string): Promise<User> {
  const principal = await access.principals.get('user', name);
  if (principal.state !== 'disabled') return await userCard(identity, principal);
  await assertHoldsAllOf(access, permit, principal.id);
  const { factors } = await userCard(identity, principal);
  const state = factors.password || factors.passkeys > 0 ? 'active' : 'invited';
  return await userCard(identity, await access.principals.setState(principal.id, state));
}
