import assert from 'node:assert/strict';
import { type ByteSource, memorySource } from '../src/bytes/index.ts';
import type { FormatProblem } from '../src/formats/index.ts';

/** Reads of a file of kilobytes that no honest reader needs. */
const MAX_READS = 200_000;

/** A file in memory that refuses reads which a reader of a real file could not make. */
export function watchedSource(file: Uint8Array): ByteSource {
  const source = memorySource(file);
  let reads = 0;
  return {
    size: file.length,
    read(offset, length) {
      const isPlace = Number.isSafeInteger(offset) && Number.isSafeInteger(length);
      assert.ok(isPlace && offset >= 0 && length >= 0, `read of ${length} bytes at ${offset}`);
      assert.ok(offset <= file.length, `read at ${offset} of a file of ${file.length} bytes`);
      assert.ok(++reads <= MAX_READS, `more than ${MAX_READS} reads`);
      return source.read(offset, length);
    },
  };
}

/** Problems are few, in the file, and safe to print. */
export function assertProblems(
  problems: readonly FormatProblem[],
  { size }: { readonly size: number },
): void {
  assert.ok(problems.length <= 1000, `${problems.length} problems`);
  for (const { code, offset, message } of problems) {
    assert.match(code, /^[A-Z][A-Z0-9_]+$/);
    assert.ok(Number.isSafeInteger(offset) && offset >= 0, `${code} at ${offset} of ${size}`);
    // The ellipsis is ours: where a text was cut.
    assert.match(message, /^[\x20-\x7e…]{1,500}$/, code);
  }
}
