// What predictions of ours are measured against: fastify over TLS with ONNX Runtime in the same process, which
// authenticates nobody, checks nothing and records nothing. Arguments: model file, certificate file, key file. Prints
// its port.
import { readFileSync } from 'node:fs';
import fastify from 'fastify';
import { InferenceSession, Tensor } from 'onnxruntime-node';

interface Question {
  readonly inputs: readonly [{ readonly name: string; readonly shape: number[]; readonly data: number[] }];
}

const [modelFile = '', certificateFile = '', keyFile = ''] = process.argv.slice(2);
const session = await InferenceSession.create(readFileSync(modelFile), { intraOpNumThreads: 1 });
const app = fastify({
  https: {
    cert: readFileSync(certificateFile),
    key: readFileSync(keyFile),
    minVersion: 'TLSv1.3',
    ecdhCurve: 'X25519MLKEM768:X25519:P-256:P-384',
  },
});

app.post('/infer', async (request) => {
  const [{ name, shape, data }] = (request.body as Question).inputs;
  const results = await session.run({ [name]: new Tensor('float32', Float32Array.from(data), shape) });
  return {
    outputs: Object.entries(results).map(([output, { type, dims, data: values }]) => ({
      name: output,
      datatype: type,
      shape: dims,
      data: Array.from(values as Float32Array | BigInt64Array, Number),
    })),
  };
});
app.server.maxRequestsPerSocket = 1000;
await app.listen({ host: '127.0.0.1', port: 0 });
const address = app.server.address();
process.stdout.write(`${typeof address === 'object' && address !== null ? address.port : ''}\n`);
