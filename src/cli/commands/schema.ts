import { Command } from 'commander';
import {
  type InputSchema,
  parseVersionRef,
  ROUTES,
  type SchemaPlace,
  type StoredInputSchema,
  type StrongroomApi,
} from '../../api/index.ts';
import { utf8Bytes, utf8Text } from '../../bytes/index.ts';
import { StrongroomError } from '../../errors/index.ts';
import { csvRecords, learnSchema } from '../../predictions/index.ts';
import { bindAct, describeCommand, type Runner, wordAt } from '../command.ts';
import { openInput, readWhole } from '../input-files.ts';
import { answer, done } from '../result.ts';
import { oneChunk } from '../root-seals.ts';
import { type Cell, formatTable } from '../table.ts';
import { escapeText, type Terminal } from '../terminal.ts';
import { formatCount } from '../units.ts';

const MAX_SCHEMA_BYTES = 1 << 20;
const USAGE = '[options] MODEL[:ALIAS|@N]';

/** `schema …`: which features a model takes, and which values. */
export function schemaCommand(runner: Runner): Command {
  return new Command('schema')
    .description('which features a model takes, and which values')
    .addCommand(showCommand(runner))
    .addCommand(setCommand(runner))
    .addCommand(learnCommand(runner))
    .addCommand(rmCommand(runner));
}

function showCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'show',
    args: '<model>',
    usage: USAGE,
    summary: 'show the schema that counts for a model or a version',
    examples: [
      ['strongroom schema show acme/churn', 'as a table'],
      ['strongroom schema show acme/churn@3 --json | jq .schema > schema.json', 'to change it and set it'],
    ],
  });
  return bindAct(command, runner, ({ session, args }) =>
    session.withApi(async (api) => {
      const stored = await api.schemas.get(await placeOf(api, wordAt(args, 0)));
      return answer({ ...stored }, (terminal) => formatSchema(terminal, stored));
    }),
  );
}

function setCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'set',
    args: '<model> <file>',
    usage: `${USAGE} FILE`,
    summary: 'say which features a model takes, from a JSON file',
    more: 'Without an alias or number it counts for every version that has none of its own.',
    examples: [
      ['strongroom schema set acme/churn schema.json', 'for the model'],
      ['strongroom schema set acme/churn@3 schema.json', 'for one version'],
      [
        'strongroom schema learn acme/churn train.csv -o - | strongroom schema set acme/churn -',
        'as it was learnt',
      ],
    ],
  });
  return bindAct(command, runner, ({ session, args }) =>
    session.withApi(async (api) => {
      const input = await openInput(session, wordAt(args, 1));
      const schema = readSchema(await readWhole(input, MAX_SCHEMA_BYTES));
      const stored = await api.schemas.set({ ...(await placeOf(api, wordAt(args, 0))), schema });
      return done({ ...stored }, `${nameOf(stored)} takes ${formatCount(schema.features.length, 'feature')}`);
    }),
  );
}

interface LearnOptions {
  readonly margin: number;
  readonly label?: string;
  readonly output?: string;
}

function learnCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'learn',
    args: '<model> <sample>',
    usage: `${USAGE} SAMPLE.csv`,
    summary: 'learn the ranges of features from a reference sample',
    more: 'The sample is CSV whose first line names the features, in the order of the model.',
    examples: [
      ['strongroom schema learn acme/churn train.csv --label churned', 'all columns but the label'],
      ['strongroom schema learn acme/churn train.csv --margin 0', 'nothing beyond what the sample has'],
      ['strongroom schema learn acme/churn train.csv -o schema.json', 'into a file, to look at it first'],
    ],
  })
    .option(
      '--margin <part>',
      'how much wider than the sample a range becomes at either end',
      parseMargin,
      0.1,
    )
    .option('--label <column>', 'a column of the sample that is no feature')
    .option('-o, --output <path>', 'write the schema there instead of setting it; - is standard output');
  return bindAct<LearnOptions>(command, runner, async ({ session, args, options }) => {
    const sample = await openInput(session, wordAt(args, 1));
    const learnt = await learnSchema(csvRecords(sample.open()), { margin: options.margin });
    const schema = { features: learnt.features.filter(({ name }) => name !== options.label) };
    if (options.output !== undefined) {
      const text = utf8Bytes(`${JSON.stringify(schema, undefined, 2)}\n`);
      if (options.output === '-') await session.context.stdout.write(text);
      else await session.context.operations.writeFile({ path: options.output, force: false }, oneChunk(text));
      return { json: {}, text: () => '', isAnswer: false };
    }
    return await session.withApi(async (api) => {
      const stored = await api.schemas.set({ ...(await placeOf(api, wordAt(args, 0))), schema });
      return answer({ ...stored }, (terminal) => formatSchema(terminal, stored));
    });
  });
}

function rmCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'rm',
    args: '<model>',
    usage: USAGE,
    summary: 'take back what was said of the features of a model or a version',
    examples: [
      ['strongroom schema rm acme/churn', 'of the model'],
      ['strongroom schema rm acme/churn@3', 'of one version'],
    ],
  });
  return bindAct(command, runner, ({ session, args }) =>
    session.withApi(async (api) => {
      const place = await placeOf(api, wordAt(args, 0));
      await api.schemas.remove(place);
      return done({ ...place }, `${nameOf(place)} has no schema of its own any more`);
    }),
  );
}

/** An alias stands for the version that it names now. */
async function placeOf(api: StrongroomApi, word: string): Promise<SchemaPlace> {
  const { model, version, alias } = parseVersionRef(word);
  if (alias !== undefined) return { model, version: (await api.versions.get({ model, alias })).version };
  return { model, ...(version !== undefined && { version }) };
}

function readSchema(bytes: Uint8Array): InputSchema {
  const body = ROUTES.schemas.set.schemas.body;
  try {
    const schema: unknown = JSON.parse(utf8Text(bytes) ?? '');
    const parsed = body?.safeParse({ schema });
    if (parsed?.success === true) return parsed.data['schema'] as InputSchema;
    const [issue] = parsed?.error.issues ?? [];
    throw refuse(`${issue?.path.slice(1).join('/') ?? ''}: ${issue?.message ?? 'wrong'}`);
  } catch (cause) {
    throw cause instanceof StrongroomError ? cause : refuse('no JSON');
  }
}

function refuse(what: string): StrongroomError {
  return new StrongroomError('SCHEMA_INVALID', `not a schema: ${what}`);
}

function nameOf({ model, version }: SchemaPlace): string {
  return version === undefined ? model : `${model}@${version}`;
}

function formatSchema(terminal: Terminal, stored: StoredInputSchema): string {
  const { features, maxRows, nonFinite, labels } = stored.schema;
  const rows = features.map(({ name, type, unit, min, max, categories }): readonly Cell[] => [
    name,
    type ?? '',
    categories === undefined ? rangeOf(min, max) : categories.join(', '),
    unit ?? '',
  ]);
  const table = formatTable(
    terminal,
    ['feature', 'type', 'values', 'unit'].map((heading) => ({ heading })),
    rows,
  );
  const notes = [
    maxRows === undefined ? '' : `at most ${formatCount(maxRows, 'row')} at once`,
    nonFinite === 'admit' ? 'NaN and infinity are taken' : '',
    labels === undefined ? '' : `labels: ${escapeText(labels.join(', '))}`,
  ].filter((note) => note !== '');
  return [table, ...notes].join('\n');
}

function rangeOf(min: number | undefined, max: number | undefined): string {
  if (min === undefined && max === undefined) return '';
  return `${min ?? '…'} to ${max ?? '…'}`;
}

function parseMargin(text: string): number {
  const margin = Number(text);
  if (text.trim() !== '' && margin >= 0 && margin <= 100) return margin;
  throw new StrongroomError('INPUT_INVALID', 'a margin is a number from 0 to 100');
}
