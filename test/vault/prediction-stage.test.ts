import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AskedQuestion, PredictionStage } from '../../src/vault/prediction-stage.ts';
import { throughStages } from '../../src/vault/prediction-stage.ts';

const QUESTION = { inputs: [], outputs: ['label'] } as unknown as AskedQuestion;

/** A stage that writes down what it hears. */
function stage(name: string, heard: string[], refusal?: Error): PredictionStage {
  return {
    before: (asked) => {
      if (refusal !== undefined) return Promise.reject(refusal);
      heard.push(`${name} in`);
      return Promise.resolve(asked);
    },
    uncomputed: () => void heard.push(`${name} not computed`),
    after: (_asked, outputs) => {
      heard.push(`${name} out`);
      return Promise.resolve(outputs);
    },
  };
}

test('stages are passed in their order on the way in, and in the opposite order on the way out', async () => {
  const heard: string[] = [];
  await throughStages([stage('first', heard), stage('second', heard)], QUESTION, () => Promise.resolve([]));
  assert.deepEqual(heard, ['first in', 'second in', 'second out', 'first out']);
});

test('who let a question in hears that it was not computed, and nobody lets anything out', async () => {
  const [heard, failure] = [[] as string[], new Error('the runner is gone')];
  const stages = [stage('first', heard), stage('second', heard)];
  await assert.rejects(
    throughStages(stages, QUESTION, () => Promise.reject(failure)),
    failure,
  );
  assert.deepEqual(heard, ['first in', 'second in', 'first not computed', 'second not computed']);
});

test('who refuses a question has nothing to take back, those before it have', async () => {
  const [heard, refusal] = [[] as string[], new Error('no')];
  const stages = [stage('first', heard), stage('second', heard, refusal)];
  await assert.rejects(
    throughStages(stages, QUESTION, () => Promise.resolve([])),
    refusal,
  );
  assert.deepEqual(heard, ['first in', 'first not computed']);
});
