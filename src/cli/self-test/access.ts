import type { Caller, LoggedIn, Origin } from '../../api/index.ts';
import { SecretBytes, utf8Bytes, utf8Text } from '../../bytes/index.ts';
import type { Strongroom } from '../../open/index.ts';
import { prove, proveRefused } from '../demo/prove.ts';
import { fetchFirst, type Ground, MODEL, NAMESPACE, onGround } from './ground.ts';

/** The addresses of documentation (RFC 5737): nobody comes from there. */
const ORIGIN: Origin = { requestId: 'self-test', address: '192.0.2.1' };
const NAME = 'trial-admin';
const PASSWORD = 'seven odd lanterns over the harbour';

function secret(text: string): SecretBytes {
  return SecretBytes.take(utf8Bytes(text));
}

/** The first administrator comes by a token that works once, and not with a weak password. */
export async function bootstrapOnce(ground: Ground): Promise<string> {
  return await onGround(ground, async (_, strongroom) => {
    const served = strongroom.serve();
    const token = await served.bootstrapToken();
    prove(token !== undefined, 'a home without users has a bootstrap token');
    const make = (name: string, password: string) =>
      served.identity.bootstrap(
        { token: SecretBytes.copyOf(token.expose()), name, password: secret(password) },
        ORIGIN,
      );
    await proveRefused('PASSWORD_WEAK', 'a weak password is refused', () => make(NAME, 'password'));
    await make(NAME, PASSWORD);
    await proveRefused('BOOTSTRAP_OVER', 'the token works once', () => make('second', PASSWORD));
    return 'a weak password refused, the administrator made, the token spent';
  });
}

/** A wrong password and an unknown name are refused with the same words. */
export async function checkPasswords(ground: Ground): Promise<string> {
  return await onGround(ground, async (_, strongroom) => {
    await proveRefused('AUTH_FAILED', 'a wrong password is refused', () =>
      logIn(strongroom, NAME, 'something else'),
    );
    await proveRefused('AUTH_FAILED', 'an unknown name is refused alike', () =>
      logIn(strongroom, 'nobody', PASSWORD),
    );
    const { accessSeconds } = await logIn(strongroom, NAME, PASSWORD);
    prove(accessSeconds <= 600, 'an access token lives ten minutes at most');
    return `a wrong password and an unknown name refused alike; a token of ${accessSeconds} s for the right one`;
  });
}

/** A token that was changed in one place, or revoked, is refused. */
export async function checkTokens(ground: Ground): Promise<string> {
  return await onGround(ground, async (_, strongroom) => {
    const { accessToken } = await logIn(strongroom, NAME, PASSWORD);
    const api = strongroom.apiFor(await callerOf(strongroom, accessToken));
    await proveRefused('AUTH_FAILED', 'a changed access token is refused', () =>
      callerOf(strongroom, changed(accessToken)),
    );
    const { token, secret: personal } = await api.tokens.create({ name: 'trial' });
    await callerOf(strongroom, personal);
    await proveRefused('AUTH_FAILED', 'a changed personal token is refused', () =>
      callerOf(strongroom, changed(personal)),
    );
    await api.tokens.revoke({ id: token.id });
    await proveRefused('AUTH_FAILED', 'a revoked token is refused at the next call', () =>
      callerOf(strongroom, personal),
    );
    return 'changed tokens refused; a revoked one refused at the next call';
  });
}

/** A refresh token that is used twice ends everything that came of it. */
export async function catchStolenRefresh(ground: Ground): Promise<string> {
  return await onGround(ground, async (_, strongroom) => {
    const { identity } = strongroom.serve();
    const first = (await logIn(strongroom, NAME, PASSWORD)).refreshToken;
    prove(first !== undefined, 'a log-in gives a refresh token');
    const refresh = (refreshToken: SecretBytes) => identity.refresh({ refreshToken }, ORIGIN);
    const second = (await refresh(SecretBytes.copyOf(first.expose()))).refreshToken;
    prove(second !== undefined, 'a refresh gives the next one');
    const third = (await refresh(SecretBytes.copyOf(second.expose()))).refreshToken;
    await proveRefused('AUTH_FAILED', 'an old refresh token is refused', () => refresh(first));
    await proveRefused('AUTH_FAILED', 'and the whole family with it', () => refresh(third ?? second));
    return 'used a second time: refused, and every token of its family with it';
  });
}

/** Who was granted nothing sees nothing. */
export async function hideFromStrangers(ground: Ground): Promise<string> {
  return await onGround(ground, async (_, strongroom) => {
    const stranger: Caller = { type: 'user', id: 'user:stranger' };
    const api = strongroom.apiFor(stranger);
    await proveRefused('ACCESS_DENIED', 'a stranger gets no list', () => api.models.list());
    await proveRefused('MODEL_MISSING', 'a model does not exist for a stranger', () => fetchFirst(api, 1));
    await proveRefused('MODEL_MISSING', 'nor can it be removed', () => api.models.remove({ model: MODEL }));
    await proveRefused('ACCESS_DENIED', 'a stranger reads no record', () => api.audit.search());
    await proveRefused('NAMESPACE_MISSING', 'nor any policy', () => api.trust.get({ namespace: NAMESPACE }));
    return 'models, policies and the record are hidden from whoever was granted nothing';
  });
}

async function logIn(strongroom: Strongroom, name: string, password: string): Promise<LoggedIn> {
  const answer = await strongroom
    .serve()
    .identity.logIn({ name, password: secret(password), wants: 'tokens' }, ORIGIN);
  prove(answer.kind === 'logged-in', 'no second factor was set');
  return answer;
}

function callerOf(strongroom: Strongroom, token: SecretBytes): Promise<Caller> {
  return strongroom
    .serve()
    .identity.authenticate({ kind: 'bearer', token: SecretBytes.copyOf(token.expose()) }, ORIGIN);
}

/** The same token with another character in its middle. */
function changed(token: SecretBytes): SecretBytes {
  const text = utf8Text(token.expose()) ?? '';
  const middle = Math.floor(text.length / 2);
  const other = text[middle] === 'A' ? 'B' : 'A';
  return secret(text.slice(0, middle) + other + text.slice(middle + 1));
}
