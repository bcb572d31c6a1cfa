import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bestOf } from '../../src/registry/index.ts';

const candidates = fc
  .array(fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom(0, 1, -1)))
  .map((values) => values.map((value, at) => ({ version: at + 1, value })));
const direction = fc.constantFrom('higher' as const, 'lower' as const);

test('no candidate is better than the best, and none as good is newer', () => {
  fc.assert(
    fc.property(candidates, direction, (list, better) => {
      const best = bestOf(list, better);
      if (best === undefined) {
        assert.equal(list.length, 0);
        return;
      }
      for (const { value, version } of list) {
        assert.ok(better === 'higher' ? value <= best.value : value >= best.value);
        assert.ok(value !== best.value || version <= best.version);
      }
    }),
  );
});

test('the best does not depend on the order of the candidates', () => {
  fc.assert(
    fc.property(candidates, direction, (list, better) => {
      assert.deepEqual(bestOf(list.toReversed(), better), bestOf(list, better));
    }),
  );
});

test('turning all signs around turns the direction around', () => {
  fc.assert(
    fc.property(candidates, (list) => {
      const turned = list.map((each) => ({ ...each, value: -each.value }));
      assert.equal(bestOf(turned, 'lower')?.version, bestOf(list, 'higher')?.version);
    }),
  );
});
