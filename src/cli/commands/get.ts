import type { Command } from 'commander';
import { type OpenedFile, type OpenedVersion, parseVersionRef, quoteForMessage } from '../../api/index.ts';
import { utf8Bytes } from '../../bytes/index.ts';
import { StrongroomError } from '../../errors/index.ts';
import { bindAct, describeCommand, type Runner, wordAt } from '../command.ts';
import { done, type Result } from '../result.ts';
import { oneChunk } from '../root-seals.ts';
import { copyToStdout, type Session, type Work } from '../session.ts';
import { escapeText } from '../terminal.ts';
import { formatBytes, formatCount } from '../units.ts';

interface GetOptions {
  readonly output?: string;
  readonly file?: string;
  readonly force?: boolean;
  readonly metadata?: boolean;
  readonly accessCodeFile?: string;
}

/** What is fetched: the version, the chosen files, and where they go. */
interface Fetch {
  readonly session: Session;
  readonly opened: OpenedVersion;
  readonly files: readonly OpenedFile[];
  readonly options: GetOptions;
  readonly work: Work;
}

const EXAMPLES = [
  ['strongroom get acme/churn', 'the newest version, into the current folder'],
  ['strongroom get acme/churn:production -o model.onnx', 'the version that an alias names, as one file'],
  ['strongroom get acme/churn@3 --file weights/head.bin -o - | sha256sum', 'one file of it, into a pipe'],
  [
    'strongroom get acme/churn@3 -o ./restored --metadata',
    'all its files, and a JSON file that describes them',
  ],
] as const;

/** `get`: opens a version and writes its files, verified, all or nothing. */
export function getCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'get',
    args: '<version>',
    usage: '[options] MODEL[:ALIAS|@N]',
    summary: 'open a version and write its files, verified',
    more: 'A version of one file is written as that file, one of several as a folder. Nothing partial is left.',
    examples: EXAMPLES,
  })
    .option('-o, --output <path>', 'file or folder to write; - is standard output')
    .option('-f, --file <path>', 'only this file of the version')
    .option('--force', 'replace what is there')
    .option('--metadata', 'also write PATH.metadata.json: version, digests, metrics, metadata')
    .option('--access-code-file <path>', 'the access code, from a file (- is standard input)');
  return bindAct<GetOptions>(command, runner, ({ session, args, options }) => {
    const ref = parseVersionRef(wordAt(args, 0));
    refuseClash(options);
    return session.withApi((api, work) =>
      session.withAccessCode(options.accessCodeFile, async (accessCode) => {
        await using opened = await api.versions.open({ ...ref, ...(accessCode && { accessCode }) });
        return await fetch({ session, opened, files: chooseFiles(opened, options.file), options, work });
      }),
    );
  });
}

function refuseClash(options: GetOptions): void {
  if (options.output !== '-') return;
  if (options.metadata !== true) return;
  throw new StrongroomError('INPUT_INVALID', 'metadata stands beside a file, not beside standard output', {
    hint: 'name a path with -o, or leave out --metadata',
  });
}

function chooseFiles(opened: OpenedVersion, path: string | undefined): readonly OpenedFile[] {
  if (path === undefined) return opened.files;
  const file = opened.files.find((candidate) => candidate.path === path);
  if (file !== undefined) return [file];
  throw new StrongroomError('STORAGE_MISSING', `the version has no file ${quoteForMessage(path)}`, {
    hint: `see its files with: strongroom show ${opened.version.model}@${opened.version.version}`,
  });
}

async function fetch(request: Fetch): Promise<Result> {
  const { session, opened, files, options, work } = request;
  const [first] = files;
  const isSingle = files.length === 1 && first !== undefined;
  if (options.output === '-') {
    if (isSingle) return await copyToStdout(session, first.read());
    throw new StrongroomError(
      'INPUT_INVALID',
      `standard output takes one file, the version has ${files.length}`,
      {
        hint: 'choose one with --file',
      },
    );
  }
  const path = isSingle
    ? await placeOfFile(session, first, options.output)
    : placeOfFolder(opened, options.output);
  const output = { path, force: options.force === true };
  const counted = countBytes(files, work);
  const [firstCounted] = counted;
  if (isSingle && firstCounted !== undefined)
    await session.context.operations.writeFile(output, firstCounted.read());
  else await session.context.operations.writeFolder(output, counted);
  const metadataPath = options.metadata === true ? await writeMetadata(request, output) : undefined;
  const size = files.reduce((sum, file) => sum + file.size, 0);
  const { model, version } = opened.version;
  return done(
    { version: opened.version, path, ...(metadataPath !== undefined && { metadataPath }) },
    `wrote ${model}@${version} to ${escapeText(path)} (${formatCount(files.length, 'file')}, ${formatBytes(size)}, verified)`,
  );
}

async function placeOfFile(session: Session, file: OpenedFile, output: string | undefined): Promise<string> {
  const name = file.path.slice(file.path.lastIndexOf('/') + 1);
  if (output === undefined) return name;
  const isFolder = output.endsWith('/') || (await session.context.operations.isFolder(output));
  return isFolder ? `${output.replace(/\/+$/, '')}/${name}` : output;
}

function placeOfFolder(opened: OpenedVersion, output: string | undefined): string {
  const { model, version } = opened.version;
  return output?.replace(/(?<=.)\/+$/, '') ?? `${model.slice(model.indexOf('/') + 1)}-${version}`;
}

/** The files again, telling of progress over all of them and ending when they are aborted. */
function countBytes(files: readonly OpenedFile[], work: Work): readonly Pick<OpenedFile, 'path' | 'read'>[] {
  const total = files.reduce((sum, file) => sum + file.size, 0);
  let counted = 0;
  return files.map((file) => ({
    path: file.path,
    async *read() {
      for await (const chunk of file.lend()) {
        work.signal.throwIfAborted();
        counted += chunk.length;
        work.onProgress({ phase: 'opening', done: counted, total, unit: 'bytes' });
        yield chunk;
      }
    },
  }));
}

async function writeMetadata(
  request: Fetch,
  output: { readonly path: string; readonly force: boolean },
): Promise<string> {
  const path = `${output.path}.metadata.json`;
  const document = `${JSON.stringify(request.opened.version, undefined, 2)}\n`;
  await request.session.context.operations.writeFile({ ...output, path }, oneChunk(utf8Bytes(document)));
  return path;
}
