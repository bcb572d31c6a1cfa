// Log-in with a real OpenID provider on this machine, and with what an attacker would make of it.
import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import {
  createFederation,
  OIDC_CALLBACK_PATH,
  type OidcProviderRules,
  parsePlace,
} from '../../src/access/index.ts';
import { type LoggedIn, parsePrincipalId, type Wants } from '../../src/api/index.ts';
import type { SecretBytes } from '../../src/bytes/index.ts';
import {
  type AccountClaims,
  CLIENT,
  HeadlessBrowser,
  signAsProvider,
  startProvider,
  type Tamper,
} from '../kit/openid-provider.ts';
import { withCode } from '../storage/temporary-folder.ts';
import { seal } from './access-kit.ts';
import { addPerson, ORIGIN, openIdentity, pass, secret, textOf } from './identity-kit.ts';

const SERVER = 'https://strongroom.example';
const CALLBACK = `${SERVER}${OIDC_CALLBACK_PATH}`;
const PROGRAM = 'http://127.0.0.1:40123/callback';

interface Setting {
  readonly rules?: Partial<OidcProviderRules>;
  readonly accounts?: Readonly<Record<string, AccountClaims>>;
}

async function openFederation(t: TestContext, { rules = {}, accounts = {} }: Setting = {}) {
  const provider = await startProvider(t, { redirectUri: CALLBACK, accounts });
  const home = await openIdentity(t);
  const { parts, catalogue, clock } = home;
  const federation = createFederation({
    catalogue,
    seal,
    identity: parts,
    providers: [
      {
        id: 'corp',
        name: 'Example Corp',
        issuer: provider.issuer,
        clientId: CLIENT.id,
        clientAuth: 'client_secret_basic',
        clientSecret: () => Promise.resolve(secret(CLIENT.secret)),
        scopes: 'openid profile groups',
        algorithm: 'RS256',
        requiredAcr: [],
        requiredAmr: [],
        isOpen: false,
        nameClaim: 'preferred_username',
        groupsClaim: 'groups',
        roles: [],
        ...rules,
      },
    ],
    fetchDocument: provider.fetchDocument,
    serverUrl: SERVER,
    roleSeconds: 3600,
    now: () => clock.now,
  });
  return { ...home, provider, federation, logIn: federation.logIn };
}

type Opened = Awaited<ReturnType<typeof openFederation>>;

async function link({ federation, provider }: Opened, name: string, subject: string): Promise<void> {
  await federation.identities.link({
    user: parsePrincipalId(`user:${name}`),
    provider: 'corp',
    issuer: provider.issuer,
    subject,
    linkedBy: 'local',
  });
}

/** As far as the browser being back. */
async function goThere({ logIn }: Opened, subject: string, redirectUri = CALLBACK) {
  const { url, state } = await logIn.beginOidc({ provider: 'corp', redirectUri }, ORIGIN);
  const callbackUrl = await new HeadlessBrowser().logIn(url, subject, CALLBACK);
  return { url, state, callbackUrl };
}

async function logInAs(opened: Opened, subject: string, wants: Wants = 'tokens'): Promise<LoggedIn> {
  const { state, callbackUrl } = await goThere(opened, subject);
  return await opened.logIn.finishOidc({ state, callbackUrl, wants }, ORIGIN);
}

function withParameter(url: string, name: string, value: string): string {
  const changed = new URL(url);
  changed.searchParams.set(name, value);
  return changed.href;
}

suite('log-in with an OpenID provider', () => {
  test('whoever is linked gets in, by issuer and subject, and is known by it afterwards', async (t) => {
    const opened = await openFederation(t);
    await addPerson(opened.parts, 'ada');
    await link(opened, 'ada', 'subject-7');
    const answer = await logInAs(opened, 'subject-7');
    assert.equal(answer.principal, 'user:ada');
    const caller = await opened.identity.authenticate({ kind: 'bearer', token: answer.accessToken }, ORIGIN);
    assert.deepEqual([caller.id, caller.methods], ['user:ada', ['oidc']]);
    assert.ok(answer.refreshToken);
    const browser = await logInAs(opened, 'subject-7', 'cookie');
    assert.ok(browser.session);
  });

  test('what is asked of the provider binds the answer: code flow, PKCE, state and nonce', async (t) => {
    const { logIn } = await openFederation(t);
    const { url, state } = await logIn.beginOidc({ provider: 'corp', redirectUri: CALLBACK }, ORIGIN);
    const asked = Object.fromEntries(new URL(url).searchParams);
    assert.equal(asked['response_type'], 'code');
    assert.equal(asked['code_challenge_method'], 'S256');
    assert.equal(asked['redirect_uri'], CALLBACK);
    for (const name of ['state', 'nonce', 'code_challenge']) assert.match(asked[name] ?? '', /^[\w-]{43}$/);
    assert.ok(!url.includes(textOf(state)), 'the secret stays at home');
    assert.deepEqual(await logIn.oidcProviders(), [{ id: 'corp', name: 'Example Corp' }]);
  });

  test('nobody gets in who is not linked, whatever name the provider gives them', async (t) => {
    const opened = await openFederation(t, { accounts: { eve: { preferred_username: 'ada' } } });
    await addPerson(opened.parts, 'ada');
    await assert.rejects(logInAs(opened, 'eve'), withCode('OIDC_NOT_LINKED'));
  });

  test('an invited user who is linked needs no password; a disabled one stays out', async (t) => {
    const opened = await openFederation(t);
    const { principals } = opened.access;
    const { id } = await principals.create({
      type: 'user',
      name: 'bob',
      state: 'invited',
      createdBy: 'local',
    });
    await link(opened, 'bob', 'b');
    assert.equal((await logInAs(opened, 'b')).principal, 'user:bob');
    assert.equal((await principals.get('user', 'bob')).state, 'active');
    await principals.setState(id, 'disabled', { endsCredentials: true });
    await assert.rejects(logInAs(opened, 'b'), withCode('AUTH_FAILED'));
  });

  test('where the rules say so somebody new becomes a user, and never takes over a name', async (t) => {
    const accounts = {
      n1: { preferred_username: 'Carla@example.org', name: 'Carla C.' },
      n2: { preferred_username: 'carla' },
      n3: { preferred_username: '../admin' },
    };
    const opened = await openFederation(t, { rules: { isOpen: true }, accounts });
    assert.equal((await logInAs(opened, 'n1')).principal, 'user:carla');
    assert.equal((await logInAs(opened, 'n1')).principal, 'user:carla');
    const { displayName, createdBy } = await opened.access.principals.get('user', 'carla');
    assert.deepEqual([displayName, createdBy], ['Carla C.', 'oidc:corp']);
    await assert.rejects(logInAs(opened, 'n2'), withCode('OIDC_NOT_LINKED'));
    await assert.rejects(logInAs(opened, 'n3'), withCode('OIDC_NOT_LINKED'));
  });

  test('groups give the roles that are mapped, until they end or the group is left', async (t) => {
    const accounts: Record<string, AccountClaims> = { d: { groups: ['ml', 'other'] } };
    const roles = [
      { group: 'ml', role: 'developer', on: parsePlace('acme') },
      { group: 'board', role: 'admin', on: parsePlace('everything') },
    ];
    const opened = await openFederation(t, { rules: { roles }, accounts });
    const user = await addPerson(opened.parts, 'dora');
    await link(opened, 'dora', 'd');
    await opened.access.grants.put({
      principal: user,
      role: 'viewer',
      on: parsePlace('lab'),
      createdBy: 'local',
    });
    await logInAs(opened, 'd');
    const held = async () =>
      (await opened.access.grants.list(user)).map(({ role, on }) => `${role} on ${on}`).toSorted();
    assert.deepEqual(await held(), ['developer on acme', 'viewer on lab']);
    pass(opened.clock, 3601);
    assert.deepEqual(await held(), ['viewer on lab']);
    await logInAs(opened, 'd');
    accounts['d'] = { groups: ['other'] };
    await logInAs(opened, 'd');
    assert.deepEqual(await held(), ['viewer on lab']);
  });

  test('where a stronger way of logging in is wanted, a weaker one does not do', async (t) => {
    for (const rules of [{ requiredAmr: ['mfa'] }, { requiredAcr: ['urn:example:strong'] }]) {
      const opened = await openFederation(t, { rules });
      await addPerson(opened.parts, 'ada');
      await link(opened, 'ada', 's');
      await assert.rejects(logInAs(opened, 's'), withCode('OIDC_FACTOR_WANTED'));
    }
  });

  test('a program gets its browser forwarded, and only it can finish', async (t) => {
    const opened = await openFederation(t);
    await addPerson(opened.parts, 'ada');
    await link(opened, 'ada', 's');
    const { state, callbackUrl } = await goThere(opened, 's', PROGRAM);
    const { url } = await opened.logIn.forwardOidc({ callbackUrl }, ORIGIN);
    assert.ok(url.startsWith(`${PROGRAM}?`));
    const stranger = secret('whoever saw the address');
    await assert.rejects(finish(opened, stranger, url), withCode('AUTH_FAILED'));
    assert.equal((await finish(opened, state, url)).principal, 'user:ada');
  });

  test('browsers come back here or to this machine, and a browser’s own log-in is forwarded to nobody', async (t) => {
    const opened = await openFederation(t);
    for (const redirectUri of [
      'https://evil.example/callback',
      `${CALLBACK}/../x`,
      'http://localhost:8000/callback',
      'http://127.0.0.1.evil.example:80/callback',
      'http://127.0.0.1:80@evil.example/callback',
    ])
      await assert.rejects(
        opened.logIn.beginOidc({ provider: 'corp', redirectUri }, ORIGIN),
        withCode('INPUT_INVALID'),
      );
    await assert.rejects(
      opened.logIn.beginOidc({ provider: 'other', redirectUri: CALLBACK }, ORIGIN),
      withCode('OIDC_PROVIDER_MISSING'),
    );
    const { callbackUrl } = await goThere(opened, 's');
    await assert.rejects(opened.logIn.forwardOidc({ callbackUrl }, ORIGIN), withCode('AUTH_FAILED'));
  });
});

async function finish({ logIn }: Opened, state: SecretBytes, callbackUrl: string): Promise<LoggedIn> {
  return await logIn.finishOidc({ state, callbackUrl, wants: 'tokens' }, ORIGIN);
}

suite('what an attacker makes of it', () => {
  const opening = async (t: TestContext): Promise<Opened> => {
    const opened = await openFederation(t);
    await addPerson(opened.parts, 'ada');
    await link(opened, 'ada', 's');
    return opened;
  };
  const refused = async (attempt: Promise<LoggedIn>): Promise<void> =>
    assert.rejects(attempt, withCode('AUTH_FAILED'));

  test('an answer is good once, also for two who come at the same moment', async (t) => {
    const opened = await opening(t);
    const { state, callbackUrl } = await goThere(opened, 's');
    const outcomes = await Promise.allSettled([
      finish(opened, state, callbackUrl),
      finish(opened, state, callbackUrl),
    ]);
    assert.deepEqual(outcomes.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected']);
    await refused(finish(opened, state, callbackUrl));
  });

  test('a code is worth nothing in another log-in than its own', async (t) => {
    const opened = await opening(t);
    const victim = await goThere(opened, 's');
    const own = await opened.logIn.beginOidc({ provider: 'corp', redirectUri: CALLBACK }, ORIGIN);
    await refused(finish(opened, own.state, victim.callbackUrl));
    const ownState = new URL(own.url).searchParams.get('state') ?? '';
    const again = await opened.logIn.beginOidc({ provider: 'corp', redirectUri: CALLBACK }, ORIGIN);
    const againState = new URL(again.url).searchParams.get('state') ?? '';
    assert.notEqual(ownState, againState);
    await refused(finish(opened, again.state, withParameter(victim.callbackUrl, 'state', againState)));
  });

  test('the answer of another issuer, or of none, is refused', async (t) => {
    const opened = await opening(t);
    const other = await goThere(opened, 's');
    await refused(
      finish(opened, other.state, withParameter(other.callbackUrl, 'iss', 'https://evil.example')),
    );
    const without = await goThere(opened, 's');
    const url = new URL(without.callbackUrl);
    url.searchParams.delete('iss');
    await refused(finish(opened, without.state, url.href));
  });

  test('an answer that is late, cut or doubled is refused', async (t) => {
    const opened = await opening(t);
    const doubled = await goThere(opened, 's');
    await refused(finish(opened, doubled.state, `${doubled.callbackUrl}&code=other`));
    const error = await goThere(opened, 's');
    await refused(finish(opened, error.state, withParameter(error.callbackUrl, 'error', 'access_denied')));
    const late = await goThere(opened, 's');
    pass(opened.clock, 601);
    await refused(finish(opened, late.state, late.callbackUrl));
    await refused(finish(opened, late.state, 'not an address'));
  });

  for (const [what, tamper] of [
    ['without a signature', (answer) => ({ ...answer, id_token: unsigned(answer) })],
    ['under an old signature', (answer) => ({ ...answer, id_token: rewritten(answer, { sub: 's' }) })],
    ['with another nonce', (answer) => signedAnew(answer, { nonce: 'other' })],
    ['without a nonce', (answer) => signedAnew(answer, { nonce: undefined })],
    ['for another client', (answer) => signedAnew(answer, { aud: 'other' })],
    ['of another issuer', (answer) => signedAnew(answer, { iss: 'https://evil.example' })],
    ['that is over', (answer) => signedAnew(answer, { exp: 1_700_000_000 })],
    ['that is missing', ({ id_token: _gone, ...answer }) => answer],
  ] as readonly (readonly [string, Tamper])[]) {
    test(`an ID token ${what} is refused`, async (t) => {
      const opened = await opening(t);
      opened.provider.tamper = tamper;
      await refused(logInAs(opened, what === 'under an old signature' ? 'eve' : 's'));
      opened.provider.tamper = (answer) => signedAnew(answer, {});
      assert.equal((await logInAs(opened, 's')).principal, 'user:ada');
    });
  }

  test('an ID token under another algorithm than the pinned one is refused', async (t) => {
    const opened = await openFederation(t, { rules: { algorithm: 'ES256' } });
    await addPerson(opened.parts, 'ada');
    await link(opened, 'ada', 's');
    await refused(logInAs(opened, 's'));
  });

  test('a wrong secret of the client lets nobody in, and a provider that calls itself otherwise is not used', async (t) => {
    const wrong = await openFederation(t, {
      rules: { clientSecret: () => Promise.resolve(secret('wrong')) },
    });
    await link(wrong, 'ada', 's');
    await refused(logInAs(wrong, 's'));
    const other = await openFederation(t);
    const { port } = new URL(other.provider.issuer);
    const misnamed = await openFederation(t, { rules: { issuer: `https://localhost:${port}/` } });
    await assert.rejects(
      misnamed.logIn.beginOidc({ provider: 'corp', redirectUri: CALLBACK }, ORIGIN),
      withCode('NETWORK_HOST_NOT_ALLOWED'),
    );
  });
});

function partsOf(answer: Record<string, unknown>): [string, Record<string, unknown>, string] {
  const [header = '', payload = '', signature = ''] = String(answer['id_token']).split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
  return [header, claims, signature];
}

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

function unsigned(answer: Record<string, unknown>): string {
  const [, claims] = partsOf(answer);
  return `${encoded({ alg: 'none' })}.${encoded(claims)}.`;
}

/** Other claims under the old signature: what somebody can do who has no key. */
function rewritten(answer: Record<string, unknown>, claims: Record<string, unknown>): string {
  const [header, before, signature] = partsOf(answer);
  return `${header}.${encoded({ ...before, ...claims })}.${signature}`;
}

/** Other claims under a good signature: what only the checks of the claims themselves can find. */
async function signedAnew(
  answer: Record<string, unknown>,
  claims: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  const [, before] = partsOf(answer);
  return { ...answer, id_token: await signAsProvider({ ...before, ...claims }) };
}
