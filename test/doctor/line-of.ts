import assert from 'node:assert/strict';
import type { Line, Standing } from '../../src/doctor/index.ts';

/** The moment at which the tests look. */
export const NOW = new Date('2026-06-01T12:00:00.000Z');

/** ISO 8601, so many days before (or, below zero, after) that moment. */
export function daysAgo(days: number): string {
  return new Date(NOW.getTime() - days * 86_400_000).toISOString();
}

/** Holds the line of this name to a standing, and what it found to a pattern. Only what passed has no advice. */
export function expectLine(
  lines: readonly Line[],
  name: string,
  expected: [standing: Standing, found: RegExp],
) {
  const [standing, found] = expected;
  const line = lines.find((each) => each.name === name);
  assert.ok(line, `no line ${name}`);
  assert.equal(line.standing, standing, `${name}: ${line.found}`);
  assert.match(line.found, found);
  assert.equal(line.advice === undefined, standing === 'pass', `${name}: advice`);
}
