import assert from 'node:assert/strict';
import fc from 'fast-check';
import { FlatBuffer, type FlatTable } from '../../src/formats/flatbuffer/flatbuffer.ts';
import { ProblemLog, ReadingHalt } from '../../src/formats/problem-log.ts';
import { changed } from '../changed.ts';
import { flatBuffers, tfliteFiles } from '../flatbuffer-files.ts';
import type { Fuzzer } from '../fuzzer.ts';
import { assertProblems, watchedSource } from '../watched-source.ts';

const MAX_DEPTH = 8;
const MAX_READS = 20_000;

/** Takes every field of a table for everything that it could be. */
async function walk(buffer: FlatBuffer, table: FlatTable, depth: number): Promise<void> {
  for (const field of table.fields.keys()) {
    if (buffer.fieldOffset(table, field) === undefined) continue;
    for (const width of [1, 4, 8] as const) await halted(() => buffer.integer(table, field, width));
    await halted(() => buffer.string(table, field));
    await halted(async () => {
      for await (const text of buffer.strings(table, field)) assert.ok(text.length <= buffer.size);
    });
    if (depth >= MAX_DEPTH) continue;
    await halted(async () => {
      for await (const inner of buffer.tables(table, field)) await walk(buffer, inner, depth + 1);
    });
  }
}

async function halted(step: () => Promise<unknown>): Promise<void> {
  try {
    await step();
  } catch (error) {
    if (!(error instanceof ReadingHalt)) throw error;
  }
}

export const fuzzer: Fuzzer = {
  files: changed(fc.oneof(flatBuffers('TEST'), tfliteFiles)),
  async read(file) {
    const log = new ProblemLog();
    const buffer = new FlatBuffer(watchedSource(file), log, MAX_READS);
    await halted(async () => walk(buffer, await buffer.root(), 0));
    assertProblems(log.problems, { size: file.length });
  },
};
