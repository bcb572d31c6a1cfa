import assert from 'node:assert/strict';
import test from 'node:test';
import { SecretBytes, utf8Bytes, utf8Text } from '../../src/bytes/index.ts';
import { fixedToken, renewedToken, type TokenPair } from '../../src/client/access-tokens.ts';

const secret = (text: string): SecretBytes => SecretBytes.take(utf8Bytes(text));
const wordsOf = (token: SecretBytes): string => utf8Text(token.expose()) ?? '';

function pair(count: number, accessExpiresAt: number): TokenPair {
  return {
    accessToken: secret(`access ${count}`),
    accessExpiresAt,
    refreshToken: secret(`refresh ${count}`),
  };
}

test('an access token is used until shortly before it ends, then renewed', async () => {
  let now = 0;
  const seen: string[] = [];
  const source = renewedToken({
    tokens: pair(1, 600_000),
    now: () => now,
    renew: (before) => {
      seen.push(wordsOf(before.refreshToken));
      return Promise.resolve(pair(2, now + 600_000));
    },
  });
  assert.equal(wordsOf(await source.current()), 'access 1');
  now = 500_000;
  assert.equal(wordsOf(await source.current()), 'access 1');
  now = 550_000;
  assert.equal(wordsOf(await source.current()), 'access 2');
  assert.deepEqual(seen, ['refresh 1']);
});

test('however many calls find the token at its end, one refresh token is used once', async () => {
  let renewals = 0;
  const source = renewedToken({
    tokens: pair(1, 0),
    now: () => 0,
    renew: async () => {
      renewals += 1;
      await new Promise((resolve) => setTimeout(resolve, 10));
      return pair(2, 600_000);
    },
  });
  const tokens = await Promise.all(Array.from({ length: 50 }, () => source.current()));
  assert.deepEqual([...new Set(tokens.map(wordsOf))], ['access 2']);
  assert.equal(renewals, 1);
});

test('fifty calls that are refused with the same token renew it once', async () => {
  let renewals = 0;
  const source = renewedToken({
    tokens: pair(1, 600_000),
    now: () => 0,
    renew: () => {
      renewals += 1;
      return Promise.resolve(pair(2, 600_000));
    },
  });
  const used = await source.current();
  const again = await Promise.all(Array.from({ length: 50 }, () => source.refused(used)));
  assert.ok(again.every(Boolean));
  assert.deepEqual([renewals, wordsOf(await source.current())], [1, 'access 2']);
});

test('a renewal that fails is told to all who wait, and tried anew by the next', async () => {
  let isDown = true;
  const source = renewedToken({
    tokens: pair(1, 0),
    now: () => 0,
    renew: () => (isDown ? Promise.reject(new Error('down')) : Promise.resolve(pair(2, 600_000))),
  });
  const outcomes = await Promise.allSettled([source.current(), source.current()]);
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['rejected', 'rejected'],
  );
  isDown = false;
  assert.equal(wordsOf(await source.current()), 'access 2');
});

test('a personal token is used as it is and never exchanged', async () => {
  const token = secret('srp_x');
  const source = fixedToken(token);
  assert.equal(await source.current(), token);
  assert.equal(await source.refused(token), false);
});
