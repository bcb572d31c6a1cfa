import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Secret, TOTP } from 'otpauth';
import type { FactorWanted, LogInAnswer, PrincipalId } from '../../src/api/index.ts';
import { withCode } from '../storage/temporary-folder.ts';
import { addPerson, ORIGIN, openIdentity, PASSWORD, pass, secret, textOf } from './identity-kit.ts';

type Opened = Awaited<ReturnType<typeof openIdentity>>;
const REFUSED = withCode('AUTH_FAILED');

/** A user with an authenticator app, and the app. */
async function withApp(opened: Opened) {
  const { parts, clock } = opened;
  const user = await addPerson(parts, 'ada');
  const uri = textOf(await parts.totp.begin(user, 'ada'));
  const app = new TOTP({
    secret: Secret.fromBase32(new URL(uri).searchParams.get('secret') ?? ''),
    digits: 6,
    period: 30,
    algorithm: 'SHA1',
  });
  const code = (secondsAway = 0) => app.generate({ timestamp: clock.now.getTime() + secondsAway * 1000 });
  const { shown, kept } = parts.recovery.make(user);
  await parts.totp.confirm(user, code(), kept);
  pass(clock, 60);
  return { user, uri, code, recoveryCodes: shown };
}

const logIn = ({ identity }: Opened): Promise<LogInAnswer> =>
  identity.logIn({ name: 'ada', password: secret(PASSWORD), wants: 'tokens' }, ORIGIN);

async function challenge(opened: Opened): Promise<FactorWanted> {
  const answer = await logIn(opened);
  if (answer.kind !== 'factor-wanted') throw new assert.AssertionError({ message: 'no factor is wanted' });
  return answer;
}

/** Six digits are a code of the app, anything longer is a recovery code. */
const give = ({ identity }: Pick<Opened, 'identity'>, wanted: FactorWanted, code: string) =>
  identity.giveFactor(
    {
      challenge: wanted.challenge,
      factor: code.length === 6 ? 'totp' : 'recovery',
      code: secret(code),
      wants: 'tokens',
    },
    ORIGIN,
  );

test('with an authenticator app the password is not enough, and the code finishes the log-in', async (t) => {
  const opened = await openIdentity(t);
  const { code } = await withApp(opened);
  const wanted = await challenge(opened);
  assert.deepEqual(wanted.factors, ['totp', 'recovery']);
  const answer = await give(opened, wanted, code());
  const caller = await opened.identity.authenticate({ kind: 'bearer', token: answer.accessToken }, ORIGIN);
  assert.deepEqual(caller.methods, ['pwd', 'otp']);
  await assert.rejects(
    opened.identity.authenticate({ kind: 'bearer', token: wanted.challenge }, ORIGIN),
    REFUSED,
  );
});

test('a code works once, and the ones of the step before and after do, but none further away', async (t) => {
  const opened = await openIdentity(t);
  const { code } = await withApp(opened);
  const now = code();
  await give(opened, await challenge(opened), now);
  await assert.rejects(give(opened, await challenge(opened), now), REFUSED);
  await give(opened, await challenge(opened), code(30));
  // An older step than the one that was used is past.
  await assert.rejects(give(opened, await challenge(opened), code(-30)), REFUSED);
  pass(opened.clock, 300);
  await assert.rejects(give(opened, await challenge(opened), code(60)), REFUSED);
  await assert.rejects(give(opened, await challenge(opened), code(-60)), REFUSED);
  await give(opened, await challenge(opened), code(-30));
});

test('of two processes that are given the same code at once, one takes it', async (t) => {
  const opened = await openIdentity(t);
  const other = await opened.again();
  const { code } = await withApp(opened);
  const [one, two] = [await challenge(opened), await challenge(opened)];
  const answers = await Promise.allSettled([give(opened, one, code()), give(other, two, code())]);
  assert.deepEqual(answers.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected']);
});

test('a challenge is good once, for five minutes', async (t) => {
  const opened = await openIdentity(t);
  const { code } = await withApp(opened);
  const used = await challenge(opened);
  await give(opened, used, code());
  pass(opened.clock, 30);
  await assert.rejects(give(opened, used, code()), REFUSED);
  const late = await challenge(opened);
  pass(opened.clock, 301);
  await assert.rejects(give(opened, late, code()), REFUSED);
  await assert.rejects(give(opened, { ...late, challenge: secret('made up') }, code()), REFUSED);
});

test('five wrong codes, then the next quarter of an hour has one every three minutes', async (t) => {
  const opened = await openIdentity(t);
  const { code } = await withApp(opened);
  const wanted = await challenge(opened);
  const wrong = code() === '000000' ? '000001' : '000000';
  for (let guess = 0; guess < 5; guess++) await assert.rejects(give(opened, wanted, wrong), REFUSED);
  await assert.rejects(give(opened, wanted, code()), withCode('AUTH_THROTTLED'));
  await assert.rejects(give(opened, await challenge(opened), code()), withCode('AUTH_THROTTLED'));
  pass(opened.clock, 180);
  await give(opened, wanted, code());
});

test('a recovery code works once, however it is typed, and only its owner’s', async (t) => {
  const opened = await openIdentity(t);
  const { recoveryCodes } = await withApp(opened);
  assert.equal(recoveryCodes.length, 10);
  const text = textOf(recoveryCodes[3]);
  assert.match(text, /^[A-Z2-7]{4}(?:-[A-Z2-7]{4}){3}$/);
  const answer = await give(opened, await challenge(opened), text.toLowerCase().replaceAll('-', ' '));
  const caller = await opened.identity.authenticate({ kind: 'bearer', token: answer.accessToken }, ORIGIN);
  assert.deepEqual(caller.methods, ['pwd', 'recovery']);
  await assert.rejects(give(opened, await challenge(opened), text), REFUSED);
  await give(opened, await challenge(opened), textOf(recoveryCodes[4]));
  const eve: PrincipalId = await addPerson(opened.parts, 'eve');
  await assert.rejects(opened.parts.recovery.take(eve, recoveryCodes[5] ?? secret('')), REFUSED);
});

test('a new secret counts only once a code of it came, within a quarter of an hour', async (t) => {
  const opened = await openIdentity(t);
  const { parts, clock } = opened;
  const user = await addPerson(parts, 'ada');
  await parts.totp.begin(user, 'ada');
  assert.equal((await logIn(opened)).kind, 'logged-in');
  await assert.rejects(parts.totp.confirm(user, '123456', []), REFUSED);
  const uri = textOf(await parts.totp.begin(user, 'ada'));
  const app = new TOTP({ secret: Secret.fromBase32(new URL(uri).searchParams.get('secret') ?? '') });
  pass(clock, 901);
  await assert.rejects(
    parts.totp.confirm(user, app.generate({ timestamp: clock.now.getTime() }), []),
    REFUSED,
  );
  assert.equal((await logIn(opened)).kind, 'logged-in');
});

test('the secret is shown as a link for apps, and lies sealed in the catalogue', async (t) => {
  const opened = await openIdentity(t);
  const { uri, recoveryCodes } = await withApp(opened);
  const link = new URL(uri);
  assert.equal(link.protocol, 'otpauth:');
  assert.equal(link.searchParams.get('issuer'), 'Strongroom');
  const kept = link.searchParams.get('secret') ?? '?';
  assert.equal(kept.length, 32);
  const { DatabaseSync } = await import('node:sqlite');
  const database = new DatabaseSync(opened.path, { readOnly: true });
  const dump = JSON.stringify(database.prepare('select * from documents').all());
  database.close();
  for (const shown of [kept, ...recoveryCodes.map((code) => textOf(code).replaceAll('-', ''))])
    assert.equal(dump.includes(shown), false);
});
