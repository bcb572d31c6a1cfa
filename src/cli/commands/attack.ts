import { Command } from 'commander';
import {
  formatOutputPolicy,
  type OutputPolicy,
  parseOutputPolicy,
  parseVersionRef,
  type StrongroomApi,
  type VersionRef,
} from '../../api/index.ts';
import { utf8Bytes } from '../../bytes/index.ts';
import { StrongroomError } from '../../errors/index.ts';
import { csvRecords } from '../../predictions/index.ts';
import {
  extractionOf,
  plotExtraction,
  STRATEGIES,
  type StrategyReport,
  tensorVictim,
} from '../../robustness/index.ts';
import { bindAct, describeCommand, type Runner, wordAt } from '../command.ts';
import { openInput } from '../input-files.ts';
import { answer, type Result } from '../result.ts';
import type { Session, Work } from '../session.ts';
import { formatTable } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { parseCount } from '../values.ts';

/** Rows of a sample that are read. */
const MAX_ROWS = 20_000;

/** `attack …`: attacks one's own models, to know what an attacker would get. */
export function attackCommand(runner: Runner): Command {
  return new Command('attack')
    .description('attack a model of one’s own, and tell what an attacker would get')
    .addCommand(extractCommand(runner));
}

interface ExtractOptions {
  readonly sample: string;
  readonly policy: OutputPolicy;
  readonly budgets: readonly number[];
  readonly strategy: readonly string[];
  readonly ignore: readonly string[];
  readonly divide: number;
  readonly seed: number;
  readonly steps: number;
  readonly plot?: string;
  readonly force?: boolean;
}

function extractCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'extract',
    args: '<model>',
    usage: '[options] MODEL[:ALIAS|@N]',
    summary: 'copy a model through an output policy, and tell how faithful the copies are',
    more: 'It asks the model as you may (model:predict-raw), applies the policy itself, and trains copies here. With --json the whole report.',
    examples: [
      [
        'strongroom attack extract acme/churn --policy round-3 --sample customers.csv',
        'fidelity by questions',
      ],
      [
        'strongroom attack extract acme/digits --policy label --sample holdout.csv --ignore label --divide 16 --plot copies.svg',
        'as a picture too',
      ],
    ],
  })
    .requiredOption(
      '--sample <file>',
      'CSV of honest rows, one column a feature: the attacker and the detectors learn from it',
    )
    .option(
      '--policy <policy>',
      'full, label, or parts joined by +: top-K, round-DIGITS, perturb-SHARE',
      parseOutputPolicy,
      {
        digits: 3,
      },
    )
    .option(
      '--budgets <counts>',
      'numbers of questions at which copies are trained',
      parseBudgets,
      [100, 300, 1000, 3000],
    )
    .option(
      '--strategy <names>',
      `only these: ${STRATEGIES.map(({ name }) => name).join(', ')}`,
      parseStrategies,
      [],
    )
    .option(
      '--ignore <columns>',
      'columns of the sample that are no features, such as a label',
      parseWords,
      [],
    )
    .option('--divide <number>', 'what every feature of the sample is divided by', parseCount, 1)
    .option('--seed <number>', 'chooses all that is left to chance', parseCount, 1)
    .option('--steps <number>', 'steps of training of each network', parseCount, 1200)
    .option('--plot <file>', 'SVG picture to write')
    .option('--force', 'replace the picture');
  return bindAct<ExtractOptions>(command, runner, ({ session, args, options }) =>
    session.withApi((api, work) => attackModel(session, api, { name: wordAt(args, 0), options, work })),
  );
}

interface Attacking {
  readonly name: string;
  readonly options: ExtractOptions;
  readonly work: Work;
}

async function attackModel(
  session: Session,
  api: StrongroomApi,
  { name, options, work }: Attacking,
): Promise<Result> {
  const ref = parseVersionRef(name);
  const rows = await readSample(session, options);
  const reports = await extract(api, { ref, rows, options, work });
  const policy = formatOutputPolicy(options.policy);
  if (options.plot !== undefined) {
    const subtitle = `output policy ${policy}, sample of ${rows.length} rows, seed ${options.seed}`;
    const svg = utf8Bytes(plotExtraction(reports, { title: `Copies of ${name}`, subtitle }));
    const place = { path: options.plot, force: options.force === true };
    await session.context.operations.writeFile(place, once(svg));
  }
  const extraction = { model: ref.model, policy, rows: rows.length, seed: options.seed, reports };
  return answer({ extraction }, (terminal) => formatReports(terminal, reports));
}

interface Extracting {
  readonly ref: VersionRef;
  readonly rows: readonly Float64Array[];
  readonly options: ExtractOptions;
  readonly work: Work;
}

async function extract(
  { predictions }: StrongroomApi,
  { ref, rows, options, work }: Extracting,
): Promise<readonly StrategyReport[]> {
  const { signature } = await predictions.metadata(ref);
  const ask = async (inputs: Parameters<typeof predictions.infer>[0]['inputs']) => {
    work.signal.throwIfAborted();
    return (await predictions.infer({ ...ref, inputs })).outputs;
  };
  const victim = await tensorVictim({ signature, ask }, rows);
  const { strategy, policy, budgets, seed, steps } = options;
  const strategies = STRATEGIES.filter(({ name }) => strategy.length === 0 || strategy.includes(name));
  let done = 0;
  return await extractionOf(victim, rows, {
    ...{ policy, budgets, seed, steps, strategies },
    onProgress: () => {
      done += 1;
      work.onProgress({ phase: 'attacking', done, total: strategies.length, unit: 'items' });
    },
  });
}

/** The features of a sample, without its heading. Throws `INPUT_INVALID`. */
async function readSample(session: Session, options: ExtractOptions): Promise<readonly Float64Array[]> {
  const input = await openInput(session, options.sample);
  const rows: Float64Array[] = [];
  let columns: readonly number[] | undefined;
  for await (const record of csvRecords(input.open())) {
    if (columns === undefined) {
      columns = [...record.keys()].filter((at) => !options.ignore.includes(record[at] ?? ''));
      continue;
    }
    const row = Float64Array.from(columns, (at) => Number(record[at] ?? Number.NaN) / options.divide);
    if (!row.every(Number.isFinite) || record.some((field) => field.trim() === '')) {
      throw new StrongroomError('INPUT_INVALID', `row ${rows.length + 1} of the sample is not all numbers`, {
        hint: 'name columns that are no features with --ignore',
      });
    }
    rows.push(row);
    if (rows.length >= MAX_ROWS) break;
  }
  return rows;
}

function formatReports(terminal: Terminal, reports: readonly StrategyReport[]): string {
  const budgets = reports[0]?.policyAlone.map(({ questions }) => questions) ?? [];
  const percent = (share: number | undefined) => (share === undefined ? '' : `${(100 * share).toFixed(1)} %`);
  return formatTable(
    terminal,
    [
      'strategy',
      ...budgets.map((budget) => `after ${budget}`),
      'with detectors',
      'alarm at',
      'copy by then',
    ].map((heading) => ({ heading })),
    reports.map(({ strategy, policyAlone, defended, detectedAt, atDetection }) => [
      strategy,
      ...policyAlone.map(({ best }) => percent(best.fidelity)),
      percent(defended.at(-1)?.best.fidelity),
      detectedAt === undefined ? 'never' : String(detectedAt),
      percent(atDetection?.best.fidelity),
    ]),
  );
}

function parseWords(text: string): readonly string[] {
  return text.split(',').map((word) => word.trim());
}

function parseBudgets(text: string): readonly number[] {
  return parseWords(text)
    .map(parseCount)
    .sort((a, b) => a - b);
}

/** Throws `INPUT_INVALID` for one that there is not. */
function parseStrategies(text: string): readonly string[] {
  const names = parseWords(text);
  const unknown = names.find((name) => !STRATEGIES.some((strategy) => strategy.name === name));
  if (unknown === undefined) return names;
  throw new StrongroomError('INPUT_INVALID', `there is no strategy ${JSON.stringify(unknown)}`);
}

// eslint-disable-next-line @typescript-eslint/require-await -- a stream by its type
async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
