import { largestAt } from '../../inference/index.ts';
import { normalOf, pick, type Random } from '../random.ts';
import { trainNetwork } from '../surrogates/network.ts';
import type { LabelledRow } from '../surrogates/surrogate.ts';
import { type AttackerKnowledge, between, featureRanges, type Questions, type Strategy } from './strategy.ts';

/**
 * Halves the way between two rows of different classes again and again (adaptive retraining of Tramèr et al. 2016; Lowd
 * and Meek, Adversarial Learning, 2005).
 */
export const LINE_SEARCH: Strategy = {
  name: 'line-search',
  summary: 'halves the way between rows of different classes',
  ask: searchLines,
};

function* searchLines({ pool, random }: AttackerKnowledge): Questions {
  for (;;) {
    let [from, to] = [pick(pool, random), pick(pool, random)];
    const start = largestAt(yield from);
    if (largestAt(yield to) === start) continue;
    for (let halving = 0; halving < 10; halving++) {
      const middle = between(from, to, 0.5);
      if (largestAt(yield middle) === start) from = middle;
      else to = middle;
    }
  }
}

/**
 * Jacobian-based augmentation (Papernot et al., Practical Black-Box Attacks against Machine Learning, 2017): rows pushed
 * along the sign of a copy's gradient, from a few honest ones.
 */
export const JACOBIAN: Strategy = {
  name: 'jacobian-augmentation',
  summary: 'rows pushed along the gradient of a copy',
  ask: augment,
};

const SEEDS = 60;
const MAX_ROUND = 200;
const STEP = 0.1;
const ROUND_STEPS = 300;

function* augment({ pool, random }: AttackerKnowledge): Questions {
  const ranges = featureRanges(pool);
  const learnt: LabelledRow[] = [];
  for (let seed = 0; seed < SEEDS; seed++) {
    const features = pick(pool, random);
    learnt.push({ features, answer: yield features });
  }
  for (;;) {
    const copy = trainNetwork(learnt, { name: 'copy', hidden: [32], steps: ROUND_STEPS, random });
    for (const { features, answer } of learnt.slice(-MAX_ROUND)) {
      const slope = copy.gradient(features, largestAt(answer));
      // Away from its class, in steps of a share of each feature's range.
      const pushed = features.map((value, at) => {
        const { low = 0, high = 1 } = ranges[at] ?? {};
        return value - STEP * (high - low) * Math.sign(slope[at] ?? 0);
      });
      learnt.push({ features: pushed, answer: yield pushed });
    }
  }
}

/**
 * Square attack (Andriushchenko et al. 2020): keeps random changes of a few features at once that make the right class
 * less likely. On tables the square is a run of neighbouring features.
 */
export const SQUARE: Strategy = {
  name: 'square',
  summary: 'random changes of a few features that make a row look like another class',
  ask: attackBySquares,
};

const SQUARE_SIZE = 0.15;
const SQUARE_TRIES = 100;

function* attackBySquares({ pool, random }: AttackerKnowledge): Questions {
  const ranges = featureRanges(pool);
  for (;;) {
    const start = pick(pool, random);
    const answer = yield start;
    const target = largestAt(answer);
    let [best, confidence] = [flipped(start, start, { ranges, random, share: 1 }), answer[target] ?? 1];
    for (let tried = 0; tried < SQUARE_TRIES; tried++) {
      const share = 0.5 * 0.5 ** Math.floor((4 * tried) / SQUARE_TRIES);
      const candidate = flipped(best, start, { ranges, random, share });
      const reply = yield candidate;
      if ((reply[target] ?? 0) <= confidence) [best, confidence] = [candidate, reply[target] ?? 0];
      if (largestAt(reply) !== target) break;
    }
  }
}

/** A run of features moved up or down by as much as the attack allows, from where the row began. */
function flipped(
  row: Float64Array,
  start: Float64Array,
  by: { readonly ranges: ReturnType<typeof featureRanges>; readonly random: Random; readonly share: number },
): Float64Array {
  const length = Math.max(1, Math.round(by.share * row.length));
  const first = Math.floor(by.random() * (row.length - length + 1));
  const next = row.slice();
  for (let at = first; at < first + length; at++) {
    const { low = 0, high = 1 } = by.ranges[at] ?? {};
    next[at] = (start[at] ?? 0) + (by.random() < 0.5 ? -1 : 1) * SQUARE_SIZE * (high - low);
  }
  return next;
}

/**
 * HopSkipJump (Chen, Jordan and Wainwright 2020), which needs labels only: walks to the boundary, feels its direction by
 * small random steps around it, and goes on along it.
 */
export const HOP_SKIP_JUMP: Strategy = {
  name: 'hop-skip-jump',
  summary: 'walks along the boundary by labels only',
  ask: hopSkipJump,
};

const HOPS = 5;
const PROBES = 25;
const BINARY_STEPS = 8;

function* hopSkipJump({ pool, random }: AttackerKnowledge): Questions {
  const ranges = featureRanges(pool);
  for (;;) {
    const start = pick(pool, random);
    let outside = pick(pool, random);
    const inside = largestAt(yield start);
    if (largestAt(yield outside) === inside) continue;
    for (let hop = 0; hop < HOPS; hop++) {
      let [low, high] = [0, 1];
      for (let step = 0; step < BINARY_STEPS; step++) {
        const middle = (low + high) / 2;
        if (largestAt(yield between(start, outside, middle)) === inside) low = middle;
        else high = middle;
      }
      const boundary = between(start, outside, high);
      const direction = new Float64Array(start.length);
      for (let probe = 0; probe < PROBES; probe++) {
        const noise = Float64Array.from(ranges, ({ deviation }) => 0.05 * deviation * normalOf(random));
        const sign =
          largestAt(yield boundary.map((value, at) => value + (noise[at] ?? 0))) === inside ? -1 : 1;
        for (let at = 0; at < direction.length; at++) {
          direction[at] = (direction[at] ?? 0) + (sign * (noise[at] ?? 0)) / PROBES;
        }
      }
      outside = boundary.map((value, at) => value + (5 / (hop + 1)) * (direction[at] ?? 0));
      if (largestAt(yield outside) === inside) outside = boundary;
    }
  }
}
