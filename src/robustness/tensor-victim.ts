import type { ModelSignature } from '../api/index.ts';
import type { NumericTensor, Tensor } from '../bytes/index.ts';
import { StrongroomError } from '../errors/index.ts';
import { isFloat, observe, withNumbers } from '../inference/index.ts';
import type { Victim } from './extraction.ts';

/** A model that can be asked. */
export interface AskableModel {
  readonly signature: ModelSignature;
  ask(inputs: readonly Tensor[]): Promise<readonly Tensor[]>;
}

/** Rows of one question. */
const BATCH_ROWS = 200;

/**
 * A model as the evaluation attacks it: rows of numbers in, a distribution over classes out. Throws `ATTACK_UNFIT` for a
 * model that takes anything but one tensor of floats with a free first dimension, that takes other rows than the given
 * ones, or that tells no classes apart.
 */
export async function tensorVictim(model: AskableModel, sample: readonly Float64Array[]): Promise<Victim> {
  const input = inputOf(model.signature, sample[0]?.length ?? 0);
  const predict = async (rows: readonly Float64Array[]) => {
    const answers: Float64Array[] = [];
    for (let start = 0; start < rows.length; start += BATCH_ROWS) {
      const inputs = [tensorOf(input, rows.slice(start, start + BATCH_ROWS))];
      const { rows: observed } = observe(inputs, await model.ask(inputs));
      for (const { probabilities } of observed) {
        if (probabilities === undefined) throw unfit('it gives no scores of classes');
        answers.push(probabilities);
      }
    }
    return answers;
  };
  const [first] = await predict(sample.slice(0, 1));
  if (first === undefined || first.length < 2) throw unfit('it tells no classes apart');
  return { classes: first.length, predict };
}

type Input = ModelSignature['inputs'][number];

function inputOf({ inputs }: ModelSignature, width: number): Input {
  const [input, ...more] = inputs;
  if (input === undefined || more.length > 0 || !isFloat(input.datatype)) {
    throw unfit('it takes something else than one tensor of floats');
  }
  const [, ...each] = input.shape;
  const wanted = each.reduce((product, dimension) => product * dimension, 1);
  if (input.shape[0] !== -1 || wanted !== width) {
    throw unfit(`it takes [${input.shape.join(', ')}], and the rows have ${width} numbers`);
  }
  return input;
}

function tensorOf({ name, datatype, shape }: Input, rows: readonly Float64Array[]): NumericTensor {
  if (datatype === 'BYTES') throw unfit('it takes texts');
  const numbers = new Float64Array(rows.reduce((sum, row) => sum + row.length, 0));
  let at = 0;
  for (const row of rows) {
    numbers.set(row, at);
    at += row.length;
  }
  const empty = { name, datatype, shape: [rows.length, ...shape.slice(1)], data: new Uint8Array() };
  return withNumbers(empty, numbers);
}

function unfit(why: string): StrongroomError {
  return new StrongroomError('ATTACK_UNFIT', `this model cannot be attacked: ${why}`);
}
