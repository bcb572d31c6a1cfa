import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fuzzReader } from '../../fuzz/fuzz-reader.ts';
import { FUZZERS_FOLDER, fuzzerNames } from '../../fuzz/load-fuzzers.ts';

/** Fixed, so that a failure here is one of the code and not of luck; `npm run fuzz` takes others. */
const SEED = 20_261;
const RUNS = 120;

for (const reader of fuzzerNames(FUZZERS_FOLDER)) {
  test(`${reader}: ${RUNS} hostile files are read to an end, without a throw and within memory`, async () => {
    const order = { folder: FUZZERS_FOLDER, reader, seed: SEED, runs: RUNS, seconds: 30 };
    const { cases, failure } = await fuzzReader(order, { caseMs: 30_000 });
    assert.equal(failure, undefined, `npm run fuzz -- ${reader} --seed ${SEED} --runs ${RUNS}`);
    assert.equal(cases, RUNS);
  });
}
