import type { Command } from 'commander';
import {
  type FilePath,
  type MetricDirection,
  type ModelName,
  type PutVersionInput,
  parseAliasName,
  parseFilePath,
  parseModelName,
  quoteForMessage,
} from '../../api/index.ts';
import { SecretBytes, utf8Bytes } from '../../bytes/index.ts';
import { StrongroomError } from '../../errors/index.ts';
import { bindAct, describeCommand, type Runner, wordAt } from '../command.ts';
import type { IncomingFile } from '../operations.ts';
import type { Session, Work } from '../session.ts';
import { storedVersion } from '../stored-version.ts';
import { formatBytes } from '../units.ts';
import { collectDirections, collectMetrics, collectPairs, collectWords } from '../values.ts';

interface DownloadOptions {
  readonly sha256: string;
  readonly size?: number;
  readonly name?: FilePath;
  readonly allowHost?: readonly string[];
  readonly allowNetwork?: readonly string[];
  readonly allowLoopback?: boolean;
  readonly maxBytes?: number;
  readonly caFile?: string;
  readonly proxy?: string;
  readonly tokenFile?: string;
  readonly alias?: readonly string[];
  readonly metric?: Readonly<Record<string, number>>;
  readonly direction?: Readonly<Record<string, MetricDirection>>;
  readonly meta?: Readonly<Record<string, string>>;
  readonly accessCodeFile?: string;
}

const EXAMPLES = [
  [
    'strongroom download https://example.org/m.onnx acme/churn --sha256 9f86d0… --allow-host example.org',
    'from a host that is named here; others are in download.allowed_hosts',
  ],
  [
    "strongroom download https://hub.example.org/m.bin acme/llm --sha256 9f86d0… --allow-host '*.example.org'",
    'also from the hosts below that it redirects to',
  ],
  [
    'strongroom download https://models.corp:8443/m.pt acme/churn --sha256 9f86d0… --allow-host models.corp:8443 --allow-network 10.20.0.0/16 --ca-file corp.pem',
    'from the own network, certified by the own authority',
  ],
] as const;

/** `download`: a file from elsewhere becomes the next version of a model, without ever lying about in the clear. */
export function downloadCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'download',
    args: '<url> <model>',
    usage: '[options] URL MODEL',
    summary: 'fetch a file over https, straight into the next version of a model',
    more: 'Only allowed hosts are asked. The file is sealed while it arrives; unless its SHA-256 is the one given,\nnothing of it stays.',
    examples: EXAMPLES,
  })
    .requiredOption('--sha256 <hex>', 'digest of the file, from somebody else than the host', parseSha256)
    .option('--size <bytes>', 'its size, where it is known', parseSize)
    .option('--name <file>', 'its name in the version (default: as in the address)', parseFilePath)
    .option('--allow-host <host>', 'a host that may be asked (repeatable)', collectWords)
    .option('--allow-network <cidr>', 'a private network that hosts may lie in (repeatable)', collectWords)
    .option('--allow-loopback', 'this very machine may be asked, over http too; for tests')
    .option('--max-bytes <bytes>', 'largest file (default: what is configured)', parseSize)
    .option('--ca-file <path>', 'certificates of authorities to trust besides the public ones')
    .option('--proxy <url>', 'proxy to go through')
    .option('--token-file <path>', 'bearer token for the host, from a file (- is standard input)')
    .option('-a, --alias <name>', 'point this alias at the new version (repeatable)', collectWords)
    .option('-m, --metric <name=value>', 'how good it is (repeatable)', collectMetrics)
    .option(
      '--direction <name=way>',
      'for a metric of your own: higher or lower (repeatable)',
      collectDirections,
    )
    .option('--meta <name=value>', 'anything to remember (repeatable)', collectPairs)
    .option('--access-code-file <path>', 'a code that opening needs besides the key, from a file');
  return bindAct<DownloadOptions>(command, runner, async ({ session, args, options }) => {
    const model = parseModelName(wordAt(args, 1));
    const details = await readDetails(options, session);
    const token = await readToken(options.tokenFile, session);
    const version = await session.withApi(async (api, work) => {
      await using incoming = await open(session, work, { ...options, url: wordAt(args, 0), token });
      return await api.versions.put({
        ...details,
        ...putOf(incoming, model, options),
        signal: work.signal,
      });
    });
    return storedVersion(
      version,
      `downloaded and sealed ${model}@${version.version} (${formatBytes(version.size)}, sha256 as expected)`,
    );
  });
}

function open(
  session: Session,
  work: Work,
  options: DownloadOptions & { readonly url: string; readonly token: SecretBytes | undefined },
): Promise<IncomingFile> {
  const { url, sha256, size, maxBytes, caFile, proxy, token } = options;
  return session.context.operations.openDownload({
    home: session.options.home,
    url,
    sha256,
    allowedHosts: options.allowHost ?? [],
    allowedNetworks: options.allowNetwork ?? [],
    allowLoopback: options.allowLoopback === true,
    ...(size !== undefined && { size }),
    ...(maxBytes !== undefined && { maxBytes }),
    ...(caFile !== undefined && { caFile }),
    ...(proxy !== undefined && { proxy }),
    ...(token && { token }),
    ...work,
    onResume: ({ at, reason }) => {
      // A note that cannot be written must not end the download; the next thing said on stderr will fail and tell.
      session.note(`${reason}; going on after ${formatBytes(at)}`).catch(() => undefined);
    },
  });
}

/** What the arriving file is put as. Its origin is recorded without the query, which may hold secrets. */
function putOf(
  incoming: IncomingFile,
  model: ModelName,
  { name, sha256, meta }: DownloadOptions,
): Pick<PutVersionInput, 'model' | 'files' | 'metadata'> {
  const { size, url, from } = incoming;
  return {
    model,
    files: [
      { path: name ?? nameOf(incoming), ...(size !== undefined && { size }), open: () => incoming.read() },
    ],
    metadata: {
      ...meta,
      'download.url': url,
      ...(from !== url && { 'download.from': from }),
      'download.sha256': sha256,
    },
  };
}

function nameOf({ name }: IncomingFile): FilePath {
  try {
    return parseFilePath(name);
  } catch (cause) {
    throw new StrongroomError('NAME_INVALID', `the address names no file: ${quoteForMessage(name)}`, {
      cause,
      hint: 'give the file a name with --name',
    });
  }
}

async function readDetails(
  options: DownloadOptions,
  session: Session,
): Promise<Omit<PutVersionInput, 'model' | 'files' | 'metadata'>> {
  const { alias, metric, direction, accessCodeFile } = options;
  return {
    ...(alias && { aliases: alias.map((each) => parseAliasName(each)) }),
    ...(metric && { metrics: metric }),
    ...(direction && { metricDirections: direction }),
    ...(accessCodeFile !== undefined && {
      accessCode: await session.secrets.readPassphrase(accessCodeFile),
    }),
  };
}

async function readToken(path: string | undefined, session: Session): Promise<SecretBytes | undefined> {
  if (path === undefined) return undefined;
  return SecretBytes.take(utf8Bytes((await session.secrets.readText(path)).trim()));
}

function parseSha256(text: string): string {
  if (/^[0-9a-f]{64}$/i.test(text)) return text.toLowerCase();
  throw new StrongroomError('INPUT_INVALID', `not a sha256: ${quoteForMessage(text)}`, {
    hint: 'give the 64 hexadecimal digits that sha256sum prints',
  });
}

function parseSize(text: string): number {
  const size = /^\d{1,15}$/.test(text) ? Number(text) : 0;
  if (size > 0) return size;
  throw new StrongroomError('INPUT_INVALID', `not a size: ${quoteForMessage(text)}`, {
    hint: 'give it in bytes, as a whole number',
  });
}
