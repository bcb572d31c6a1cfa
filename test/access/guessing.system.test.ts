// Guessing on and on: by the thousand, from everywhere, at many accounts, and by the clock.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attempt, from, outcome } from './guessing-kit.ts';
import { addPerson, openIdentity, PASSWORD, pass } from './identity-kit.ts';

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
