// `strongroom predict --server`: which version answers is for the server to decide.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { parseAliasName, parseModelName } from '../../src/api/index.ts';
import { utf8Text } from '../../src/bytes/index.ts';
import { doublingModel, shiftingModel } from '../kit/onnx-builder.ts';
import { until } from '../kit/runner-processes.ts';
import { programWith, servedHome } from '../kit/served-home.ts';
import { putOf } from '../kit/temporary-home.ts';
import { runCommand } from './transcript.ts';

const model = parseModelName('acme/doubling');
const alias = parseAliasName('production');

const [DOUBLED, PLUS_ONE] = [
  [
    [2, 4, 6],
    [8, 10, 12],
  ],
  [
    [2, 3, 4],
    [5, 6, 7],
  ],
];

/** The document of `--json`. */
interface Said {
  readonly version: number;
  readonly predictions: readonly { readonly outputs: { readonly y: readonly number[] } }[];
}

/** A server where `production` doubles (version 1) and version 2 adds one, and a predictor at its command line. */
async function asker(t: TestContext) {
  const served = await servedHome(t);
  const { api } = served.root;
  await api.versions.put(putOf(model, { 'model.onnx': doublingModel() }, { aliases: [alias] }));
  await api.versions.put(putOf(model, { 'model.onnx': shiftingModel([1, 1, 1]) }));
  const { secret } = await programWith(t, served, { name: 'app', role: 'predictor', on: 'acme' });
  const rows = join(served.folder, 'rows.csv');
  await writeFile(rows, '1,2,3\n4,5,6\n');
  const env = `STRONGROOM_PIN=${served.pin} STRONGROOM_TOKEN=${utf8Text(secret.expose())}`;
  /** The version that answered, which its numbers are of. */
  const ask = async (ref: string) => {
    const command = `strongroom --server ${served.serving.url} predict ${ref} -i ${rows} --no-header --json`;
    const shown = await runCommand(`${env} ${command}`);
    const { version, predictions } = JSON.parse(shown.join('\n')) as Said;
    const answers = predictions.map(({ outputs }) => outputs.y);
    assert.deepEqual(answers, version === 1 ? DOUBLED : PLUS_ONE);
    return version;
  };
  return { api, ask };
}

test('a prediction through a server is answered by the version that the server decides on, and says which', async (t) => {
  const { api, ask } = await asker(t);
  const byAlias = `${model}:${alias}`;
  assert.deepEqual([await ask(byAlias), await ask(model)], [1, 2]);
  await api.rollouts.set({ model, alias, canary: { version: 2, percent: 100 } });
  assert.deepEqual([await ask(byAlias), await ask(`${model}@1`)], [2, 1]);
  await api.rollouts.set({ model, alias, shadow: 2 });
  assert.equal(await ask(byAlias), 1);
  await until(async () => (await api.rollouts.get({ model, alias })).agreement?.compared === 1);
});
