import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { RateLimits } from '../../src/abuse/index.ts';
import type { RouteClass } from '../../src/api/index.ts';

const RATES = { address: 600, logIn: 60, read: 120, write: 60, content: 60, predict: 100 };

function limitsAt(clock: { now: number }, maxSources = 1000): RateLimits {
  return new RateLimits({ rates: RATES, maxSources, hide: (text) => text, now: () => clock.now });
}

/** A leaky bucket as it is told in words: a level that drains, and a size. Nothing of the code under test. */
class ReferenceBucket {
  level = 0;
  at = 0;
  readonly perMinute: number;
  readonly size: number;

  constructor(perMinute: number) {
    this.perMinute = perMinute;
    this.size = Math.max(Math.ceil(perMinute / 2), 5);
  }

  take(now: number, cost: number): boolean {
    this.level = Math.max(0, this.level - ((now - this.at) * this.perMinute) / 60_000);
    this.at = now;
    // Both sides round differently in the last bits.
    if (this.level + cost > this.size + 1e-6) return false;
    this.level += cost;
    return true;
  }
}

const CLASSES: readonly RouteClass[] = ['read', 'write', 'content', 'predict'];

test('what passes is what a reference simulation lets pass, whoever comes in whatever order', () => {
  const call = fc.record({
    who: fc.integer({ min: 0, max: 3 }),
    what: fc.integer({ min: 0, max: 3 }),
    gap: fc.integer({ min: 0, max: 300 }),
  });
  fc.assert(
    fc.property(fc.array(call, { maxLength: 400 }), (calls) => {
      const clock = { now: 1_000_000 };
      const limits = limitsAt(clock);
      const reference = new Map<string, ReferenceBucket>();
      for (const { who, what, gap } of calls) {
        clock.now += gap;
        const name = CLASSES[what] ?? 'read';
        const key = `${who} ${name}`;
        const perMinute = name === 'read' ? RATES.read : name === 'predict' ? RATES.predict : 60;
        const bucket = reference.get(key) ?? new ReferenceBucket(perMinute);
        reference.set(key, bucket);
        const decision = limits.takePrincipal(`user:${who}`, name);
        assert.equal(decision?.retryAfterSeconds === undefined, bucket.take(clock.now, 1));
      }
    }),
  );
});

test('calls that come at the same time are counted one by one', async () => {
  const limits = limitsAt({ now: 5000 });
  const decisions = await Promise.all(
    Array.from({ length: 500 }, async () => {
      await Promise.resolve();
      return limits.takePrincipal('user:ada', 'predict');
    }),
  );
  assert.equal(decisions.filter((each) => each?.retryAfterSeconds === undefined).length, 50);
});

test('log-ins are dearer than reading, and have a limit of their own', () => {
  const clock = { now: 0 };
  const limits = limitsAt(clock);
  const passed = Array.from({ length: 60 }, () => limits.takeAddress('192.0.2.1', 'log-in')).filter(
    (each) => each?.retryAfterSeconds === undefined,
  );
  assert.equal(passed.length, 30);
  assert.equal(limits.takeAddress('192.0.2.2', 'log-in')?.retryAfterSeconds, undefined);
});

test('an IPv6 source is its /64, and IPv4 in the clothes of IPv6 is IPv4', () => {
  const limits = limitsAt({ now: 0 });
  const left = (address: string) => limits.takeAddress(address, 'read')?.allowance.remaining;
  assert.deepEqual(
    [left('2001:db8:0:1::1'), left('2001:db8:0:1:ffff::2'), left('2001:db8:0:2::1')],
    [299, 298, 299],
  );
  assert.deepEqual([left('192.0.2.1'), left('::ffff:192.0.2.1')], [299, 298]);
});

test('the wait that is told is long enough', () => {
  const clock = { now: 0 };
  const limits = limitsAt(clock);
  for (let count = 0; count < 50; count += 1) limits.takePrincipal('user:ada', 'predict');
  const refused = limits.takePrincipal('user:ada', 'predict');
  assert.ok(refused?.retryAfterSeconds);
  clock.now += refused.retryAfterSeconds * 1000;
  assert.equal(limits.takePrincipal('user:ada', 'predict')?.retryAfterSeconds, undefined);
});

test('a flood of addresses takes no more memory than the cap', () => {
  const clock = { now: 0 };
  const limits = limitsAt(clock, 1000);
  for (let at = 0; at < 200_000; at += 1) {
    clock.now += 1;
    limits.takeAddress(`10.${at >> 16}.${(at >> 8) & 255}.${at & 255}`, 'log-in');
  }
  assert.ok(limits.size <= 2000);
});

test('no limit is none', () => {
  const none = { address: 0, logIn: 0, read: 0, write: 0, content: 0, predict: 0 };
  const limits = new RateLimits({ rates: none, maxSources: 10, hide: (text) => text, now: () => 0 });
  assert.equal(limits.takeAddress('192.0.2.1', 'log-in'), undefined);
  assert.equal(limits.takePrincipal('user:ada', 'read'), undefined);
  assert.equal(limits.size, 0);
});
