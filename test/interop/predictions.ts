import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseAliasName, parseModelName, principalId } from '../../src/api/index.ts';
import { utf8Text } from '../../src/bytes/index.ts';
import type { Strongroom } from '../../src/open/index.ts';
import { putOf } from '../kit/temporary-home.ts';
import { fixture } from '../network/local-server.ts';
import type { Check } from './check.ts';
import { findPythonPeer, type PythonPeer } from './python-peer.ts';
import { freePort, type ServedHome, serveHome } from './served-home.ts';
import type { Workshop } from './workshop.ts';

const HERE = import.meta.dirname;
const DIGITS = join(HERE, '../../examples/digits');
/** Models are made once, beside the packages that make them. */
const MODELS = join(HERE, '../../node_modules/.cache/strongroom-interop/models');

const PEER: PythonPeer = {
  name: 'predictions',
  packages: ['tritonclient[http]==2.73.0', 'onnxruntime==1.32.0', 'skl2onnx==1.20.0', 'scikit-learn==1.9.1'],
  probe: 'import tritonclient.http, onnxruntime, skl2onnx, sklearn',
};

const run = promisify(execFile);

/** What a row of the tabular model is compared by. */
interface Said {
  readonly schema: {
    readonly features: readonly { readonly name: string }[];
    readonly labels: readonly string[];
  };
  readonly rows: readonly (readonly number[])[];
  readonly label: readonly number[];
  readonly probabilities: readonly (readonly number[])[];
}

/** An unmodified `tritonclient` and plain curl ask our server; Python's onnxruntime says what is right. */
export function predictionChecks(): Check[] {
  const python = findPythonPeer(PEER);
  const missing = python === undefined ? 'tritonclient (pip install tritonclient[http])' : undefined;
  return [
    {
      name: 'tritonclient asks our server: digits and texts equal onnxruntime, errors, Bearer and Basic',
      missing,
      run: (workshop) => askedByTriton(workshop, python ?? ''),
    },
    {
      name: 'curl asks our server about a gradient-boosted table: JSON, CSV, lines and tensors',
      missing,
      run: (workshop) => askedByCurl(workshop, python ?? ''),
    },
    {
      name: 'strongroom predict says of a table what onnxruntime says',
      missing,
      run: (workshop) => askedByUs(workshop, python ?? ''),
    },
  ];
}

async function askedByTriton(workshop: Workshop, python: string): Promise<void> {
  const served = await serveModels(workshop, python);
  try {
    const script = join(HERE, 'check_predictions.py');
    const { stdout } = await run(python, [script, served.address, served.ca, served.token, workshop.folder]);
    process.stdout.write(stdout.replace(/^/gm, '         ').trimEnd() + '\n');
  } finally {
    await served.home.close();
  }
}

async function askedByCurl(workshop: Workshop, python: string): Promise<void> {
  const served = await serveModels(workshop, python);
  const said = saidOfTable();
  const curl = async (path: string, ...words: readonly string[]): Promise<string> => {
    const { stdout } = await run(
      'curl',
      [
        '-sS',
        '--cacert',
        served.ca,
        '-H',
        `Authorization: Bearer ${served.token}`,
        ...words,
        `https://${served.address}${path}`,
      ],
      { maxBuffer: 64 * 2 ** 20, cwd: workshop.folder },
    );
    return stdout;
  };
  const json = ['-H', 'content-type: application/json'];
  try {
    const one = JSON.parse(
      await curl('/predict/acme/tumours', ...json, '-d', JSON.stringify({ features: said.rows[0] })),
    ) as Answer;
    assertSame([one], said, 1);
    const named = said.rows.map((row) =>
      Object.fromEntries(said.schema.features.map(({ name }, at) => [name, row[at]])),
    );
    workshop.write('rows.json', JSON.stringify({ rows: named }));
    const all = JSON.parse(await curl('/predict/acme/tumours', ...json, '-d', '@rows.json')) as Answers;
    assertSame(all.predictions, said);
    const csv = await curl(
      '/predict/acme/tumours',
      '-H',
      'content-type: text/csv',
      '--data-binary',
      '@tabular.csv',
    );
    assertSame(parseCsv(csv), said);
    workshop.write('rows.ndjson', said.rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    const lines = await curl(
      '/predict/acme/tumours',
      ...['-H', 'content-type: application/x-ndjson', '--data-binary', '@rows.ndjson'],
    );
    assertSame(
      lines
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Answer),
      said,
    );
    const tensors = JSON.parse(
      await curl(
        '/v2/models/acme/tumours/infer',
        '-d',
        JSON.stringify({
          inputs: [{ name: 'features', datatype: 'FP32', shape: [1, 30], data: said.rows[0] }],
        }),
      ),
    ) as { readonly outputs: readonly { readonly data: readonly number[] }[] };
    assert.deepEqual(tensors.outputs[0]?.data, [said.label[0]]);
    const wrong = await curl(
      '/predict/acme/tumours',
      ...json,
      '-d',
      '{"features":[1,2]}',
      '-w',
      ' %{http_code}',
    );
    assert.match(wrong, /row 0 has 2 features, and the model takes 30.* 400$/);
  } finally {
    await served.home.close();
  }
}

async function askedByUs(workshop: Workshop, python: string): Promise<void> {
  const served = await serveModels(workshop, python);
  await served.home.close();
  const said = saidOfTable();
  assertSame(
    parseCsv(workshop.strongroom('predict', 'acme/tumours', '--input', workshop.path('tabular.csv'))),
    said,
  );
  workshop.run(python, [
    '-c',
    'import json, numpy; numpy.save("rows.npy", numpy.array(json.load(open("tabular.json"))["rows"], numpy.float32))',
  ]);
  const document = workshop.strongroom(
    'predict',
    'acme/tumours',
    '--input',
    workshop.path('rows.npy'),
    '--json',
  );
  assertSame((JSON.parse(document) as Answers).predictions, said);
}

interface Answer {
  readonly label: string;
  readonly score: number;
  readonly probabilities: Readonly<Record<string, number>>;
}

interface Answers {
  readonly predictions: readonly Answer[];
}

/** Equal to 1e-6. */
function assertSame(answers: readonly Answer[], said: Said, count = said.rows.length): void {
  assert.equal(answers.length, count);
  for (const [row, { label, probabilities, score }] of answers.entries()) {
    assert.equal(label, said.schema.labels[said.label[row] ?? -1]);
    const expected = said.probabilities[row] ?? [];
    for (const [at, name] of said.schema.labels.entries())
      assert.ok(Math.abs((probabilities[name] ?? -1) - (expected[at] ?? 0)) <= 1e-6, `row ${row}, ${name}`);
    assert.equal(score, probabilities[label]);
  }
}

function parseCsv(text: string): readonly Answer[] {
  const [header, ...lines] = text.trimEnd().split(/\r?\n/);
  assert.equal(header, 'label,score,probability_malignant,probability_benign');
  return lines.map((line) => {
    const [label = '', score, malignant, benign] = line.split(',');
    return {
      label,
      score: Number(score),
      probabilities: { malignant: Number(malignant), benign: Number(benign) },
    };
  });
}

interface ServedModels {
  readonly home: ServedHome;
  readonly address: string;
  readonly ca: string;
  readonly token: string;
}

/** Digits, a table and texts behind a server, and what a predictor needs to ask. */
async function serveModels(workshop: Workshop, python: string): Promise<ServedModels> {
  makeModels(workshop, python);
  copyFileSync(join(DIGITS, 'run-2/digits.onnx'), workshop.path('digits.onnx'));
  copyFileSync(join(DIGITS, 'holdout.csv'), workshop.path('holdout.csv'));
  for (const name of ['tabular.csv', 'tabular.json', 'text.json'])
    copyFileSync(join(MODELS, name), workshop.path(name));
  const port = await freePort();
  let token = '';
  const home = await serveHome(workshop, port, {
    prepare: async (strongroom) => {
      token = await fill(strongroom);
    },
  });
  return { home, address: `localhost:${port}`, ca: workshop.write('ca.pem', fixture('ca.pem')), token };
}

function makeModels(workshop: Workshop, python: string): void {
  if (existsSync(join(MODELS, 'text.json'))) return;
  mkdirSync(MODELS, { recursive: true });
  workshop.run(python, [join(HERE, 'make_models.py'), MODELS]);
}

function saidOfTable(): Said {
  return JSON.parse(readFileSync(join(MODELS, 'tabular.json'), 'utf8')) as Said;
}

async function fill({ api }: Strongroom): Promise<string> {
  const aliases = [parseAliasName('production')];
  await api.versions.put(
    putOf('acme/digits', { 'digits.onnx': readFileSync(join(DIGITS, 'run-2/digits.onnx')) }, { aliases }),
  );
  for (const [name, file] of [
    ['acme/tumours', 'tabular.onnx'],
    ['acme/text', 'text.onnx'],
  ] as const) {
    await api.versions.put(putOf(name, { [file]: readFileSync(join(MODELS, file)) }));
  }
  await api.schemas.set({ model: parseModelName('acme/tumours'), schema: saidOfTable().schema });
  const owner = principalId('service-account', 'app');
  await api.serviceAccounts.create({ name: 'app' });
  // What comes out is compared to the last digit; by default it is rounded.
  await api.grants.create({ principal: owner, role: 'predictor', on: 'everything', output: 'full' });
  const { secret } = await api.tokens.create({ name: 'app', owner });
  return utf8Text(secret.expose()) ?? '';
}
