// Opens a home and asks the model in it; its argument is the home.
import { parseModelName } from '../../../src/api/index.ts';
import { openStrongroom } from '../../../src/open/index.ts';
import { floats } from '../../kit/tensors.ts';

await using strongroom = await openStrongroom({ home: process.argv[2] ?? '' });
const inputs = [floats('x', [1, 64], Array<number>(64).fill(1))];
const { outputs } = await strongroom.api.predictions.infer({ model: parseModelName('acme/marked'), inputs });
console.log(`${outputs[0]?.shape.at(-1) ?? 0} answers`);
