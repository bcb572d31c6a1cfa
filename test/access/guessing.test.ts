// Guessing at log-ins: what it is slowed to, that it locks nobody out, and that it learns nothing of who exists.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isStrongroomError } from '../../src/errors/index.ts';
import { withCode } from '../storage/temporary-folder.ts';
import { attempt, from, outcome } from './guessing-kit.ts';
import { addPerson, openIdentity, PASSWORD, pass } from './identity-kit.ts';

test('five guesses at one account from one network, then one every three minutes, and it says when', async (t) => {
  const opened = await openIdentity(t);
  await addPerson(opened.parts, 'ada');
  for (let guess = 0; guess < 5; guess++) assert.equal(await outcome(attempt(opened, 'ada')), 'AUTH_FAILED');
  await assert.rejects(attempt(opened, 'ada', { password: PASSWORD }), (error) => {
    assert.ok(isStrongroomError(error, 'AUTH_THROTTLED'));
    assert.equal(error.retryAfterSeconds, 180);
    return true;
  });
  const neighbour = { address: '192.0.2.77' };
  assert.equal(await outcome(attempt(opened, 'ada', { origin: neighbour })), 'AUTH_THROTTLED');
  pass(opened.clock, 180);
  assert.equal(await outcome(attempt(opened, 'ada')), 'AUTH_FAILED');
  assert.equal(await outcome(attempt(opened, 'ada')), 'AUTH_THROTTLED');
});

test('guesses at once do not slip past the limit', async (t) => {
  const opened = await openIdentity(t);
  await addPerson(opened.parts, 'ada');
  const codes = await Promise.all(Array.from({ length: 20 }, () => outcome(attempt(opened, 'ada'))));
  assert.equal(codes.filter((code) => code === 'AUTH_FAILED').length, 5);
  assert.equal(codes.filter((code) => code === 'AUTH_THROTTLED').length, 15);
});

test('the token of a device is good for its own user only, and guesses with it are counted too', async (t) => {
  const opened = await openIdentity(t);
  await addPerson(opened.parts, 'ada');
  await addPerson(opened.parts, 'eve');
  const own = await attempt(opened, 'eve', { password: PASSWORD });
  const device = own.kind === 'logged-in' ? (own.device ?? '') : '';
  for (let guess = 0; guess < 5; guess++) await outcome(attempt(opened, 'ada', { origin: { device } }));
  assert.equal(await outcome(attempt(opened, 'ada', { origin: { device } })), 'AUTH_THROTTLED');
  for (let guess = 0; guess < 10; guess++)
    assert.equal(await outcome(attempt(opened, 'eve', { origin: { device } })), 'AUTH_FAILED');
  assert.equal(await outcome(attempt(opened, 'eve', { origin: { device } })), 'AUTH_THROTTLED');
});

test('people who log in as they should are never slowed', async (t) => {
  const opened = await openIdentity(t);
  await addPerson(opened.parts, 'ada');
  for (let time = 0; time < 25; time++)
    assert.equal(await outcome(attempt(opened, 'ada', { password: PASSWORD })), 'in');
});

test('whoever is unknown, disabled, invited or without a password gets the same answer', async (t) => {
  const opened = await openIdentity(t);
  await addPerson(opened.parts, 'ada');
  const gone = await addPerson(opened.parts, 'gone');
  await opened.access.principals.setState(gone, 'disabled');
  const create = (name: string, state: 'invited' | 'active') =>
    opened.access.principals.create({ type: 'user', name, state, createdBy: 'local' });
  await create('guest', 'invited');
  await create('oidc-only', 'active');
  const answers = new Set<string>();
  for (const [nth, name] of ['ada', 'gone', 'guest', 'oidc-only', 'nobody', 'No Name At All', ''].entries()) {
    const error: unknown = await attempt(opened, name, {
      password: name === 'gone' ? PASSWORD : 'a wrong guess that is long',
      origin: from(nth),
    }).catch((thrown: unknown) => thrown);
    assert.ok(isStrongroomError(error));
    answers.add(`${error.code} ${error.message} ${error.hint}`);
  }
  assert.equal(answers.size, 1);
});

test('a full queue says so at once, and costs nobody an attempt', async (t) => {
  const opened = await openIdentity(t, {
    hashing: { memoryKib: 19_456, passes: 2, concurrent: 1, maxWaiting: 2 },
  });
  await addPerson(opened.parts, 'ada');
  const codes = await Promise.all(
    Array.from({ length: 10 }, (_, at) =>
      outcome(attempt(opened, 'ada', { password: PASSWORD, origin: from(at) })),
    ),
  );
  assert.deepEqual(codes.toSorted(), [...Array.from({ length: 7 }, () => 'AUTH_BUSY'), 'in', 'in', 'in']);
  // Seven that were turned away did not fill the bucket of the account, which holds twenty.
  for (let guess = 0; guess < 20; guess++)
    assert.equal(await outcome(attempt(opened, 'ada', { origin: from(20 + guess) })), 'AUTH_FAILED');
  assert.equal(await outcome(attempt(opened, 'ada', { origin: from(50) })), 'AUTH_THROTTLED');
});

test('a password hashed under other costs is hashed anew by the next log-in, and only then', async (t) => {
  const opened = await openIdentity(t);
  const ada = await addPerson(opened.parts, 'ada');
  const before = (await opened.parts.book.get(ada)).password;
  const later = await openIdentity(t, {
    hashing: { memoryKib: 19_456, passes: 3, concurrent: 2, maxWaiting: 32 },
  });
  await addPerson(later.parts, 'ada');
  await later.parts.book.update(ada, (all) => (before === undefined ? all : { ...all, password: before }));
  await assert.rejects(attempt(later, 'ada'), withCode('AUTH_FAILED'));
  assert.deepEqual((await later.parts.book.get(ada)).password, before);
  assert.equal(await outcome(attempt(later, 'ada', { password: PASSWORD })), 'in');
  const after = (await later.parts.book.get(ada)).password;
  assert.match(after?.kdf ?? '', /\$m=19456,t=3,p=1\$/);
  assert.equal(await outcome(attempt(later, 'ada', { password: PASSWORD })), 'in');
});

test('the hash of one user is worthless in another’s place', async (t) => {
  const opened = await openIdentity(t);
  const ada = await addPerson(opened.parts, 'ada', 'the password that eve knows not');
  const eve = await addPerson(opened.parts, 'eve');
  const { password } = await opened.parts.book.get(eve);
  await opened.parts.book.update(ada, (all) => (password === undefined ? all : { ...all, password }));
  await assert.rejects(attempt(opened, 'ada', { password: PASSWORD }), withCode('AUTH_FAILED'));
});
