import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Keyring, openKeyring } from '../../src/keyring/index.ts';
import type { MemoryGenerationStore } from '../kit/memory-generation-store.ts';
import { freshKeyring, keySeal, place, reopen, unsealKey } from './kit.ts';

const SECRET = new Uint8Array(32).fill(7);

class Killed extends Error {}

/** Lets the store throw at the nth moment around a write, and at every later one: the process is gone. */
function killAt(store: MemoryGenerationStore, nth: number): void {
  let moments = 0;
  store.onWrite = () => {
    moments++;
    if (moments >= nth) throw new Killed('killed');
  };
}

interface Scenario {
  readonly name: string;
  act(keyring: Keyring): Promise<unknown>;
  /** What must hold whenever the process was killed; `isDone` when the act had resolved. */
  check(keyring: Keyring, isDone: boolean): Promise<void> | void;
  /** Brings the interrupted act to its end. */
  repeat(keyring: Keyring): Promise<unknown>;
  /** Whether no older generation may be left in the end. */
  readonly isEnding: boolean;
}

const statesOf = (keyring: Keyring, name: string) => keyring.get(name).versions.map(({ state }) => state);

const SCENARIOS: readonly Scenario[] = [
  {
    name: 'rotate',
    act: (keyring) => keyring.rotate('acme'),
    check: (keyring, isDone) => {
      const states = statesOf(keyring, 'acme');
      assert.equal(states.at(-1), 'active');
      assert.ok(states.length === 4 || (!isDone && states.length === 3));
    },
    repeat: (keyring) => keyring.rotate('acme'),
    isEnding: false,
  },
  {
    name: 'destroy',
    act: (keyring) => keyring.destroy('acme', 1),
    check: (keyring, isDone) => {
      const [state] = statesOf(keyring, 'acme');
      assert.ok(state === 'destroyed' || (!isDone && state === 'disabled'));
    },
    repeat: (keyring) => keyring.destroy('acme', 1),
    isEnding: true,
  },
  {
    name: 'removeKey',
    act: (keyring) => keyring.removeKey('spare'),
    check: (keyring, isDone) => {
      const isThere = keyring.list().some(({ name }) => name === 'spare');
      assert.ok(!isThere || !isDone);
    },
    repeat: (keyring) => keyring.removeKey('spare'),
    isEnding: true,
  },
  {
    name: 'changeRoot',
    act: (keyring) => keyring.changeRoot([keySeal(3)]),
    check: (keyring, isDone) => {
      assert.ok(keyring.seals().length === 1 || !isDone);
    },
    repeat: (keyring) => keyring.changeRoot([keySeal(3)]),
    isEnding: true,
  },
  {
    name: 'addSeal',
    act: (keyring) => keyring.addSeal(keySeal(3)),
    check: (keyring, isDone) => {
      assert.ok(keyring.seals().length === 3 || (!isDone && keyring.seals().length === 2));
    },
    repeat: () => Promise.resolve(),
    isEnding: false,
  },
  {
    name: 'removeSeal',
    act: (keyring) => keyring.removeSeal(keyring.seals()[0]?.id ?? ''),
    check: (keyring, isDone) => {
      assert.ok(keyring.seals().length === 1 || (!isDone && keyring.seals().length === 2));
    },
    repeat: async (keyring) => {
      const [first, second] = keyring.seals();
      if (first !== undefined && second !== undefined) await keyring.removeSeal(first.id);
    },
    isEnding: true,
  },
];

/** A keyring with a life behind it, sealed under keys 1 and 2. */
async function grownKeyring() {
  const { store, keyring } = await freshKeyring();
  await keyring.addSeal(keySeal(2));
  await keyring.ensureKey('acme');
  await keyring.ensureKey('spare');
  await keyring.rotate('acme');
  await keyring.rotate('acme');
  await keyring.disable('acme', 1);
  const slot = await keyring.recipient('acme').wrap(SECRET, place(keyring));
  return { store, slot };
}

/** Whoever holds the old and the new material tries both. */
function openEither(store: MemoryGenerationStore): Promise<Keyring> {
  return openKeyring({ store: store.another(), unseal: [unsealKey(3), unsealKey(2)] });
}

for (const scenario of SCENARIOS) {
  test(`${scenario.name} may be killed before and after every write`, async () => {
    const { store: start, slot } = await grownKeyring();
    for (let nth = 1, isDone = false; !isDone; nth++) {
      assert.ok(nth < 20, 'the act ends');
      const store = start.snapshot();
      const dying = await openKeyring({ store, unseal: [unsealKey(2)] });
      killAt(store, nth);
      try {
        await scenario.act(dying);
        isDone = true;
      } catch (error) {
        assert.ok(error instanceof Killed);
      }
      const keyring = await openEither(store);
      await scenario.check(keyring, isDone);
      assert.deepEqual(await keyring.identity().unwrap(slot, place(keyring)), SECRET);
      // Either the next start clears up what was left, or the act itself is repeated.
      const repeated = await openEither(store);
      await repeated.prune();
      await scenario.repeat(repeated);
      if (scenario.isEnding) {
        await scenario.check(repeated, true);
        assert.equal(store.all('keyring').length, 1);
      }
      const survivor = await openEither(store);
      assert.deepEqual(await survivor.identity().unwrap(slot, place(survivor)), SECRET);
    }
  });
}

test('what a killed destroy left behind is gone after the next start has pruned', async () => {
  for (const act of ['destroy', 'removeKey', 'changeRoot', 'removeSeal']) {
    const scenario = SCENARIOS.find(({ name }) => name === act);
    const { store } = await grownKeyring();
    const dying = await openKeyring({ store, unseal: [unsealKey(2)] });
    killAt(store, 2);
    await assert.rejects(scenario?.act(dying) ?? Promise.resolve(), Killed);
    assert.ok(store.all('keyring').length > 1);
    const keyring = await openEither(store);
    await keyring.prune();
    assert.equal(store.all('keyring').length, 1);
  }
});

test('a change that was published although it failed is taken over, not lost', async () => {
  const { store, keyring } = await freshKeyring();
  await keyring.ensureKey('acme');
  killAt(store, 2);
  await assert.rejects(keyring.rotate('acme'), Killed);
  store.onWrite = () => undefined;
  assert.equal(await keyring.rotate('acme'), 3);
  assert.deepEqual(statesOf(await reopen(store), 'acme'), ['retiring', 'retiring', 'active']);
});
