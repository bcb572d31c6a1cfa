import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type CliContext, createOperations, type OutputSink, runCli } from '../../src/cli/index.ts';

/*
 * A transcript is what somebody saw at a terminal. `# …` is a remark, `$ …` a command; the lines below it are what it
 * printed, those of stderr after `! `, and `[exit N]` ends it where it failed. `<word>` stands for text without
 * blanks that differs from run to run, `<…>` for any text; several blanks match several. Besides `strongroom` there
 * are `write FILE WORDS…`, `append FILE WORDS…`, `show FILE`, `grow FILE BYTES` and `VARIABLE=value` before a command.
 */

/** One command and what it is expected to print. */
export interface Exchange {
  readonly command: string;
  readonly expected: readonly string[];
}

/** What a command printed, as a transcript shows it. */
export type Shown = readonly string[];

/** Takes a transcript apart. */
export function parseTranscript(text: string): readonly Exchange[] {
  const exchanges: { command: string; expected: string[] }[] = [];
  for (const line of text.split('\n')) {
    if (line.startsWith('$ ')) exchanges.push({ command: line.slice(2), expected: [] });
    else if (!line.startsWith('#')) exchanges.at(-1)?.expected.push(line);
  }
  return exchanges.map(({ command, expected }) => ({
    command,
    expected: expected.slice(0, expected.findLastIndex((line) => line !== '') + 1),
  }));
}

/** Whether what was shown is what the transcript expects. */
export function isAsExpected(expected: readonly string[], shown: Shown): boolean {
  const pattern = expected
    .map((line) =>
      line
        .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
        .replace(/<…>/g, '.*')
        .replace(/<[a-z]+>/g, '\\S+')
        .replace(/ {2,}/g, ' {2,}'),
    )
    .join('\n');
  return new RegExp(`^${pattern}$`).test(shown.join('\n'));
}

/** Runs one command in the current folder, with the real system below. */
export async function runCommand(line: string): Promise<Shown> {
  const words = [...line.matchAll(/'([^']*)'|(\S+)/g)].map((match) => match[1] ?? match[2] ?? '');
  const env: Record<string, string> = {};
  while (/^[A-Z_]+=/.test(words[0] ?? '')) {
    const [name = '', value = ''] = (words.shift() ?? '').split(/=(.*)/s);
    env[name] = value;
  }
  const [program, ...rest] = words;
  if (program === 'write') return writeText(rest);
  if (program === 'append') return appendText(line);
  if (program === 'show') return linesOf(await readFile(rest[0] ?? '', 'utf8'));
  if (program === 'grow') return growFile(rest);
  if (program !== 'strongroom') throw new Error(`a transcript cannot run ${line}`);
  return runStrongroom(rest, env);
}

async function writeText([path = '', ...words]: readonly string[]): Promise<Shown> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${words.join(' ')}\n`, { mode: 0o600 });
  return [];
}

/** The words as they stand, quotes too. */
async function appendText(line: string): Promise<Shown> {
  const [, path = '', text = ''] = /^append (\S+) (.*)$/.exec(line) ?? [];
  await appendFile(path, `${text}\n`, { mode: 0o600 });
  return [];
}

async function growFile([path = '', size = '0']: readonly string[]): Promise<Shown> {
  await writeFile(path, Buffer.alloc(Number(size), 'model'), { mode: 0o600 });
  return [];
}

async function runStrongroom(words: readonly string[], env: CliContext['env']): Promise<Shown> {
  const stdout = createSink();
  const stderr = createSink();
  const exitCode = await runCli(words, {
    env,
    stdin: (async function* () {})(),
    stdout: stdout.sink,
    stderr: stderr.sink,
    person: undefined,
    signal: new AbortController().signal,
    now: () => performance.now(),
    operations: createOperations(env),
  });
  return [
    ...linesOf(stdout.text()),
    ...linesOf(stderr.text()).map((line) => `! ${line}`),
    ...(exitCode === 0 ? [] : [`[exit ${exitCode}]`]),
  ];
}

function linesOf(text: string): string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}

function createSink(): { readonly sink: OutputSink; readonly text: () => string } {
  const parts: Buffer[] = [];
  const sink: OutputSink = {
    terminal: { isTerminal: false, hasColor: false, columns: undefined },
    write: (chunk) => {
      parts.push(Buffer.from(chunk));
      return Promise.resolve();
    },
  };
  return { sink, text: () => Buffer.concat(parts).toString('utf8') };
}
