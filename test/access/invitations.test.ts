import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PrincipalId } from '../../src/api/index.ts';
import type { SecretBytes } from '../../src/bytes/index.ts';
import { withCode } from '../storage/temporary-folder.ts';
import { addPerson, ORIGIN, openIdentity, PASSWORD, pass, secret, textOf } from './identity-kit.ts';

type Opened = Awaited<ReturnType<typeof openIdentity>>;
const REFUSED = withCode('AUTH_FAILED');
const NEW_PASSWORD = 'a harbour full of copper kettles';

async function invited(opened: Opened, name = 'ada'): Promise<PrincipalId> {
  const { id } = await opened.access.principals.create({
    type: 'user',
    name,
    state: 'invited',
    createdBy: 'local',
  });
  return id;
}

const accept = ({ identity }: Pick<Opened, 'identity'>, token: SecretBytes, password = NEW_PASSWORD) =>
  identity.acceptInvitation({ token, password: secret(password), wants: 'tokens' }, ORIGIN);
const logIn = ({ identity }: Opened, password: string) =>
  identity.logIn({ name: 'ada', password: secret(password), wants: 'tokens' }, ORIGIN);

test('an invitation lets a user choose the first password, once, and logs in', async (t) => {
  const opened = await openIdentity(t);
  const user = await invited(opened);
  const { token, expiresAt } = await opened.parts.invitations.issue(user);
  assert.match(textOf(token), /^sri_/);
  assert.equal(Date.parse(expiresAt) - opened.clock.now.getTime(), 72 * 3_600_000);
  await assert.rejects(accept(opened, token, 'short'), withCode('PASSWORD_WEAK'));
  const answer = await accept(opened, token);
  assert.equal(answer.kind, 'logged-in');
  assert.equal((await opened.access.findPrincipal(user))?.state, 'active');
  await logIn(opened, NEW_PASSWORD);
  await assert.rejects(accept(opened, token), REFUSED);
});

test('an invitation expires, and a newer one makes it worthless', async (t) => {
  const opened = await openIdentity(t);
  const user = await invited(opened);
  const first = await opened.parts.invitations.issue(user);
  const second = await opened.parts.invitations.issue(user);
  await assert.rejects(accept(opened, first.token), REFUSED);
  pass(opened.clock, 72 * 3600 + 1);
  await assert.rejects(accept(opened, second.token), REFUSED);
});

test('of two who accept the same invitation at once, one chooses the password', async (t) => {
  const opened = await openIdentity(t);
  const other = await opened.again();
  const { token } = await opened.parts.invitations.issue(await invited(opened));
  const answers = await Promise.allSettled([
    accept(opened, token, 'the first to open this gate'),
    accept(other, token, 'the other one at that gate'),
  ]);
  assert.deepEqual(answers.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected']);
  const isFirst = answers[0].status === 'fulfilled';
  await logIn(opened, isFirst ? 'the first to open this gate' : 'the other one at that gate');
  await assert.rejects(
    logIn(opened, isFirst ? 'the other one at that gate' : 'the first to open this gate'),
    REFUSED,
  );
});

test('a reset ends the sessions, keeps the factors unless it removes them, and does not help who is disabled', async (t) => {
  const opened = await openIdentity(t);
  const { parts } = opened;
  const ada = await addPerson(parts, 'ada');
  const before = await logIn(opened, PASSWORD);
  if (before.kind !== 'logged-in') throw new assert.AssertionError({ message: 'not logged in' });
  await parts.book.update(ada, (all) => ({
    ...all,
    totp: { sealed: 'x', lastStep: 1 },
    recoveryCodes: ['m'],
  }));
  const keeps = await parts.invitations.issue(ada);
  assert.equal((await accept(opened, keeps.token)).kind, 'factor-wanted');
  await assert.rejects(
    opened.identity.authenticate({ kind: 'bearer', token: before.accessToken }, ORIGIN),
    REFUSED,
  );
  await assert.rejects(logIn(opened, PASSWORD), REFUSED);
  const removes = await parts.invitations.issue(ada, { removesFactors: true });
  assert.equal((await accept(opened, removes.token, PASSWORD)).kind, 'logged-in');
  assert.deepEqual((await parts.book.get(ada)).recoveryCodes, []);
  const useless = await parts.invitations.issue(ada);
  await opened.access.principals.setState(ada, 'disabled');
  await assert.rejects(accept(opened, useless.token), REFUSED);
});

test('the bootstrap token makes one administrator, for a day, and only the newest does', async (t) => {
  const opened = await openIdentity(t);
  const other = await opened.again();
  const old = await opened.parts.bootstrap.issue();
  const late = await other.parts.bootstrap.issue();
  assert.ok(old !== undefined && late !== undefined);
  const make = (token: SecretBytes, name = 'ada', password = PASSWORD) =>
    opened.identity.bootstrap({ token, name, password: secret(password) }, ORIGIN);
  await assert.rejects(make(old), REFUSED);
  pass(opened.clock, 86_401);
  await assert.rejects(make(late), REFUSED);
  const token = await opened.parts.bootstrap.issue();
  assert.ok(token !== undefined);
  await assert.rejects(make(token, 'ada', 'short'), withCode('PASSWORD_WEAK'));
  await assert.rejects(make(token, 'Not A Name'), withCode('NAME_INVALID'));
  await addPerson(opened.parts, 'taken');
  await assert.rejects(make(token, 'taken'), withCode('USER_EXISTS'));
  const answers = await Promise.allSettled([
    make(token, 'ada'),
    other.identity.bootstrap({ token, name: 'eve', password: secret(PASSWORD) }, ORIGIN),
  ]);
  assert.deepEqual(answers.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected']);
  assert.equal((await opened.access.administrators()).length, 1);
  assert.equal(await opened.parts.bootstrap.issue(), undefined);
  await assert.rejects(make(token, 'eve'), withCode('BOOTSTRAP_OVER'));
});

test('tokens of other kinds neither invite nor bootstrap', async (t) => {
  const opened = await openIdentity(t);
  const bootstrap = await opened.parts.bootstrap.issue();
  const { token } = await opened.parts.invitations.issue(await invited(opened));
  assert.ok(bootstrap !== undefined);
  await assert.rejects(accept(opened, bootstrap), REFUSED);
  await assert.rejects(
    opened.identity.bootstrap({ token, name: 'eve', password: secret(PASSWORD) }, ORIGIN),
    REFUSED,
  );
  await assert.rejects(accept(opened, secret('sri_'.padEnd(42, '0'))), REFUSED);
});
