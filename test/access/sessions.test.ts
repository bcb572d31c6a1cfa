import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LoggedIn, LogInAnswer, Wants } from '../../src/api/index.ts';
import type { SecretBytes } from '../../src/bytes/index.ts';
import { withCode } from '../storage/temporary-folder.ts';
import { give, meddle } from './access-kit.ts';
import { addPerson, ORIGIN, openIdentity, PASSWORD, pass, secret, textOf } from './identity-kit.ts';

type Opened = Awaited<ReturnType<typeof openIdentity>>;

function loggedIn(answer: LogInAnswer): LoggedIn {
  if (answer.kind !== 'logged-in') throw new assert.AssertionError({ message: 'a second factor is wanted' });
  return answer;
}

const logIn = async ({ identity }: Pick<Opened, 'identity'>, wants: Wants, device?: string) =>
  loggedIn(
    await identity.logIn(
      { name: 'ada', password: secret(PASSWORD), wants },
      { ...ORIGIN, ...(device === undefined ? {} : { device }) },
    ),
  );
const cookieOf = ({ session }: LoggedIn): SecretBytes => session?.token ?? secret('');
const refreshOf = ({ refreshToken }: LoggedIn): SecretBytes => refreshToken ?? secret('');
const byCookie = ({ identity }: Pick<Opened, 'identity'>, token: SecretBytes) =>
  identity.authenticate({ kind: 'session', token }, ORIGIN);
const byToken = ({ identity }: Pick<Opened, 'identity'>, token: SecretBytes) =>
  identity.authenticate({ kind: 'bearer', token }, ORIGIN);
const REFUSED = withCode('AUTH_FAILED');

test('a browser is logged out after half an hour without a call, and calls put that off', async (t) => {
  const opened = await openIdentity(t);
  await addPerson(opened.parts, 'ada');
  const token = cookieOf(await logIn(opened, 'cookie'));
  for (let call = 0; call < 5; call++) {
    pass(opened.clock, 29 * 60);
    assert.equal((await byCookie(opened, token)).id, 'user:ada');
  }
  pass(opened.clock, 31 * 60);
  await assert.rejects(byCookie(opened, token), REFUSED);
});

test('a browser that is busy in one process does not idle in another', async (t) => {
  const opened = await openIdentity(t);
  const other = await opened.again();
  await addPerson(opened.parts, 'ada');
  const token = cookieOf(await logIn(opened, 'cookie'));
  await byCookie(other, token);
  for (let call = 0; call < 3; call++) {
    pass(opened.clock, 25 * 60);
    await byCookie(opened, token);
  }
  assert.equal((await byCookie(other, token)).id, 'user:ada');
});

test('a browser is logged out after twelve hours whatever it does, an administrator’s after eight', async (t) => {
  for (const [hours, grants] of [
    [12, []],
    [8, ['admin on everything']],
  ] as const) {
    const opened = await openIdentity(t);
    await addPerson(opened.parts, 'ada');
    for (const grant of grants) await give(opened.access, 'user:ada', grant);
    const token = cookieOf(await logIn(opened, 'cookie'));
    for (let minutes = 0; minutes < hours * 60 - 14; minutes += 14) {
      await byCookie(opened, token);
      pass(opened.clock, 14 * 60);
    }
    await byCookie(opened, token);
    pass(opened.clock, 14 * 60);
    await assert.rejects(byCookie(opened, token), REFUSED);
  }
});

test('every log-in has a new session, and only a MAC of its cookie is kept', async (t) => {
  const opened = await openIdentity(t);
  await addPerson(opened.parts, 'ada');
  const one = cookieOf(await logIn(opened, 'cookie'));
  const two = cookieOf(await logIn(opened, 'cookie'));
  assert.notEqual(textOf(one), textOf(two));
  assert.equal(Buffer.from(textOf(one), 'base64url').length, 32);
  const { DatabaseSync } = await import('node:sqlite');
  const database = new DatabaseSync(opened.path, { readOnly: true });
  const dump = JSON.stringify(database.prepare('select * from documents').all());
  database.close();
  for (const kept of [one, two]) assert.equal(dump.includes(textOf(kept)), false);
});

test('logging out ends cookie, access token and refresh token at the next call, in every process', async (t) => {
  const opened = await openIdentity(t);
  const other = await opened.again();
  await addPerson(opened.parts, 'ada');
  const browser = await logIn(opened, 'cookie');
  const program = await logIn(opened, 'tokens');
  const caller = await byCookie(other, cookieOf(browser));
  await byToken(other, program.accessToken);
  await opened.identity.logOut(await byToken(opened, program.accessToken));
  await assert.rejects(byToken(other, program.accessToken), REFUSED);
  await assert.rejects(other.identity.refresh({ refreshToken: refreshOf(program) }, ORIGIN), REFUSED);
  await byCookie(other, cookieOf(browser));
  await opened.identity.logOut(caller);
  await assert.rejects(byCookie(other, cookieOf(browser)), REFUSED);
  await assert.rejects(byToken(other, browser.accessToken), REFUSED);
});

test('a disabled user is refused at the next call, and old log-ins stay dead when enabled again', async (t) => {
  const opened = await openIdentity(t);
  const other = await opened.again();
  const ada = await addPerson(opened.parts, 'ada');
  const program = await logIn(opened, 'tokens');
  await byToken(other, program.accessToken);
  await opened.access.principals.setState(ada, 'disabled', { endsCredentials: true });
  await assert.rejects(byToken(other, program.accessToken), REFUSED);
  await assert.rejects(logIn(opened, 'tokens'), REFUSED);
  await opened.access.principals.setState(ada, 'active');
  await assert.rejects(byToken(other, program.accessToken), REFUSED);
  await assert.rejects(other.identity.refresh({ refreshToken: refreshOf(program) }, ORIGIN), REFUSED);
  await byToken(other, (await logIn(opened, 'tokens')).accessToken);
});

test('a session that somebody writes into the database is none', async (t) => {
  const opened = await openIdentity(t);
  await addPerson(opened.parts, 'ada');
  await addPerson(opened.parts, 'eve');
  const token = cookieOf(await logIn(opened, 'cookie'));
  meddle(
    opened.path,
    `update documents set content = replace(content, 'user:ada', 'user:eve') where collection = 'sessions'`,
  );
  await assert.rejects(byCookie(opened, token), withCode('CATALOGUE_DAMAGED'));
});

test('a token of another kind is no credential of a request', async (t) => {
  const opened = await openIdentity(t);
  await addPerson(opened.parts, 'ada');
  const program = await logIn(opened, 'tokens');
  const browser = await logIn(opened, 'cookie');
  await assert.rejects(byToken(opened, refreshOf(program)), REFUSED);
  await assert.rejects(byToken(opened, cookieOf(browser)), REFUSED);
  await assert.rejects(byCookie(opened, program.accessToken), REFUSED);
  await assert.rejects(opened.identity.refresh({ refreshToken: program.accessToken }, ORIGIN), REFUSED);
});

test('a refresh token is good once; used again it ends the whole session', async (t) => {
  const opened = await openIdentity(t);
  await addPerson(opened.parts, 'ada');
  const first = await logIn(opened, 'tokens');
  const second = await opened.identity.refresh({ refreshToken: refreshOf(first) }, ORIGIN);
  await byToken(opened, second.accessToken);
  await assert.rejects(opened.identity.refresh({ refreshToken: refreshOf(first) }, ORIGIN), REFUSED);
  await assert.rejects(opened.identity.refresh({ refreshToken: refreshOf(second) }, ORIGIN), REFUSED);
  await assert.rejects(byToken(opened, second.accessToken), REFUSED);
  assert.deepEqual(opened.events, [{ kind: 'refresh-token-reused', principal: 'user:ada' }]);
});

test('the device that logged in may ask again within ten seconds when the answer got lost', async (t) => {
  const opened = await openIdentity(t);
  await addPerson(opened.parts, 'ada');
  const first = await logIn(opened, 'tokens');
  const origin = { ...ORIGIN, device: first.device ?? '' };
  const again = () => opened.identity.refresh({ refreshToken: refreshOf(first) }, origin);
  const lost = await again();
  pass(opened.clock, 9);
  const second = await again();
  assert.equal(textOf(lost.refreshToken), textOf(second.refreshToken));
  await opened.identity.refresh({ refreshToken: refreshOf(second) }, origin);
  // The successor was used: whoever comes with its parent now is somebody else.
  await assert.rejects(again(), REFUSED);
  assert.equal(opened.events.length, 1);
});

test('after ten seconds, or from another device, asking again is theft', async (t) => {
  for (const { seconds, device } of [
    { seconds: 11, device: 'own' },
    { seconds: 1, device: 'none' },
    { seconds: 1, device: 'x'.repeat(64) },
  ]) {
    const opened = await openIdentity(t);
    await addPerson(opened.parts, 'ada');
    const first = await logIn(opened, 'tokens');
    const own = { ...ORIGIN, device: first.device ?? '' };
    const second = await opened.identity.refresh({ refreshToken: refreshOf(first) }, own);
    pass(opened.clock, seconds);
    const origin = device === 'own' ? own : device === 'none' ? ORIGIN : { ...ORIGIN, device };
    await assert.rejects(opened.identity.refresh({ refreshToken: refreshOf(first) }, origin), REFUSED);
    await assert.rejects(opened.identity.refresh({ refreshToken: refreshOf(second) }, own), REFUSED);
  }
});

for (const [who, knowsDevice] of [
  ['the same device', true],
  ['who knows where', false],
] as const) {
  test(`of fifty refreshes at once from ${who} one family is left, or none`, async (t) => {
    const opened = await openIdentity(t);
    const other = await opened.again();
    await addPerson(opened.parts, 'ada');
    const first = await logIn(opened, 'tokens');
    const origin = knowsDevice ? { ...ORIGIN, device: first.device ?? '' } : ORIGIN;
    const answers = await Promise.allSettled(
      Array.from({ length: 50 }, (_, at) =>
        (at % 2 === 0 ? opened : other).identity.refresh({ refreshToken: refreshOf(first) }, origin),
      ),
    );
    const given = answers.filter((answer) => answer.status === 'fulfilled').map(({ value }) => value);
    for (const answer of answers) {
      if (answer.status === 'rejected') assert.equal((answer.reason as { code: string }).code, 'AUTH_FAILED');
    }
    const successors = new Set(given.map(({ refreshToken }) => textOf(refreshToken)));
    assert.ok(successors.size <= 1, `${successors.size} families`);
    const isAlive = (await opened.parts.sessions.list('user:ada')).length === 1;
    // The device that asks fifty times is served fifty times; of strangers, two are one too many.
    assert.equal(isAlive, knowsDevice);
    if (knowsDevice) assert.equal(given.length, 50);
    for (const { accessToken, refreshToken } of given) {
      if (isAlive) await byToken(other, accessToken);
      else await assert.rejects(byToken(other, accessToken), REFUSED);
      if (!isAlive)
        await assert.rejects(
          other.identity.refresh({ refreshToken: refreshToken ?? secret('') }, ORIGIN),
          REFUSED,
        );
    }
  });
}

test('a session ends when its time is over, also for programs that keep refreshing', async (t) => {
  const opened = await openIdentity(t);
  await addPerson(opened.parts, 'ada');
  let current = await logIn(opened, 'tokens');
  for (let hour = 0; hour < 23; hour++) {
    pass(opened.clock, 3600);
    current = await opened.identity.refresh({ refreshToken: refreshOf(current) }, ORIGIN);
  }
  pass(opened.clock, 3595);
  current = await opened.identity.refresh({ refreshToken: refreshOf(current) }, ORIGIN);
  assert.equal(current.accessSeconds, 5);
  pass(opened.clock, 6);
  await assert.rejects(opened.identity.refresh({ refreshToken: refreshOf(current) }, ORIGIN), REFUSED);
});

test('the hundred-and-first session ends the oldest', async (t) => {
  const opened = await openIdentity(t);
  const ada = await addPerson(opened.parts, 'ada');
  const first = cookieOf(await logIn(opened, 'cookie'));
  for (let more = 0; more < 100; more++) {
    pass(opened.clock, 1);
    await opened.parts.logIns.begin({ user: ada, methods: ['pwd'], wants: 'cookie' }, ORIGIN);
  }
  await assert.rejects(byCookie(opened, first), REFUSED);
  assert.equal((await opened.parts.sessions.list(ada)).length, 100);
});
