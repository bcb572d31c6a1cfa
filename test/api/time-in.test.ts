import assert from 'node:assert/strict';
import test from 'node:test';
import { timeIn } from '../../src/api/routes/fields.ts';

test('a time comes in as ISO 8601 and goes on with milliseconds', () => {
  assert.equal(timeIn.parse('2026-01-02T03:04:05Z'), '2026-01-02T03:04:05.000Z');
});

test('what is no time is refused, and nothing is thrown', () => {
  for (const text of ['D', '', '2024-01-01T12:99:00Z', '2024-02-30T12:00:00Z', '2024-01-01']) {
    assert.equal(timeIn.safeParse(text).success, false, text);
  }
});
