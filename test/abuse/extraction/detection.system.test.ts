// Each attack is noticed on real data, and honest traffic is not.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { STRATEGIES } from '../../../src/robustness/strategies/all.ts';
import { LINE_SEARCH } from '../../../src/robustness/strategies/boundary.ts';
import { PASSIVE_POOL } from '../../../src/robustness/strategies/pool.ts';
import { readCancer, readDigits, splitOf } from '../../kit/data-sets.ts';
import { calibrationOf, honestWindows, questionsUntilAlarm, watchWith } from './traffic.ts';

for (const [data, clients] of [
  [readDigits(), 20],
  [readCancer(), 70],
] as const) {
  const split = splitOf(data, 1);
  const calibration = await calibrationOf(split, 11);

  test(`every attack on ${data.name} raises an alarm within 1,000 questions`, () => {
    for (const strategy of STRATEGIES.filter((each) => each !== PASSIVE_POOL)) {
      const watch = watchWith(calibration, 11);
      const asked = questionsUntilAlarm(watch, split, { strategy, questions: 1000, seed: 5 });
      assert.ok(asked <= 1000, `${strategy.name}: ${asked}`);
    }
  });

  test(`honest traffic on ${data.name} raises an alarm in less than one window of a thousand`, () => {
    const windows = honestWindows(watchWith(calibration, 12), split, { clients, seed: 6 });
    const alarms = windows.filter(({ isAlarm }) => isAlarm).length;
    assert.ok(windows.length >= 120);
    assert.ok(alarms < windows.length / 1000, `${alarms} of ${windows.length}`);
  });

  test(`an attack on ${data.name} that is spread over ten accounts shows as well`, () => {
    const attack = { strategy: LINE_SEARCH, questions: 1100, seed: 5, accounts: 10 };
    assert.ok(questionsUntilAlarm(watchWith(calibration, 13), split, attack) <= 1100);
  });

  test(`a careful thief of ${data.name}, who asks what honest callers ask, is not noticed`, () => {
    const attack = { strategy: PASSIVE_POOL, questions: 1000, seed: 5 };
    assert.equal(questionsUntilAlarm(watchWith(calibration, 14), split, attack), Infinity);
  });
}
