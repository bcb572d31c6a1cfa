import type { Command } from 'commander';
import { parseVersionRef, type StrongroomApi, type VersionRef } from '../../api/index.ts';
import { utf8Bytes } from '../../bytes/index.ts';
import { StrongroomError } from '../../errors/index.ts';
import {
  AnswerCsv,
  csvRecords,
  ndjsonRows,
  type PredictedRows,
  type Prediction,
  RowPredictor,
  readQuestion,
} from '../../predictions/index.ts';
import { bindAct, describeCommand, type Runner, wordAt } from '../command.ts';
import { type GivenInput, openInput, readWhole } from '../input-files.ts';
import { npyRows } from '../npy-rows.ts';
import { answer, done, type Result } from '../result.ts';
import type { Session, Work } from '../session.ts';
import { escapeText } from '../terminal.ts';
import { formatCount } from '../units.ts';
import { parseChoice } from '../values.ts';

const FORMATS = ['csv', 'json', 'ndjson', 'npy'] as const;
/** Largest input that is read whole: JSON and NumPy arrays. */
const MAX_WHOLE_BYTES = 256 * 1024 * 1024;

type Format = (typeof FORMATS)[number];

interface PredictOptions {
  readonly input: string;
  readonly output?: string;
  readonly format?: Format;
  /** `false` with `--no-header`. */
  readonly header: boolean;
  readonly force?: boolean;
  readonly accessCodeFile?: string;
}

/** `predict`: asks a sealed model about rows of features. */
export function predictCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'predict',
    args: '<model>',
    usage: '[options] MODEL[:ALIAS|@N]',
    summary: 'ask a sealed model about rows of features',
    more: 'The first line of CSV names the features, as the schema of the model has them. What comes out is CSV too, or what the name of --output says.',
    examples: [
      [
        'strongroom predict acme/churn:production --input customers.csv',
        'label, score and probabilities as CSV',
      ],
      ['strongroom predict acme/churn -i rows.npy -o answers.ndjson', 'a NumPy array in, lines of JSON out'],
      ['echo \'{"features": [31, 0.5]}\' | strongroom predict acme/churn -i - --format json', 'one row'],
      ['strongroom --server https://models.example predict acme/churn -i rows.csv', 'through a server'],
    ],
  })
    .requiredOption('-i, --input <file>', '.csv, .json, .ndjson or .npy; - is standard input')
    .option('-o, --output <file>', '.csv, .json or .ndjson to write instead of printing CSV')
    .option(
      '--format <format>',
      `what the input is, where its name does not say: ${FORMATS.join(', ')}`,
      parseChoice(FORMATS),
    )
    .option('--no-header', 'the first line of CSV is a row already, in the order of the model')
    .option('--force', 'replace the output file')
    .option('--access-code-file <path>', 'the access code, from a file (- is standard input)');
  return bindAct<PredictOptions>(command, runner, async ({ session, args, options }) => {
    const ref = parseVersionRef(wordAt(args, 0));
    const input = await openInput(session, options.input);
    return await session.withApi(async (api, work) => {
      const predictor = await predictorOf(session, api, { ref, options });
      const answers = answersOf(predictor, { input, options, work });
      return await deliver(session, answers, { ref, options });
    });
  });
}

interface Asking {
  readonly ref: VersionRef;
  readonly options: PredictOptions;
}

function predictorOf(
  session: Session,
  { predictions }: StrongroomApi,
  { ref, options }: Asking,
): Promise<RowPredictor> {
  return session.withAccessCode(options.accessCodeFile, async (accessCode) => {
    if (accessCode !== undefined) await predictions.load({ ...ref, accessCode });
    const served = await predictions.metadata(ref);
    const decidedVersion = served.version;
    return new RowPredictor({
      served,
      ask: (inputs) => predictions.infer({ ...ref, decidedVersion, inputs }),
    });
  });
}

interface Reading {
  readonly input: GivenInput;
  readonly options: PredictOptions;
  readonly work: Work;
}

/** The answers as they come about, telling of progress. */
async function* answersOf(predictor: RowPredictor, reading: Reading): AsyncGenerator<PredictedRows> {
  let rows = 0;
  for await (const answered of askAll(predictor, reading)) {
    reading.work.signal.throwIfAborted();
    rows += answered.predictions.length;
    reading.work.onProgress({ phase: 'predicting', done: rows, unit: 'items' });
    yield answered;
  }
  if (rows === 0) throw new StrongroomError('FEATURE_INVALID', 'there are no rows');
}

async function* askAll(predictor: RowPredictor, { input, options }: Reading): AsyncGenerator<PredictedRows> {
  switch (options.format ?? formatOf(input.name) ?? 'csv') {
    case 'csv':
      yield* predictor.predictCsv(csvRecords(input.open()), options.header);
      return;
    case 'ndjson':
      yield* predictor.predictStream(ndjsonRows(input.open()));
      return;
    case 'npy':
      yield* predictor.predictStream(each(await npyRows(await readWhole(input, MAX_WHOLE_BYTES))));
      return;
    case 'json':
      yield* predictor.predictStream(each(readQuestion(await readWhole(input, MAX_WHOLE_BYTES)).rows));
  }
}

// eslint-disable-next-line @typescript-eslint/require-await -- a stream by its type
async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

function formatOf(name: string): Format | undefined {
  const ending = /\.([a-z]+)$/i.exec(name)?.[1]?.toLowerCase();
  return ending === 'jsonl' ? 'ndjson' : FORMATS.find((format) => format === ending);
}

/** Prints the answers, writes them, or puts them into the document of `--json`. */
async function deliver(
  session: Session,
  answers: AsyncGenerator<PredictedRows>,
  { ref, options }: Asking,
): Promise<Result> {
  const { stdout, operations } = session.context;
  const { output } = options;
  if (output !== undefined && output !== '-') {
    const count = { rows: 0, version: 0 };
    const bytes = written(answers, formatOf(output) ?? 'csv', count);
    await operations.writeFile({ path: output, force: options.force === true }, bytes);
    const { rows, version } = count;
    return done(
      { model: ref.model, version, rows, path: output },
      `wrote ${formatCount(rows, 'prediction')} of ${ref.model}@${version} to ${escapeText(output)}`,
    );
  }
  if (session.options.json) {
    const { version, predictions } = await collected(answers);
    return answer({ model: ref.model, version, predictions }, () => '');
  }
  for await (const chunk of written(answers, 'csv')) await stdout.write(chunk);
  return { json: {}, text: () => '', isAnswer: false };
}

async function collected(answers: AsyncIterable<PredictedRows>): Promise<PredictedRows> {
  const all: Prediction[] = [];
  let last = 0;
  for await (const { version, predictions } of answers) {
    all.push(...predictions);
    last = version;
  }
  return { version: last, predictions: all };
}

async function* written(
  answers: AsyncIterable<PredictedRows>,
  format: Format,
  count = { rows: 0, version: 0 },
): AsyncGenerator<Uint8Array> {
  if (format === 'npy')
    throw new StrongroomError('INPUT_INVALID', 'answers are written as .csv, .json or .ndjson');
  // As the other tools of a pipe have it.
  const csv = new AnswerCsv('\n');
  const isJson = format === 'json';
  for await (const { version, predictions } of answers) {
    const lead = isJson && count.rows > 0 ? ',\n' : isJson ? '[' : '';
    const texts = predictions.map((prediction) => JSON.stringify(prediction));
    if (format === 'csv') yield utf8Bytes(csv.write(predictions));
    else yield utf8Bytes(isJson ? `${lead}${texts.join(',\n')}` : `${texts.join('\n')}\n`);
    count.rows += predictions.length;
    count.version = version;
  }
  if (isJson) yield utf8Bytes(']\n');
}
