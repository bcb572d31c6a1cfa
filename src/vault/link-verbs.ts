import type { Federation, IdentityParts } from '../access/index.ts';
import { type Caller, type PrincipalId, quoteForMessage, type UsersApi } from '../api/index.ts';
import { StrongroomError } from '../errors/index.ts';
import { onEverything } from './act.ts';
import type { Gate, Permit } from './gate.ts';
import { assertHoldsAllOf } from './holds-all.ts';

export interface LinkVerbsDeps {
  readonly gate: Gate;
  readonly identity: Pick<IdentityParts, 'access' | 'sessions'>;
  readonly federation: Pick<Federation, 'identities' | 'providers'>;
}

/** The verbs on what users log in with elsewhere. */
export function linkVerbs(
  deps: LinkVerbsDeps,
  caller: Caller,
): Pick<UsersApi, 'identities' | 'link' | 'unlink'> {
  const { gate, identity, federation } = deps;
  const change = <T>(name: string, work: (user: PrincipalId, permit: Permit) => Promise<T>) =>
    gate.pass(caller, onEverything('user:configure', `user ${name}`), async (permit) =>
      work(await userOf(deps, name), permit),
    );
  return {
    identities: ({ name }) =>
      gate.pass(caller, onEverything('user:read', `user ${name}`), async () =>
        federation.identities.list(await userOf(deps, name)),
      ),
    link: ({ name, provider: id, subject }) =>
      change(name, async (user, permit) => {
        await assertHoldsAllOf(identity.access, permit, user);
        const provider = federation.providers.find((each) => each.id === id);
        if (provider === undefined)
          throw new StrongroomError('OIDC_PROVIDER_MISSING', `there is no provider ${quoteForMessage(id)}`);
        const { issuer } = provider;
        return await federation.identities.link({ user, provider: id, issuer, subject, linkedBy: caller.id });
      }),
    unlink: ({ name, id }) =>
      change(name, async (user) => {
        await federation.identities.unlink(user, id);
        await identity.sessions.endAll(user);
      }),
  };
}

async function userOf({ identity }: LinkVerbsDeps, name: string): Promise<PrincipalId> {
  const { id } = await identity.access.principals.get('user', name);
  return id;
}
