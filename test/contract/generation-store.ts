import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { utf8Bytes } from '../../src/bytes/index.ts';
import type { GenerationStore } from '../../src/storage/index.ts';
import { withCode } from '../storage/temporary-folder.ts';

/** Opens a store over fresh ground; `again` opens a second one over the same ground. */
export type OpenGenerationStore = (
  t: TestContext,
) => Promise<{ readonly store: GenerationStore; readonly again: () => Promise<GenerationStore> }>;

async function assertLatest(
  store: GenerationStore,
  name: string,
  expected: { readonly generation: number; readonly text: string },
): Promise<void> {
  const latest = await store.latest(name);
  assert.equal(latest?.generation, expected.generation);
  assert.equal(new TextDecoder().decode(latest.bytes), expected.text);
}

/** What every driver of `GenerationStore` promises. */
export function testGenerationStore(name: string, open: OpenGenerationStore): void {
  describe(`GenerationStore: ${name}`, () => {
    test('has nothing at first', async (t) => {
      const { store } = await open(t);
      assert.equal(await store.latest('keyring'), undefined);
      await store.prune('keyring', 1);
    });

    test('gives back the newest generation', async (t) => {
      const { store, again } = await open(t);
      for (let at = 0; at < 12; at++) await store.publish('keyring', utf8Bytes(`${at + 1}`), at);
      await assertLatest(await again(), 'keyring', { generation: 12, text: '12' });
    });

    test('keeps names apart, also where one begins like the other', async (t) => {
      const { store } = await open(t);
      await store.publish('root', utf8Bytes('a'), 0);
      await store.publish('root.1', utf8Bytes('b'), 0);
      await store.publish('root.1', utf8Bytes('c'), 1);
      assert.equal((await store.latest('root'))?.generation, 1);
      assert.equal((await store.latest('root.1'))?.generation, 2);
    });

    test('refuses to publish over another generation than the expected one', async (t) => {
      const { store, again } = await open(t);
      await store.publish('root', utf8Bytes('a'), 0);
      const other = await again();
      await assert.rejects(other.publish('root', utf8Bytes('b'), 0), withCode('STORAGE_CONFLICT'));
      await assert.rejects(other.publish('root', utf8Bytes('b'), 2), withCode('STORAGE_CONFLICT'));
      await other.publish('root', utf8Bytes('b'), 1);
    });

    test('lets exactly one of many writers win each generation', async (t) => {
      const { store, again } = await open(t);
      const rivals = [store, await again(), await again()];
      for (let expected = 0; expected < 8; expected++) {
        const tries = rivals.map((rival, at) => rival.publish('k', utf8Bytes(`${at}`), expected));
        const settled = await Promise.allSettled(tries);
        assert.equal(settled.filter((result) => result.status === 'fulfilled').length, 1);
        const winner = settled.findIndex((result) => result.status === 'fulfilled');
        await assertLatest(store, 'k', { generation: expected + 1, text: `${winner}` });
      }
    });

    test('prunes all but the newest, never the last one', async (t) => {
      const { store } = await open(t);
      for (let at = 0; at < 3; at++) await store.publish('root', utf8Bytes(`${at + 1}`), at);
      await store.prune('root', 1);
      await store.prune('root', 0);
      await assertLatest(store, 'root', { generation: 3, text: '3' });
      await store.publish('root', utf8Bytes('4'), 3);
    });

    test('refuses a name that could be a path', async (t) => {
      const { store } = await open(t);
      for (const bad of ['', '.', '..', '../x', 'a/b', 'A', 'a\0', '.hidden']) {
        await assert.rejects(store.latest(bad), withCode('STORAGE_PATH_UNSAFE'));
        await assert.rejects(store.publish(bad, utf8Bytes('x'), 0), withCode('STORAGE_PATH_UNSAFE'));
      }
    });
  });
}
