// Who may use which credential from where: bearer tokens, session cookies, and pages of other sites.
import assert from 'node:assert/strict';
import { before, suite, test } from 'node:test';
import { utf8Text } from '../../src/bytes/index.ts';
import { type Answer, type Call, type ServedHome, serveHome } from './server-kit.ts';

const PASSWORD = 'violet tundra mosaic 4711 lantern';

suite('credentials', () => {
  let served: ServedHome;
  let cookie: string;
  let origin: string;
  const cleanUp: (() => Promise<void> | void)[] = [];

  const logIn = (more: Call = {}, wants = 'cookie'): Promise<Answer> =>
    served.call('/api/v1/log-in', {
      method: 'POST',
      json: { name: 'ada', password: PASSWORD, wants },
      ...more,
    });

  before(async () => {
    served = await serveHome({ after: (work) => void cleanUp.push(work as () => Promise<void>) });
    const token = utf8Text(served.serving.bootstrapToken!.expose())!;
    const made = await served.call('/api/v1/bootstrap', {
      method: 'POST',
      json: { token, name: 'ada', password: PASSWORD },
    });
    assert.equal(made.status, 200, made.text);
    origin = `https://localhost:${served.port}`;
    cookie = cookieOf(await logIn());
  });
  test.after(async () => {
    for (const work of cleanUp.reverse()) await work();
  });

  function cookieOf(answer: Answer): string {
    const set = [answer.headers['set-cookie'] ?? []]
      .flat()
      .find((line) => line.startsWith('__Host-strongroom='));
    assert.ok(set, answer.text);
    return set.split(';', 1)[0]!;
  }

  test('a session is in a cookie that no script can read, and no token stands in the answer', async () => {
    const answer = await logIn();
    const [set = ''] = [answer.headers['set-cookie'] ?? []].flat();
    for (const attribute of ['Path=/', 'Secure', 'HttpOnly', 'SameSite=Strict'])
      assert.ok(set.includes(attribute));
    assert.deepEqual(Object.keys(answer.json).sort(), ['accessSeconds', 'kind', 'principal']);
  });

  test('tokens are in the answer where they are asked for, and no cookie is set', async () => {
    const answer = await logIn({}, 'tokens');
    assert.match(String(answer.json['accessToken']), /^eyJ/);
    assert.equal(answer.headers['set-cookie'], undefined);
  });

  const write = (headers: Record<string, string>, more: Call = {}): Promise<Answer> =>
    served.call('/api/v1/roles/reader', {
      method: 'PUT',
      json: { permissions: ['model:read'] },
      headers: { cookie, ...headers },
      ...more,
    });

  const MATRIX: readonly (readonly [what: string, headers: Record<string, string>, status: number])[] = [
    ['from the server’s own page', { 'sec-fetch-site': 'same-origin', 'x-csrf': '1' }, 200],
    ['without a word of where from', { 'x-csrf': '1' }, 403],
    ['from a page of another site', { 'sec-fetch-site': 'cross-site', 'x-csrf': '1' }, 403],
    ['from a page of a sibling', { 'sec-fetch-site': 'same-site', 'x-csrf': '1' }, 403],
    ['typed into the address bar', { 'sec-fetch-site': 'none', 'x-csrf': '1' }, 403],
    ['without the header that a form cannot send', { 'sec-fetch-site': 'same-origin' }, 403],
    ['with the origin of another site', { origin: 'https://evil.example', 'x-csrf': '1' }, 403],
    ['with an origin of nobody', { origin: 'null', 'x-csrf': '1' }, 403],
    [
      'from a page of another site that claims an origin',
      { 'sec-fetch-site': 'same-origin', origin: 'https://evil.example', 'x-csrf': '1' },
      403,
    ],
  ];
  for (const [what, headers, status] of MATRIX) {
    test(`a change with a session cookie ${what} gives ${status}`, async () => {
      const answer = await write(headers);
      assert.equal(answer.status, status, answer.text);
      if (status === 403) assert.equal(answer.json['code'], 'CROSS_SITE_REFUSED');
    });
  }

  test('an older browser is known by its origin', async () => {
    assert.equal((await write({ origin, 'x-csrf': '1' })).status, 200);
  });

  test('with a session cookie nothing but JSON is taken', async () => {
    const answer = await served.call('/api/v1/roles/reader', {
      method: 'PUT',
      body: '{"permissions":[]}',
      headers: { cookie, 'sec-fetch-site': 'same-origin', 'x-csrf': '1', 'content-type': 'text/plain' },
    });
    assert.deepEqual([answer.status, answer.json['code']], [403, 'CROSS_SITE_REFUSED']);
  });

  test('reading with a session cookie is for the server’s own pages and the address bar', async () => {
    const read = (site: string) =>
      served
        .call('/api/v1/account', { headers: { cookie, 'sec-fetch-site': site } })
        .then(({ status }) => status);
    assert.deepEqual(
      await Promise.all(['same-origin', 'none', 'same-site', 'cross-site'].map(read)),
      [200, 200, 403, 403],
    );
  });

  test('pages of other sites cannot log anybody in', async () => {
    assert.equal((await logIn({ headers: { origin: 'https://evil.example' } })).status, 403);
    assert.equal((await logIn({ headers: { 'sec-fetch-site': 'cross-site' } })).status, 403);
  });

  test('a bearer token and a session cookie together are refused, and so are two of a kind', async () => {
    const token = await served.tokenOf('viewer');
    const both = await served.call('/api/v1/account', { token, headers: { cookie } });
    assert.deepEqual([both.status, both.json['code']], [400, 'CREDENTIALS_AMBIGUOUS']);
    const twice = await served.call('/api/v1/account', { headers: { cookie: `${cookie}; ${cookie}` } });
    assert.deepEqual([twice.status, twice.json['code']], [400, 'CREDENTIALS_AMBIGUOUS']);
  });

  test('a revoked token is refused at the very next call', async () => {
    const token = await served.tokenOf('viewer');
    assert.equal((await served.call('/api/v1/models', { token })).status, 200);
    await served.withOwner(async (api) => {
      const [known] = await api.tokens.list({ owner: (await api.serviceAccounts.list()).at(-1)!.id });
      await api.tokens.revoke({ id: known!.id });
    });
    const refused = await served.call('/api/v1/models', { token });
    assert.deepEqual([refused.status, refused.json['code']], [401, 'AUTH_FAILED']);
  });

  test('logging out ends the session and takes the cookie', async () => {
    const own = cookieOf(await logIn());
    const headers = { cookie: own, 'sec-fetch-site': 'same-origin', 'x-csrf': '1' };
    const out = await served.call('/api/v1/log-out', { method: 'POST', headers });
    assert.equal(out.status, 204, out.text);
    assert.match(String(out.headers['set-cookie']), /Max-Age=0/);
    assert.ok(out.headers['clear-site-data']);
    assert.equal((await served.call('/api/v1/account', { headers: { cookie: own } })).status, 401);
  });

  test('no secret stands in the log', () => {
    const log = served.logLines.join('');
    assert.ok(log.length > 0);
    assert.doesNotMatch(log, /violet tundra|eyJ|sr[spb]_[0-9A-Za-z]{20}/);
  });
});
