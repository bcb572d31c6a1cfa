import { acceptPassword, type IdentityParts, type Principal, userCard } from '../access/index.ts';
import type { Account, AccountApi, Caller, Origin, Session } from '../api/index.ts';
import { StrongroomError } from '../errors/index.ts';
import type { Clock } from './deps.ts';
import { denial, type Gate } from './gate.ts';

/** How old a log-in may be that changes what one logs in with. */
const RECENT_MS = 10 * 60_000;

export interface AccountVerbsDeps {
  readonly gate: Gate;
  readonly identity: IdentityParts;
  readonly clock: Clock;
}

/** What users do to themselves. */
export function accountVerbs(deps: AccountVerbsDeps, caller: Caller): AccountApi {
  const { gate, identity } = deps;
  const { sessions, totp, recovery, passkeys } = identity;
  const read = <T>(resource: string, work: () => Promise<T>) =>
    gate.pass(caller, { action: 'account:read', resource }, work);
  const change = <T>(resource: string, work: (user: Principal) => Promise<T>) =>
    gate.pass(caller, { action: 'account:change', resource }, async () => {
      const user = await userOf(identity, caller);
      assertRecent(caller, deps.clock.now());
      return await work(user);
    });
  return {
    get: () => read('own account', () => accountOf(identity, caller)),
    sessions: () => read('own sessions', () => sessionsOf(identity, caller)),
    endSession: ({ id }) =>
      gate.pass(caller, { action: 'credential:end', resource: `session ${id}` }, () =>
        endSession(identity, caller, id),
      ),
    changePassword: (input) =>
      change('own password', (user) => changePassword(identity, caller, { user, ...input })),
    beginTotp: () =>
      change('own authenticator app', async ({ id, name }) => ({ uri: await totp.begin(id, name) })),
    confirmTotp: ({ code }) =>
      change('own authenticator app', async ({ id }) => {
        const { shown, kept } = recovery.make(id);
        await totp.confirm(id, code, kept);
        await sessions.endAll(id, caller.credential);
        return { recoveryCodes: shown };
      }),
    removeTotp: () =>
      change('own authenticator app', async ({ id }) => {
        await totp.remove(id);
        await sessions.endAll(id, caller.credential);
      }),
    passkeys: () => read('own passkeys', async () => await passkeys.list(caller.id)),
    beginPasskey: () => change('own passkeys', ({ id, name }) => passkeys.beginRegistration(id, name)),
    confirmPasskey: ({ name, response }) =>
      change('own passkeys', async ({ id }) => {
        const passkey = await passkeys.confirmRegistration(id, name, response);
        await sessions.endAll(id, caller.credential);
        return passkey;
      }),
    removePasskey: (input) =>
      change('own passkeys', async ({ id }) => {
        await passkeys.remove(id, input.id);
        await sessions.endAll(id, caller.credential);
      }),
  };
}

async function userOf({ access }: IdentityParts, caller: Caller): Promise<Principal> {
  const principal = caller.type === 'user' ? await access.findPrincipal(caller.id) : undefined;
  if (principal === undefined) throw denial(caller, 'account:change', 'an account that only users have');
  return principal;
}

function assertRecent({ authenticatedAt }: Caller, now: Date): void {
  if (authenticatedAt !== undefined && now.getTime() - Date.parse(authenticatedAt) <= RECENT_MS) return;
  throw new StrongroomError('AUTH_STALE', 'the last log-in is more than ten minutes ago');
}

async function accountOf(identity: IdentityParts, caller: Caller): Promise<Account> {
  const { access } = identity;
  const principal = caller.type === 'user' ? await access.findPrincipal(caller.id) : undefined;
  return {
    id: caller.id,
    methods: caller.methods ?? [],
    grants: caller.type === 'local' ? [] : await access.grants.list(caller.id),
    ...(principal && { user: await userCard(identity, principal) }),
    ...(caller.ceiling && { ceiling: caller.ceiling }),
  };
}

async function sessionsOf({ sessions, uses }: IdentityParts, caller: Caller): Promise<readonly Session[]> {
  const stored = caller.type === 'user' ? await sessions.list(caller.id) : [];
  return await Promise.all(
    stored.map(async ({ id, content }) => {
      const { createdAt, expiresAt, address, client } = content;
      return {
        id,
        createdAt,
        expiresAt,
        lastUsedAt: (await uses.lastOf(id))?.at ?? createdAt,
        ...(address === undefined ? {} : { address }),
        ...(client === undefined ? {} : { client }),
        isCurrent: id === caller.credential,
      };
    }),
  );
}

async function endSession({ sessions }: IdentityParts, caller: Caller, id: string): Promise<void> {
  const found = await sessions.find(id);
  if (found === undefined || found.content.principal !== caller.id)
    throw new StrongroomError('SESSION_MISSING', 'there is no such session of yours');
  await sessions.end(id);
}

async function changePassword(
  { passwords, hasher, policy, book, sessions, invitations }: IdentityParts,
  caller: Caller,
  input: { readonly user: Principal } & Parameters<AccountApi['changePassword']>[0],
): Promise<void> {
  const { user, current, next } = input;
  await passwords.check(user.name, current, originOf(caller));
  const password = await hasher.hash(user.id, await acceptPassword(next, user, policy));
  await book.update(user.id, (all) => ({ ...all, password }));
  await invitations.withdraw(user.id);
  await sessions.endAll(user.id, caller.credential);
}

function originOf({ requestId = '', address = '' }: Caller): Origin {
  return { requestId, address };
}
