import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decideRate, type Rate } from '../../src/abuse/gcra.ts';
import { RateTable } from '../../src/abuse/rate-table.ts';

const RATE: Rate = { limit: 5, periodMs: 1000, burst: 5 };

test('a burst passes, then one for every interval', () => {
  const table = new RateTable(RATE, 10);
  const at = (now: number) => table.take('k', now).isAllowed;
  assert.deepEqual(
    Array.from({ length: 6 }, () => at(0)),
    [true, true, true, true, true, false],
  );
  assert.equal(at(199), false);
  assert.equal(at(200), true);
  assert.equal(at(201), false);
});

test('the wait that is told is exactly long enough', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(400), { maxLength: 60 }), (gaps) => {
      const table = new RateTable(RATE, 10);
      let now = 0;
      for (const gap of gaps) {
        now += gap;
        const { isAllowed, retryAfterMs } = table.take('k', now);
        if (isAllowed) continue;
        assert.equal(table.peek('k', now + retryAfterMs - 1).isAllowed, false);
        assert.equal(table.peek('k', now + retryAfterMs).isAllowed, true);
      }
    }),
  );
});

test('over any window no more pass than the burst and what the window allows', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(300), { minLength: 1, maxLength: 80 }), (gaps) => {
      const passed: number[] = [];
      let now = 0;
      let emptyAt: number | undefined;
      for (const gap of gaps) {
        now += gap;
        const decision = decideRate(RATE, now, { emptyAt, cost: 1 });
        emptyAt = decision.emptyAt;
        if (decision.isAllowed) passed.push(now);
      }
      for (const [first, start] of passed.entries()) {
        for (const [last, end] of passed.entries()) {
          if (last < first) continue;
          assert.ok(last - first + 1 <= RATE.burst + Math.floor((end - start) / 200));
        }
      }
    }),
  );
});

test('what is given back can be taken again, and a forgotten bucket is empty', () => {
  const table = new RateTable({ limit: 2, periodMs: 1000, burst: 2 }, 10);
  table.take('k', 0);
  table.take('k', 0);
  assert.equal(table.peek('k', 0).isAllowed, false);
  table.giveBack('k');
  assert.equal(table.take('k', 0).isAllowed, true);
  assert.equal(table.take('k', 0).isAllowed, false);
  table.forget('k');
  assert.equal(table.take('k', 0).remaining, 1);
});

test('a flood of keys pushes out the bucket used longest ago, never the one in use', () => {
  const table = new RateTable({ limit: 1, periodMs: 1e9, burst: 1 }, 100);
  table.take('victim', 0);
  for (let at = 0; at < 1000; at++) {
    table.take(`flood ${at}`, 1 + at);
    assert.equal(table.take('victim', 1 + at).isAllowed, false);
  }
});
