import assert from 'node:assert/strict';
import { createServer } from 'node:https';
import { suite, type TestContext, test } from 'node:test';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { createFederation } from '../../src/access/index.ts';
import { parsePrincipalId, type WorkloadRule } from '../../src/api/index.ts';
import { fetchTo } from '../kit/openid-provider.ts';
import { fixture, listen } from '../network/local-server.ts';
import { withCode } from '../storage/temporary-folder.ts';
import { give, seal } from './access-kit.ts';
import { ORIGIN, openIdentity, pass, secret } from './identity-kit.ts';

const GITHUB = 'https://token.actions.githubusercontent.com';
const AUDIENCE = 'https://strongroom.example';
const CLAIMS = { repository_id: '42', ref: 'refs/heads/main' };

const keys = await generateKeyPair('ES256', { extractable: true });
const otherKeys = await generateKeyPair('ES256', { extractable: true });
const jwk: JWK = { ...(await exportJWK(keys.publicKey)), kid: 'k1', alg: 'ES256' };
const KEYS = JSON.stringify({ keys: [jwk] });

async function open(t: TestContext, port = 1) {
  const home = await openIdentity(t);
  const { parts, catalogue, clock } = home;
  const federation = createFederation({
    catalogue,
    seal,
    identity: parts,
    providers: [],
    fetchDocument: fetchTo(port),
    serverUrl: AUDIENCE,
    roleSeconds: 3600,
    now: () => clock.now,
  });
  const set = (rule: Partial<WorkloadRule> = {}) =>
    federation.rules.set({
      name: 'ci',
      issuer: GITHUB,
      audience: AUDIENCE,
      claims: CLAIMS,
      keys: KEYS,
      createdBy: 'user:ada',
      ...rule,
    });
  const exchange = (token: string, rule?: string) =>
    federation.logIn.exchangeWorkloadToken(
      { token: secret(token), ...(rule === undefined ? {} : { rule }) },
      ORIGIN,
    );
  let count = 0;
  const token = (
    claims: Record<string, unknown> = {},
    header: Record<string, unknown> = {},
    key = keys.privateKey,
  ) => {
    const iat = Math.floor(clock.now.getTime() / 1000);
    const payload = {
      iss: GITHUB,
      aud: AUDIENCE,
      sub: 'repo:acme/app:ref:refs/heads/main',
      ...CLAIMS,
      iat,
      exp: iat + 300,
      jti: `t${count++}`,
      ...claims,
    };
    return new SignJWT(payload)
      .setProtectedHeader({ alg: 'ES256', kid: 'k1', typ: 'JWT', ...header })
      .sign(key);
  };
  return { ...home, federation, set, exchange, token };
}

suite('a token of another identity provider', () => {
  test('lets a program in as the workload of the rule that it fits, for ten minutes at most', async (t) => {
    const { set, exchange, token, identity, access } = await open(t);
    const rule = await set({ tokenSeconds: 300 });
    assert.deepEqual(rule.warnings, []);
    await give(access, 'workload:ci', 'viewer on acme');
    const answer = await exchange(await token());
    assert.deepEqual(
      [answer.principal, answer.accessSeconds, answer.refreshToken],
      ['workload:ci', 300, undefined],
    );
    const caller = await identity.authenticate({ kind: 'bearer', token: answer.accessToken }, ORIGIN);
    assert.deepEqual([caller.type, caller.id, caller.methods], ['workload', 'workload:ci', ['workload']]);
  });

  test('is worth nothing after the rule changed or went, nor is what it gave', async (t) => {
    const { set, exchange, token, identity, federation } = await open(t);
    await set();
    const first = await exchange(await token());
    const asks = () => identity.authenticate({ kind: 'bearer', token: first.accessToken }, ORIGIN);
    await asks();
    await set({ claims: { ...CLAIMS, environment: 'prod' } });
    await assert.rejects(asks(), withCode('AUTH_FAILED'));
    await assert.rejects(exchange(await token()), withCode('AUTH_FAILED'));
    const second = await exchange(await token({ environment: 'prod' }));
    await federation.rules.remove('ci');
    await assert.rejects(
      identity.authenticate({ kind: 'bearer', token: second.accessToken }, ORIGIN),
      withCode('AUTH_FAILED'),
    );
    await assert.rejects(set(), withCode('WORKLOAD_RULE_EXISTS'));
    await assert.rejects(federation.rules.remove('ci'), withCode('WORKLOAD_RULE_MISSING'));
  });

  test('is taken once, by one of all who show it, unless the rule says otherwise', async (t) => {
    const { set, exchange, token } = await open(t);
    await set();
    const shown = await token();
    const outcomes = await Promise.allSettled([1, 2, 3, 4].map(() => exchange(shown)));
    assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
    const nameless = await token({ jti: undefined });
    await exchange(nameless);
    await assert.rejects(exchange(nameless), withCode('AUTH_FAILED'));
    await set({ isReusable: true });
    const mounted = await token();
    await exchange(mounted);
    await exchange(mounted);
  });

  test('is refused when anything about it is not as bound', async (t) => {
    const { set, exchange, token, clock } = await open(t);
    await set();
    const iat = Math.floor(clock.now.getTime() / 1000);
    const wrong: readonly (readonly [string, Promise<string>])[] = [
      ['another audience', token({ aud: 'https://other.example' })],
      ['two audiences', token({ aud: [AUDIENCE, 'https://other.example'] })],
      ['another issuer', token({ iss: 'https://evil.example' })],
      ['a claim with another value', token({ repository_id: '43' })],
      ['a claim that is missing', token({ ref: undefined })],
      ['expired', token({ iat: iat - 600, exp: iat - 60 })],
      ['not yet valid', token({ nbf: iat + 120 })],
      ['from the future', token({ iat: iat + 120 })],
      ['without an end', token({ exp: undefined })],
      ['without a beginning', token({ iat: undefined })],
      ['a year long', token({ exp: iat + 365 * 86_400 })],
      ['another key', token({}, {}, otherKeys.privateKey)],
      ['another type', token({}, { typ: 'at+jwt' })],
      ['a key of its own', token({}, { jwk })],
      ['an address of keys', token({}, { jku: 'https://evil.example/keys' })],
      ['an unknown key', token({}, { kid: 'k2' })],
    ];
    for (const [what, made] of wrong)
      await assert.rejects(exchange(await made), withCode('AUTH_FAILED'), what);
    await exchange(await token());
  });

  test('is refused when it is written in a way that readers could differ about', async (t) => {
    const { set, exchange, token } = await open(t);
    await set();
    const [header = '', payload = '', signature = ''] = (await token()).split('.');
    const encode = (text: string): string => Buffer.from(text).toString('base64url');
    const none = encode('{"alg":"none"}');
    const hmac = encode('{"alg":"HS256","kid":"k1"}');
    const claims = Buffer.from(payload, 'base64url').toString();
    const twice = encode(`{"repository_id":"42",${claims.slice(1)}`);
    for (const text of [
      `${none}.${payload}.`,
      `${none}.${payload}.${signature}`,
      `${hmac}.${payload}.${signature}`,
      `${header}.${twice}.${signature}`,
      `${header}.${payload}`,
      `${header}.${payload}.${signature}.x`,
      `${header}.${payload}=.${signature}`,
      '',
      'x'.repeat(20_000),
    ])
      await assert.rejects(exchange(text), withCode('AUTH_FAILED'), text.slice(0, 40));
  });

  test('that fits two rules must say which; one that is named alone counts', async (t) => {
    const { set, exchange, token } = await open(t);
    await set();
    await set({ name: 'deploy', claims: { repository_id: '42' } });
    await assert.rejects(exchange(await token()), withCode('WORKLOAD_RULE_UNCLEAR'));
    assert.equal((await exchange(await token(), 'deploy')).principal, 'workload:deploy');
    await assert.rejects(exchange(await token(), 'other'), withCode('AUTH_FAILED'));
  });
});

suite('keys of an issuer', () => {
  async function issuer(t: TestContext, changes: { issuer?: string; jwks?: string } = {}) {
    const asked: string[] = [];
    const state = { keys: [jwk], isDown: false };
    const server = createServer(
      { key: fixture('server-key.pem'), cert: fixture('localhost.pem') },
      (request, response) => {
        asked.push(request.url ?? '');
        if (state.isDown) response.writeHead(503).end();
        else if (request.url === '/jwks') response.end(JSON.stringify({ keys: state.keys }));
        else
          response.end(
            JSON.stringify({ issuer: changes.issuer ?? own, jwks_uri: changes.jwks ?? `${own}/jwks` }),
          );
      },
    );
    const port = await listen(t, server);
    const own = `https://localhost:${port}`;
    const opened = await open(t, port);
    const { keys: _keys, ...rule } = { keys: undefined, issuer: own, claims: { sub: 'job-7' } };
    await opened.federation.rules.set({ name: 'ci', audience: AUDIENCE, createdBy: 'local', ...rule });
    const show = async (header = {}, key = keys.privateKey) =>
      opened.exchange(await opened.token({ iss: own, sub: 'job-7' }, header, key));
    return { ...opened, asked, state, show };
  }

  test('are found by its discovery document and kept', async (t) => {
    const { show, asked } = await issuer(t);
    await show();
    await show();
    assert.deepEqual(asked, ['/.well-known/openid-configuration', '/jwks']);
    await assert.rejects(show({ kid: 'k9' }, otherKeys.privateKey), withCode('AUTH_FAILED'));
    await assert.rejects(show({ kid: 'k8' }, otherKeys.privateKey), withCode('AUTH_FAILED'));
    assert.equal(asked.length, 2, 'unknown keys do not make a server ask again and again');
  });

  test('an issuer that is down is left alone for half a minute', async (t) => {
    const { show, asked, state, clock } = await issuer(t);
    state.isDown = true;
    for (const _try of [1, 2, 3]) await assert.rejects(show(), withCode('ISSUER_UNFIT'));
    assert.equal(asked.length, 1);
    state.isDown = false;
    pass(clock, 31);
    assert.equal((await show()).principal, 'workload:ci');
  });

  test('an issuer that calls itself otherwise, or keeps its keys with others, is not used', async (t) => {
    const named = await issuer(t, { issuer: 'https://evil.example' });
    await assert.rejects(named.show(), withCode('ISSUER_UNFIT'));
    const elsewhere = await issuer(t, { jwks: 'https://169.254.169.254/keys' });
    await assert.rejects(elsewhere.show(), withCode('NETWORK_HOST_NOT_ALLOWED'));
  });
});

suite('rules', () => {
  const cases: readonly (readonly [string, Partial<WorkloadRule>, 'fine' | 'warns' | 'wide' | 'invalid'])[] =
    [
      ['the id of a repository and a branch', { claims: CLAIMS }, 'fine'],
      ['the name of a repository', { claims: { repository: 'acme/app', ref: 'refs/heads/main' } }, 'warns'],
      ['every run of a repository', { claims: { repository_id: '42' } }, 'warns'],
      ['a subject with its owner', { claims: { sub: 'repo:acme/*:environment:prod' } }, 'warns'],
      ['only a branch', { claims: { ref: 'refs/heads/main' } }, 'wide'],
      ['only an environment', { claims: { environment: 'production' } }, 'wide'],
      ['any repository', { claims: { repository: '*' } }, 'wide'],
      ['any repository of a name', { claims: { repository: '*/app' } }, 'wide'],
      ['any subject', { claims: { sub: 'repo:*' } }, 'wide'],
      ['a pattern for an id', { claims: { repository_id: '4*' } }, 'wide'],
      [
        'a service account',
        { issuer: 'https://kube.example', claims: { sub: 'system:serviceaccount:ml:trainer' } },
        'fine',
      ],
      [
        'all of a namespace',
        { issuer: 'https://kube.example', claims: { sub: 'system:serviceaccount:ml:*' } },
        'wide',
      ],
      [
        'a pod alone',
        { issuer: 'https://kube.example', claims: { 'kubernetes.io.namespace': 'ml' } },
        'wide',
      ],
      [
        'a project of GitLab',
        { issuer: 'https://gitlab.com', claims: { project_id: '7', ref: 'main' } },
        'fine',
      ],
      ['a path of GitLab', { issuer: 'https://gitlab.com', claims: { project_path: 'acme/app' } }, 'warns'],
      [
        'protected branches of GitLab',
        { issuer: 'https://gitlab.com', claims: { ref_protected: 'true' } },
        'wide',
      ],
      [
        'a subject elsewhere',
        { issuer: 'https://id.example', claims: { sub: 'spiffe://acme/trainer' } },
        'fine',
      ],
      ['any subject elsewhere', { issuer: 'https://id.example', claims: { sub: '*' } }, 'wide'],
      ['nothing', { claims: {} }, 'invalid'],
      ['its own issuer', { claims: { ...CLAIMS, iss: GITHUB } }, 'invalid'],
      ['an issuer without https', { issuer: 'http://id.example' }, 'invalid'],
      ['no audience', { audience: '' }, 'invalid'],
      ['an hour', { tokenSeconds: 3600 }, 'invalid'],
      ['a private key', { keys: JSON.stringify({ keys: [{ ...jwk, d: 'AAAA' }] }) }, 'invalid'],
      ['a shared key', { keys: JSON.stringify({ keys: [{ kty: 'oct', k: 'AAAA' }] }) }, 'invalid'],
      ['keys that are none', { keys: '{"keys":[]}' }, 'invalid'],
    ];
  for (const [what, rule, verdict] of cases) {
    test(`one that binds ${what}: ${verdict}`, async (t) => {
      const { set } = await open(t);
      if (verdict === 'wide') return assert.rejects(set(rule), withCode('WORKLOAD_RULE_WIDE'));
      if (verdict === 'invalid') return assert.rejects(set(rule), withCode('WORKLOAD_RULE_INVALID'));
      assert.equal((await set(rule)).warnings.length > 0, verdict === 'warns');
    });
  }

  test('claims are matched whole, in lists and inside others, and a star crosses no colon', async (t) => {
    const { set, exchange, token } = await open(t);
    const id = 'https://kube.example';
    const bound = {
      sub: 'system:serviceaccount:ml:train-*',
      'kubernetes.io.serviceaccount.uid': 'u-1',
      groups: 'builders',
      'https://acme.example/tag.release': 'true',
    };
    await set({ issuer: id, claims: bound });
    const good = {
      iss: id,
      sub: 'system:serviceaccount:ml:train-7',
      'kubernetes.io': { serviceaccount: { uid: 'u-1' } },
      groups: ['others', 'builders'],
      'https://acme.example/tag': { release: true },
    };
    await exchange(await token(good));
    for (const bad of [
      { sub: 'system:serviceaccount:ml:train-7:x' },
      { sub: 'system:serviceaccount:ml:retrain-7' },
      { sub: 'xsystem:serviceaccount:ml:train-7' },
      { 'kubernetes.io': { serviceaccount: { uid: 'u-12' } } },
      { 'kubernetes.io': { serviceaccount: { uid: 'u-1' } }, 'kubernetes.io.serviceaccount': { uid: 'u-1' } },
      { groups: ['builders2'] },
      { groups: { builders: true } },
      { 'https://acme.example/tag': { release: 'TRUE' } },
    ])
      await assert.rejects(
        exchange(await token({ ...good, ...bad })),
        withCode('AUTH_FAILED'),
        JSON.stringify(bad),
      );
  });

  test('a principal that was made for a rule which was not finished does not block it', async (t) => {
    const { set, access } = await open(t);
    await access.principals.create({ type: 'workload', name: 'ci', state: 'active', createdBy: 'local' });
    await set();
    assert.equal((await access.principals.find(parsePrincipalId('workload:ci')))?.state, 'active');
  });
});
