import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Detector, type SecurityNotice, scenariosOf } from '../../src/abuse/index.ts';

const ADDRESS = '192.0.2.1';

function detectorAt(clock: { now: number }, maxSources = 100): Detector {
  return new Detector({
    scenarios: scenariosOf({ failures: 5, windowMs: 300_000 }),
    maxSources,
    hide: (text) => text,
    now: () => clock.now,
  });
}

function names(detector: Detector, notice: Partial<SecurityNotice> & Pick<SecurityNotice, 'kind'>): string[] {
  return detector.see({ address: ADDRESS, ...notice }).map(({ scenario }) => scenario.name);
}

test('the fifth failed log-in within 300 seconds is a brute force, the fourth is not', () => {
  const clock = { now: 0 };
  const detector = detectorAt(clock);
  const seen = Array.from({ length: 5 }, () => {
    clock.now += 70_000;
    return names(detector, { kind: 'log-in-refused' });
  });
  assert.deepEqual(seen, [[], [], [], [], ['log-in-bruteforce']]);
});

test('five failures spread over more than the window are none, whatever their gaps', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 200_000 }), { maxLength: 60 }), (gaps) => {
      const clock = { now: 0 };
      const detector = detectorAt(clock);
      const times: number[] = [];
      let toldAt = Number.NEGATIVE_INFINITY;
      for (const gap of gaps) {
        clock.now += gap;
        times.push(clock.now);
        const fifth = times.at(-5);
        const isOver = fifth !== undefined && clock.now - fifth < 300_000;
        const isTold = isOver && clock.now - toldAt >= 60_000;
        if (isTold) toldAt = clock.now;
        assert.deepEqual(names(detector, { kind: 'log-in-refused' }), isTold ? ['log-in-bruteforce'] : []);
      }
    }),
  );
});

test('many users from one address are stuffing, one user often is not', () => {
  const detector = detectorAt({ now: 0 });
  for (let count = 0; count < 50; count += 1) {
    assert.deepEqual(names(detector, { kind: 'account-refused', target: 'ada' }), []);
  }
  const seen = ['b', 'c', 'd', 'e'].flatMap((target) => names(detector, { kind: 'account-refused', target }));
  assert.deepEqual(seen, ['credential-stuffing']);
});

test('one missing thing asked for often is no probing, many are', () => {
  const detector = detectorAt({ now: 0 });
  for (let count = 0; count < 500; count += 1) {
    assert.deepEqual(names(detector, { kind: 'thing-refused', target: '/models/a/b' }), []);
  }
  const seen = Array.from({ length: 60 }, (_, at) =>
    names(detector, { kind: 'thing-refused', target: `/models/a/${at}` }),
  ).flat();
  assert.deepEqual(seen, ['id-probing']);
});

test('what comes slowly leaks away', () => {
  const clock = { now: 0 };
  const detector = detectorAt(clock);
  for (let at = 0; at < 500; at += 1) {
    clock.now += 30_000;
    assert.deepEqual(names(detector, { kind: 'address-missing', target: `/${at}` }), []);
    assert.deepEqual(names(detector, { kind: 'request-invalid' }), []);
  }
});

test('a trigger comes about at once, and again only after a while', () => {
  const clock = { now: 0 };
  const detector = detectorAt(clock);
  assert.deepEqual(names(detector, { kind: 'decoy-touched', target: 'acme/bait' }), ['decoy-touched']);
  assert.deepEqual(names(detector, { kind: 'decoy-touched', target: 'acme/bait' }), []);
  clock.now += 60_000;
  assert.deepEqual(names(detector, { kind: 'decoy-touched', target: 'acme/bait' }), ['decoy-touched']);
});

test('sources do not mix, and their number is capped', () => {
  const detector = detectorAt({ now: 0 }, 50);
  for (let at = 0; at < 5000; at += 1) {
    const address = `10.0.${at >> 8}.${at & 255}`;
    assert.deepEqual(names(detector, { kind: 'log-in-refused', address }), []);
  }
  assert.ok(detector.size <= 50);
});

test('what no address did is told apart by who did it to what: an hour of quiet for each', () => {
  const clock = { now: 0 };
  const detector = detectorAt(clock);
  const suspect = (principal: string, target: string) =>
    detector.see({ kind: 'extraction-suspected', principal, target }).map(({ scenario }) => scenario.name);
  assert.deepEqual(suspect('user:eve', 'acme/churn'), ['model-extraction']);
  assert.deepEqual(suspect('user:eve', 'acme/churn'), []);
  assert.deepEqual(suspect('user:mal', 'acme/churn'), ['model-extraction']);
  assert.deepEqual(suspect('user:eve', 'acme/other'), ['model-extraction']);
  clock.now += 60 * 60_000;
  assert.deepEqual(suspect('user:eve', 'acme/churn'), ['model-extraction']);
});
