import { createHash, randomInt } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { fileOfCase } from './file-of-case.ts';
import { type FuzzOutcome, fuzzReader } from './fuzz-reader.ts';
import { FUZZERS_FOLDER, fuzzerNames, loadFuzzer } from './load-fuzzers.ts';
import type { FuzzOrder } from './messages.ts';

// `npm run fuzz -- [reader…] [--seconds N] [--seed S] [--runs N]`, and `-- reader --replay FILE` for one that was
// found. Exit status 1 when any reader failed.

const CASE_MS = 20_000;
const DEFAULT_SECONDS = 10;
const FOUND_FOLDER = join(import.meta.dirname, 'found');

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string' },
    seed: { type: 'string' },
    runs: { type: 'string' },
    replay: { type: 'string' },
  },
});

const all = fuzzerNames(FUZZERS_FOLDER);
const unknown = positionals.filter((name) => !all.includes(name));
if (unknown.length > 0) {
  console.error(`no such reader: ${unknown.join(', ')}; there are ${all.join(', ')}`);
  process.exit(2);
}
const readers = positionals.length > 0 ? positionals : all;
if (values.replay !== undefined && readers.length !== 1) {
  console.error('a file is replayed with one reader: npm run fuzz -- READER --replay FILE');
  process.exit(2);
}
const seed = values.seed === undefined ? randomInt(1, 2 ** 31) : numberOf('seed', values.seed);
const seconds = values.seconds === undefined ? DEFAULT_SECONDS : numberOf('seconds', values.seconds);
const runs = values.runs === undefined ? Number.MAX_SAFE_INTEGER : numberOf('runs', values.runs);
console.log(`seed ${seed}; ${readers.length} readers, ${seconds} s each`);

for (const reader of readers) {
  const order: FuzzOrder = {
    folder: FUZZERS_FOLDER,
    reader,
    seed,
    runs: values.replay === undefined ? runs : 1,
    seconds,
    ...(values.replay !== undefined && { replay: resolve(values.replay) }),
  };
  const outcome = await fuzzReader(order, { caseMs: CASE_MS });
  console.log(
    `${reader.padEnd(14)} ${outcome.cases} files ${outcome.failure === undefined ? 'ok' : 'FAILED'}`,
  );
  if (outcome.failure === undefined) continue;
  process.exitCode = 1;
  await tell(order, outcome.failure);
}

async function tell(order: FuzzOrder, failure: NonNullable<FuzzOutcome['failure']>): Promise<void> {
  console.log(failure.message.replace(/^/gm, '    '));
  if (order.replay !== undefined) return;
  const fuzzer = await loadFuzzer(order.folder, order.reader);
  const file = fileOfCase(fuzzer, { seed, index: failure.index });
  const digest = createHash('sha256').update(file).digest('hex').slice(0, 12);
  mkdirSync(FOUND_FOLDER, { recursive: true });
  const path = join(FOUND_FOLDER, `${order.reader}-${digest}`);
  writeFileSync(path, file);
  console.log(`    npm run fuzz -- ${order.reader} --replay ${relative(process.cwd(), path)}`);
}

function numberOf(name: string, text: string): number {
  if (/^\d{1,12}$/.test(text)) return Number(text);
  console.error(`--${name} wants a whole number, not ${text}`);
  process.exit(2);
}
