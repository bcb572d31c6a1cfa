import assert from 'node:assert/strict';
import { type ErrorCode, isStrongroomError } from '../../src/errors/index.ts';

/** What `assert.throws` takes: an error of ours with this code, and words where they matter. */
export function refusal(code: ErrorCode, words?: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(isStrongroomError(error), `expected ${code}, got ${String(error)}`);
    assert.equal(error.code, code, error.message);
    if (words !== undefined) assert.match(error.message, words);
    return true;
  };
}
