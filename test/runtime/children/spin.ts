// Starts a runner, prints its id, and lets it compute for ever.
import { Runner } from '../../../src/runtime/index.ts';
import { spinningModel } from '../../kit/onnx-builder.ts';
import { floats } from '../../kit/tensors.ts';

const model = spinningModel();
const runner = await Runner.start(
  {
    size: model.length,
    // eslint-disable-next-line @typescript-eslint/require-await -- a stream by its type, ready by its nature
    async *read() {
      yield model;
    },
  },
  {
    ...{ threads: 1, memoryBytes: 400 * 2 ** 20, loadMs: 60_000, runMs: 600_000, maxAnswerBytes: 2 ** 20 },
    memoryOf: () => undefined,
  },
);
const spin = { name: 'spin', datatype: 'BOOL', shape: [], data: Uint8Array.of(1) } as const;
const endless = runner.run({ inputs: [floats('x', [1, 3], [1, 2, 3]), spin], outputs: ['y'] });
console.log(runner.pid);
await endless;
