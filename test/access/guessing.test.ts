// Guessing at log-ins: what it is slowed to, that it locks nobody out, and that it learns nothing of who exists.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Origin } from '../../src/api/index.ts';
import { isStrongroomError, StrongroomError } from '../../src/errors/index.ts';
import { withCode } from '../storage/temporary-folder.ts';
import { addPerson, ORIGIN, openIdentity, PASSWORD, pass, secret } from './identity-kit.ts';

type Opened = Awaited<ReturnType<typeof openIdentity>>;

const attempt = (
  { identity }: Opened,
  name: string,
  more: { password?: string; origin?: Partial<Origin> } = {},
) =>
  identity.logIn(
    { name, password: secret(more.password ?? 'a wrong guess that is long'), wants: 'tokens' },
    { ...ORIGIN, ...more.origin },
  );

/** The code of each refusal, or `in`. */
async function outcome(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'in';
  } catch (error) {
    if (error instanceof StrongroomError) return error.code;
    throw error;
  }
}

/** The nth address of many, each in a network of its own. */
const from = (nth: number): Partial<Origin> => ({ address: `10.${nth >> 8}.${nth & 0xff}.9` });

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

test('a thousand guesses from everywhere do not keep the owner out of a device that is known', async (t) => {
  const opened = await openIdentity(t);
  await addPerson(opened.parts, 'ada');
  const first = await attempt(opened, 'ada', { password: PASSWORD });
  const device = first.kind === 'logged-in' ? (first.device ?? '') : '';
  const codes = new Map<string, number>();
  for (let guess = 0; guess < 1000; guess++) {
    const code = await outcome(attempt(opened, 'ada', { origin: from(guess) }));
    codes.set(code, (codes.get(code) ?? 0) + 1);
  }
  assert.equal(codes.get('AUTH_FAILED'), 20);
  assert.equal(codes.get('AUTH_THROTTLED'), 980);
  const elsewhere = { address: '198.51.100.4' };
  assert.equal(
    await outcome(attempt(opened, 'ada', { password: PASSWORD, origin: elsewhere })),
    'AUTH_THROTTLED',
  );
  assert.equal(
    await outcome(attempt(opened, 'ada', { password: PASSWORD, origin: { ...elsewhere, device } })),
    'in',
  );
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

test('one source that tries one password on many accounts is stopped at fifty', async (t) => {
  const opened = await openIdentity(t);
  const codes: string[] = [];
  for (let guess = 0; guess < 55; guess++) codes.push(await outcome(attempt(opened, `user${guess}`)));
  assert.equal(codes.indexOf('AUTH_THROTTLED'), 50);
  const sixtyFour = (host: string) => ({ origin: { address: `2001:db8:1:2::${host}` } });
  for (let guess = 0; guess < 50; guess++)
    await outcome(attempt(opened, `other${guess}`, sixtyFour(`${guess}`)));
  assert.equal(await outcome(attempt(opened, 'another', sixtyFour('ffff'))), 'AUTH_THROTTLED');
  assert.equal(
    await outcome(attempt(opened, 'another', { origin: { address: '::ffff:192.0.2.10' } })),
    'AUTH_THROTTLED',
  );
});

test('people who log in as they should are never slowed', async (t) => {
  const opened = await openIdentity(t);
  await addPerson(opened.parts, 'ada');
  for (let time = 0; time < 25; time++)
    assert.equal(await outcome(attempt(opened, 'ada', { password: PASSWORD })), 'in');
});

test('after a hundred failures in a row only known devices get in, until a log-in succeeds', async (t) => {
  const opened = await openIdentity(t);
  await addPerson(opened.parts, 'ada');
  const first = await attempt(opened, 'ada', { password: PASSWORD });
  const device = first.kind === 'logged-in' ? (first.device ?? '') : '';
  let failed = 0;
  for (let guess = 0; failed < 100; guess++) {
    if ((await outcome(attempt(opened, 'ada', { origin: from(guess) }))) === 'AUTH_FAILED') failed += 1;
    else pass(opened.clock, 180);
  }
  pass(opened.clock, 3600);
  const stranger = { password: PASSWORD, origin: { address: '198.51.100.4' } };
  assert.equal(await outcome(attempt(opened, 'ada', stranger)), 'AUTH_THROTTLED');
  assert.equal(await outcome(attempt(opened, 'ada', { password: PASSWORD, origin: { device } })), 'in');
  assert.equal(await outcome(attempt(opened, 'ada', stranger)), 'in');
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

test('the time of an answer does not tell whether there is such a user', { timeout: 120_000 }, async (t) => {
  const opened = await openIdentity(t);
  await addPerson(opened.parts, 'ada');
  const timings: Record<'known' | 'unknown', number[]> = { known: [], unknown: [] };
  // In turns, so that whatever slows the machine down slows both.
  for (let round = 0; round < 40; round++) {
    const order = round % 2 === 0 ? (['known', 'unknown'] as const) : (['unknown', 'known'] as const);
    for (const kind of order) {
      const start = performance.now();
      await outcome(attempt(opened, kind === 'known' ? 'ada' : `nobody${round}`, { origin: from(round) }));
      timings[kind].push(performance.now() - start);
      // The account's own limits are not what is measured.
      pass(opened.clock, 3600);
    }
  }
  const { effect } = mannWhitney(timings.known, timings.unknown);
  // How likely a known user's answer is to be the slower one: half, where there is nothing to be seen.
  assert.ok(
    Math.abs(effect - 0.5) < 0.25,
    `a known user is slower in ${(effect * 100).toFixed(1)} % of pairs`,
  );
});

/** Of all pairs, the part in which the first is larger (Mann and Whitney's U, as a share). */
function mannWhitney(first: readonly number[], second: readonly number[]): { readonly effect: number } {
  const larger = first.reduce(
    (sum, one) =>
      sum + second.reduce((count, other) => count + Number(one > other) + Number(one === other) / 2, 0),
    0,
  );
  return { effect: larger / (first.length * second.length) };
}

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
