import { pick, shuffle } from '../random.ts';
import { trainNetwork } from '../surrogates/network.ts';
import type { LabelledRow } from '../surrogates/surrogate.ts';
import { type AttackerKnowledge, between, type Questions, type Strategy } from './strategy.ts';

/** Rows of the pool in random order, over and over: what honest traffic looks like too. */
export const PASSIVE_POOL: Strategy = {
  name: 'passive-pool',
  summary: 'rows like honest ones, in random order',
  *ask({ pool, random }) {
    for (;;) for (const row of shuffle(pool, random)) yield row;
  },
};

/**
 * The rows of a pool that a copy trained so far is least sure of (Chandrasekaran et al., Exploring Connections Between
 * Active Learning and Model Extraction, 2020). Where the pool is small it is made larger by mixing pairs of its rows.
 */
export const ACTIVE_POOL: Strategy = {
  name: 'active-pool',
  summary: 'rows like honest ones, those first that a copy is least sure of',
  ask: askActively,
};

const START = 40;
const ROUND = 40;
const CANDIDATES = 600;
const ROUND_STEPS = 250;

function* askActively(knowledge: AttackerKnowledge): Questions {
  const { pool, random } = knowledge;
  const learnt: LabelledRow[] = [];
  for (const features of shuffle(pool, random).slice(0, START)) {
    learnt.push({ features, answer: yield features });
  }
  for (;;) {
    const copy = trainNetwork(learnt, { name: 'copy', hidden: [32], steps: ROUND_STEPS, random });
    const doubts = Array.from({ length: CANDIDATES }, () => candidate(knowledge))
      .map((features) => ({ features, margin: marginOf(copy.predict(features)) }))
      .sort((a, b) => a.margin - b.margin);
    for (const { features } of doubts.slice(0, ROUND)) learnt.push({ features, answer: yield features });
  }
}

function candidate({ pool, random }: AttackerKnowledge): Float64Array {
  const one = pick(pool, random);
  if (random() < 0.5) return one;
  const other = pick(pool, random);
  return between(one, other, 0.5 * random());
}

function marginOf(probabilities: Float64Array): number {
  const [first = 0, second = 0] = probabilities.slice().sort().reverse();
  return first - second;
}
