import type { Command } from 'commander';
import {
  type Compression,
  type MetricDirection,
  type ModelName,
  type PutVersionInput,
  parseAliasName,
  parseCompression,
  parseModelName,
} from '../../api/index.ts';
import type { Passphrase } from '../../bytes/index.ts';
import { StrongroomError } from '../../errors/index.ts';
import { bindAct, describeCommand, type Runner } from '../command.ts';
import type { Session } from '../session.ts';
import { readSignatures } from '../signature-files.ts';
import { storedVersion } from '../stored-version.ts';
import { formatBytes, formatCount } from '../units.ts';
import { collectDirections, collectMetrics, collectPairs, collectWords, parseLineage } from '../values.ts';

interface PutOptions {
  readonly alias?: readonly string[];
  readonly metric?: Readonly<Record<string, number>>;
  readonly direction?: Readonly<Record<string, MetricDirection>>;
  readonly meta?: Readonly<Record<string, string>>;
  readonly derivedFrom?: string;
  readonly relation?: string;
  readonly accessCode?: boolean;
  readonly accessCodeFile?: string;
  readonly compression?: Compression;
  readonly sha512?: boolean;
  readonly signature?: readonly string[];
}

const EXAMPLES = [
  ['strongroom put ./model.onnx acme/churn', 'one file becomes the next version'],
  ['strongroom put ./checkpoint/ acme/churn --alias staging', 'a folder, and a name for it'],
  [
    'strongroom put model.pt acme/churn --metric accuracy=0.97 --meta framework=torch',
    'with how good it is and what made it',
  ],
  [
    'strongroom put q8.onnx acme/churn --derived-from acme/churn@3 --relation quantized',
    'with where it comes from',
  ],
] as const;

/** `put`: seals files as the next version of a model. */
export function putCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'put',
    args: '[words...]',
    usage: '[options] PATH... MODEL',
    summary: 'seal files or folders as the next version of a model',
    more: 'MODEL is namespace/name. All or nothing: an interrupted put leaves no version.',
    examples: EXAMPLES,
  })
    .option('-a, --alias <name>', 'point this alias at the new version (repeatable)', collectWords)
    .option('-m, --metric <name=value>', 'how good it is (repeatable)', collectMetrics)
    .option(
      '--direction <name=way>',
      'for a metric of your own: higher or lower is better (repeatable)',
      collectDirections,
    )
    .option('--meta <name=value>', 'anything to remember (repeatable)', collectPairs)
    .option('--derived-from <model@n>', 'the version it was made out of')
    .option('--relation <how>', 'how it was made: quantized, converted, fine-tuned …')
    .option('--access-code', 'ask for a code that opening needs besides the key')
    .option('--access-code-file <path>', 'the same, from a file (- is standard input)')
    .option(
      '--compression <how>',
      'none, auto, zstd or zstd:LEVEL (default: what is configured)',
      parseCompression,
    )
    .option('--sha512', 'record SHA-512 beside SHA-256')
    .option('--signature <file>', 'a signature of the model, such as model.sig (repeatable)', collectWords);
  return bindAct<PutOptions>(command, runner, async ({ session, args, options }) => {
    const { paths, model } = splitWords(args);
    const details = readDetails(options);
    const files = await session.context.operations.readInputs(paths);
    const signatures = await readSignatures(session, options.signature);
    const accessCode = await newAccessCode(session, options);
    const version = await session.withApi((api, work) =>
      api.versions.put({
        model,
        files,
        ...details,
        ...(signatures && { signatures }),
        ...(accessCode && { accessCode }),
        ...work,
      }),
    );
    const { size, files: stored } = version;
    return storedVersion(
      version,
      `sealed ${model}@${version.version} (${formatCount(stored.length, 'file')}, ${formatBytes(size)})`,
      details.aliases,
    );
  });
}

function splitWords(words: readonly string[]): {
  readonly paths: readonly string[];
  readonly model: ModelName;
} {
  const paths = words.slice(0, -1);
  const model = words.at(-1);
  if (model === undefined || paths.length === 0) {
    throw new StrongroomError('INPUT_INVALID', 'expected at least one path and a model', {
      hint: 'strongroom put ./model.onnx acme/churn',
    });
  }
  return { paths, model: parseModelName(model) };
}

function readDetails(options: PutOptions): Omit<PutVersionInput, 'model' | 'files'> {
  const derivedFrom = parseLineage(options.derivedFrom, options.relation);
  return {
    ...(options.alias && { aliases: options.alias.map((alias) => parseAliasName(alias)) }),
    ...(options.metric && { metrics: options.metric }),
    ...(options.direction && { metricDirections: options.direction }),
    ...(options.meta && { metadata: options.meta }),
    ...(derivedFrom && { derivedFrom }),
    ...(options.compression && { compression: options.compression }),
    ...(options.sha512 === true && { withSha512: true }),
  };
}

/** Only what was asked for on this very command seals with a code; the environment alone must not. */
async function newAccessCode(session: Session, options: PutOptions): Promise<Passphrase | undefined> {
  if (options.accessCodeFile !== undefined) return session.secrets.readPassphrase(options.accessCodeFile);
  if (options.accessCode !== true) return undefined;
  const given = await session.givenAccessCode(undefined);
  return given ?? session.secrets.askNew('new access code', 'name a file with --access-code-file');
}
