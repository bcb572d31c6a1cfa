// Two real data sets, and models trained on a part of each; see examples/extraction.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomOf, shuffle } from '../../src/robustness/random.ts';
import { type Scaling, scalingOf } from '../../src/robustness/scaling.ts';
import { type Network, trainNetwork } from '../../src/robustness/surrogates/network.ts';

const FOLDER = join(import.meta.dirname, '../../examples/extraction');

export interface DataRow {
  readonly features: Float64Array;
  readonly label: number;
}

export interface DataSet {
  readonly name: 'digits' | 'cancer';
  readonly classes: number;
  readonly rows: readonly DataRow[];
}

export function readDigits(): DataSet {
  const lines = readFileSync(join(FOLDER, 'digits.txt'), 'utf8').trim().split('\n');
  const rows = lines.map((line) => ({
    label: Number(line[0]),
    features: Float64Array.from(line.slice(1), (letter) => (letter.charCodeAt(0) - 97) / 16),
  }));
  return { name: 'digits', classes: 10, rows };
}

export function readCancer(): DataSet {
  const lines = readFileSync(join(FOLDER, 'cancer.csv'), 'utf8').trim().split('\n').slice(1);
  const rows = lines.map((line) => {
    const [label = 0, ...values] = line.split(',').map(Number);
    return { label, features: Float64Array.from(values) };
  });
  return { name: 'cancer', classes: 2, rows };
}

/** A data set in three parts that share no row, and a model that saw the first part only. */
export interface Split {
  readonly classes: number;
  readonly train: readonly DataRow[];
  readonly reference: readonly Float64Array[];
  /** What honest callers and attackers have. */
  readonly traffic: readonly DataRow[];
  readonly predict: (features: Float64Array) => Float64Array;
}

export function splitOf(data: DataSet, seed: number): Split {
  const rows = shuffle(data.rows, randomOf(seed));
  const sizes = data.name === 'digits' ? [500, 600] : [120, 249];
  const [trained = 0, referred = 0] = sizes;
  const train = rows.slice(0, trained);
  const scaling = scalingOf(train.map(({ features }) => features));
  const network = trainOn(train, data.classes, { seed, scaling });
  return {
    classes: data.classes,
    train,
    reference: rows.slice(trained, trained + referred).map(({ features }) => features),
    traffic: rows.slice(trained + referred),
    predict: (features) => network.predict(scaling.apply(features)),
  };
}

function trainOn(
  rows: readonly DataRow[],
  classes: number,
  by: { readonly seed: number; readonly scaling: Scaling },
): Network {
  const labelled = rows.map(({ features, label }) => {
    const answer = new Float64Array(classes);
    answer[label] = 1;
    return { features: by.scaling.apply(features), answer };
  });
  return trainNetwork(labelled, { name: 'victim', hidden: [32], steps: 600, random: randomOf(by.seed) });
}
