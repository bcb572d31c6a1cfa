import type { IdentityApi, LoggedIn, LogInAnswer, Origin, PrincipalId, Wants } from '../api/index.ts';
import { authFailed } from './auth-failed.ts';
import type { IdentityParts } from './identity-parts.ts';

/** What other identity providers bring. */
export type FederatedIdentity = Pick<
  IdentityApi,
  'exchangeWorkloadToken' | 'oidcProviders' | 'beginOidc' | 'forwardOidc' | 'finishOidc'
>;

/** Everything that happens before there is a caller. */
export function createIdentity(parts: IdentityParts, federated: FederatedIdentity): IdentityApi {
  const { authenticator, bootstrap, factors, invitations, keys, logIns, passkeys, passwords, throttle } =
    parts;
  return {
    ...federated,
    authenticate: (credential, origin) => authenticator.authenticate(credential, origin),
    bootstrap: async (input, origin) => {
      const succeeded = throttle.enterUnnamed(origin);
      const user = await bootstrap.makeAdministrator(input);
      succeeded();
      return await logIns.begin({ user, methods: ['pwd'], wants: 'tokens' }, origin);
    },
    acceptInvitation: async ({ token, password, wants }, origin) => {
      const succeeded = throttle.enterUnnamed(origin);
      const user = await invitations.accept(token, password);
      succeeded();
      return await afterPassword(parts, { user, wants }, origin);
    },
    logIn: async ({ name, password, wants }, origin) => {
      const user = await passwords.check(name, password, origin);
      return await afterPassword(parts, { user, wants }, origin);
    },
    giveFactor: async ({ challenge, factor, code, wants }, origin) => {
      const { user, methods } = await factors.giveCode(challenge, factor, code);
      return await logIns.begin({ user, methods, wants }, origin);
    },
    beginPasskey: async ({ challenge }, origin) => {
      throttle.enterUnnamed(origin)();
      return await passkeys.beginLogIn(challenge && (await factors.userOf(challenge)));
    },
    finishPasskey: (input, origin) => finishPasskey(parts, input, origin),
    refresh: ({ refreshToken }, origin) => logIns.refresh(refreshToken, origin),
    logOut: async ({ credential }) => {
      if (credential !== undefined) await parts.sessions.end(credential);
    },
    jwks: async () => ({ keys: await keys.published() }),
  };
}

async function afterPassword(
  { factors, logIns }: IdentityParts,
  { user, wants }: { readonly user: PrincipalId; readonly wants: Wants },
  origin: Origin,
): Promise<LogInAnswer> {
  return (await factors.wantedOf(user)) ?? (await logIns.begin({ user, methods: ['pwd'], wants }, origin));
}

async function finishPasskey(
  { throttle, passkeys, logIns, onEvent }: IdentityParts,
  input: Parameters<IdentityApi['finishPasskey']>[0],
  origin: Origin,
): Promise<LoggedIn> {
  const succeeded = throttle.enterUnnamed(origin);
  const { user, isSecondFactor, isSuspect } = await passkeys.finishLogIn(input.id, input.response);
  succeeded();
  if (isSuspect) await onEvent({ kind: 'passkey-counter-back', principal: user });
  const methods = isSecondFactor ? (['pwd', 'passkey'] as const) : (['passkey'] as const);
  return await logIns.begin({ user, methods, wants: input.wants }, origin);
}

/** For a strongroom that trusts no other identity provider. */
export const NOT_FEDERATED: FederatedIdentity = {
  exchangeWorkloadToken: () => Promise.reject(authFailed()),
  oidcProviders: () => Promise.resolve([]),
  beginOidc: () => Promise.reject(authFailed()),
  forwardOidc: () => Promise.reject(authFailed()),
  finishOidc: () => Promise.reject(authFailed()),
};
