import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { parseCompression } from '../../src/api/index.ts';
import {
  collectDirections,
  collectMetrics,
  collectPairs,
  parseCount,
  parseLineage,
  parseShares,
} from '../../src/cli/values.ts';
import { isStrongroomError } from '../../src/errors/index.ts';

const invalid = (error: unknown): boolean =>
  isStrongroomError(error) && error.kind === 'invalid' && error.hint !== '';

test('repeated name=value options add up, and a name given twice is refused', () => {
  assert.deepEqual(collectPairs('b=2=3', collectPairs('a=1')), { a: '1', b: '2=3' });
  assert.throws(() => collectPairs('a=2', { a: '1' }), invalid);
  for (const text of ['', '=', '=x', 'novalue']) assert.throws(() => collectPairs(text), invalid);
});

test('a metric takes any finite number that JSON could write, and nothing else', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      assert.ok(collectMetrics(`m=${value}`)['m'] === value);
    }),
  );
  for (const text of ['m=', 'm=NaN', 'm=Infinity', 'm=0x10', 'm=1,5', 'm=1 2', 'm=1e999']) {
    assert.throws(() => collectMetrics(text), invalid, text);
  }
});

test('names that objects are born with are ordinary names', () => {
  const metrics = collectMetrics('constructor=1', {});
  assert.deepEqual(Object.keys(metrics), ['constructor']);
});

test('a direction is higher or lower', () => {
  assert.deepEqual(collectDirections('cost=lower'), { cost: 'lower' });
  assert.throws(() => collectDirections('cost=less'), invalid);
});

test('compression is none, auto, zstd or zstd with a level of 1 to 19', () => {
  assert.deepEqual(parseCompression('zstd:19'), { algorithm: 'zstd', level: 19 });
  assert.deepEqual(parseCompression('auto'), { algorithm: 'auto' });
  for (const text of ['', 'gzip', 'zstd:', 'zstd:0', 'zstd:20', 'ZSTD']) {
    assert.throws(() => parseCompression(text), invalid, text);
  }
});

test('lineage needs a version by its number and a relation', () => {
  assert.deepEqual(parseLineage('acme/churn@3', 'quantized'), {
    model: 'acme/churn',
    version: 3,
    relation: 'quantized',
  });
  assert.equal(parseLineage(undefined, undefined), undefined);
  assert.throws(() => parseLineage('acme/churn', 'quantized'), invalid);
  assert.throws(() => parseLineage('acme/churn:production', 'quantized'), invalid);
  assert.throws(() => parseLineage('acme/churn@3', undefined), invalid);
  assert.throws(() => parseLineage(undefined, 'quantized'), invalid);
});

test('shares are NEEDED/TOTAL, at least 2 of at most 255', () => {
  assert.deepEqual(parseShares('2/3'), { threshold: 2, total: 3 });
  for (const text of ['1/3', '4/3', '2/256', '2', '2/', 'a/b', '-2/3']) {
    assert.throws(() => parseShares(text), invalid, text);
  }
});

test('a count is a whole number from 1 on', () => {
  assert.equal(parseCount('500'), 500);
  for (const text of ['0', '-1', '1.5', '1e3', '', '9999999999'])
    assert.throws(() => parseCount(text), invalid);
});
