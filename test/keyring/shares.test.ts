import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SecretBytes } from '../../src/bytes/index.ts';
import { randomId, randomSecret } from '../../src/crypto/index.ts';
import { combineShares, splitSecret } from '../../src/keyring/shares.ts';
import { code } from './kit.ts';

const anyCount = fc
  .integer({ min: 2, max: 12 })
  .chain((total) => fc.record({ total: fc.constant(total), threshold: fc.integer({ min: 2, max: total }) }));

async function madeSet(count: { total: number; threshold: number }, vault = randomId()) {
  const secret = randomSecret(32);
  const set = { vault, seal: randomId(), threshold: count.threshold };
  return { secret, set, texts: await splitSecret(secret, count, set) };
}

test('any k of n shares give the secret, in any order and with duplicates', async () => {
  await fc.assert(
    fc.asyncProperty(anyCount, fc.infiniteStream(fc.nat()), async (count, dice) => {
      const { secret, set, texts } = await madeSet(count);
      const order = texts.toSorted(() => ((dice.next().value ?? 0) % 2) - 0.5);
      const some = order.slice(0, count.threshold);
      const combined = await combineShares([...some, some[0] ?? ''], [set]);
      assert.equal(combined.seal, set.seal);
      assert.deepEqual(combined.secret.expose(), secret.expose());
    }),
    { numRuns: 40 },
  );
});

test('any k - 1 of n shares are too few, and say how many are needed', async () => {
  await fc.assert(
    fc.asyncProperty(anyCount, async (count) => {
      const { set, texts } = await madeSet(count);
      const few = texts.slice(0, count.threshold - 1);
      await assert.rejects(combineShares(few, [set]), code('SHARES_TOO_FEW'));
    }),
    { numRuns: 20 },
  );
});

test('k - 1 shares that pretend to need fewer do not give the secret', async () => {
  const { secret, set, texts } = await madeSet({ total: 5, threshold: 3 });
  const forged = await madeSet({ total: 5, threshold: 2 }, set.vault);
  await assert.rejects(combineShares(texts.slice(0, 2), [{ ...set, threshold: 2 }]), code('SHARE_FOREIGN'));
  const { secret: other } = await combineShares(forged.texts.slice(0, 2), [forged.set]);
  assert.notDeepEqual(other.expose(), secret.expose());
});

test('names a share of another strongroom, of a set that ended, and of another set', async () => {
  const ours = await madeSet({ total: 3, threshold: 2 });
  const other = await madeSet({ total: 3, threshold: 2 }, ours.set.vault);
  const stranger = await madeSet({ total: 3, threshold: 2 });
  const [a = '', b = ''] = ours.texts;
  const [c = ''] = other.texts;
  const [d = ''] = stranger.texts;
  await assert.rejects(combineShares([a, d], [ours.set]), {
    code: 'SHARE_FOREIGN',
    message: 'share 2 belongs to another strongroom',
  });
  await assert.rejects(combineShares([a, c], [ours.set]), {
    code: 'SHARE_FOREIGN',
    message: 'share 2 belongs to a set that is not in use',
  });
  await assert.rejects(combineShares([a, b, c], [ours.set, other.set]), {
    code: 'SHARE_FOREIGN',
    message: 'share 1 and share 3 belong to different sets',
  });
  await assert.rejects(combineShares([a, b], []), code('SHARE_FOREIGN'));
  await assert.rejects(combineShares([], [ours.set]), code('SHARES_TOO_FEW'));
});

for (const [total, threshold] of [
  [1, 1],
  [2, 1],
  [2, 3],
  [256, 2],
  [2.5, 2],
  [Number.NaN, 2],
] as const) {
  test(`refuses to make ${total} shares of which ${threshold} are needed`, async () => {
    const set = { vault: randomId(), seal: randomId() };
    const secret = SecretBytes.copyOf(new Uint8Array(32));
    await assert.rejects(splitSecret(secret, { total, threshold }, set), code('INPUT_INVALID'));
  });
}

test('makes as many as 255 shares', async () => {
  const { secret, set, texts } = await madeSet({ total: 255, threshold: 2 });
  assert.equal(new Set(texts).size, 255);
  const combined = await combineShares(texts.slice(-2), [set]);
  assert.deepEqual(combined.secret.expose(), secret.expose());
});
