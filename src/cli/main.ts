import { type Command, CommanderError } from 'commander';
import { StrongroomError } from '../errors/index.ts';
import type { Runner } from './command.ts';
import type { CliContext } from './context.ts';
import { EXIT_BROKEN_PIPE, EXIT_CODES, EXIT_OK, exitCodeOf } from './exit-codes.ts';
import { printResult } from './print-result.ts';
import { buildProgram } from './program.ts';
import { formatError } from './report-error.ts';
import { type GlobalOptions, Session } from './session.ts';

/** Help is not wider than people like to read. */
const WIDEST_HELP = 100;

/** The words of the global options as commander hands them over. */
interface GlobalWords {
  readonly home?: string;
  readonly server?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly debug?: boolean;
  readonly passphraseFile?: string;
  readonly rootKeyFile?: string;
  readonly shareFile?: readonly string[];
}

/**
 * Runs one command line (without the names of Node and of the program) and resolves to its exit code.
 * It never rejects: errors are shown on stderr.
 */
export async function runCli(words: readonly string[], context: CliContext): Promise<number> {
  const printed: string[] = [];
  const outcome = { exitCode: EXIT_OK as number };
  const program = buildProgram(createRunner(context, outcome), {
    print: (text) => printed.push(text),
    columns: Math.min(WIDEST_HELP, context.stdout.terminal.columns ?? WIDEST_HELP),
  });
  try {
    await parseWords(program, words);
    if (printed.length > 0) await context.stdout.write(printed.join(''));
    return outcome.exitCode;
  } catch (error) {
    if (isBrokenPipe(error)) return EXIT_BROKEN_PIPE;
    if (!(error instanceof CommanderError)) return await reportError(error, words, context);
    if (error.exitCode === 0) return await showHelp(printed, context.stdout);
    if (error.code === 'commander.help') {
      await showHelp(printed, context.stderr);
      return EXIT_CODES.invalid.code;
    }
    return await reportError(usageError(error), words, context);
  }
}

async function parseWords(program: Command, words: readonly string[]): Promise<void> {
  if (words.length === 0) program.outputHelp();
  else await program.parseAsync([...words], { from: 'user' });
}

async function showHelp(printed: readonly string[], sink: CliContext['stdout']): Promise<number> {
  try {
    await sink.write(printed.join(''));
    return EXIT_OK;
  } catch (error) {
    if (isBrokenPipe(error)) return EXIT_BROKEN_PIPE;
    throw error;
  }
}

function createRunner(context: CliContext, outcome: { exitCode: number }): Runner {
  return {
    async run(command, act) {
      const options = readGlobals(command.optsWithGlobals<GlobalWords>(), context.env);
      const session = new Session(context, options);
      const result = await act(session);
      await printResult(result, context, options);
      outcome.exitCode = result.exitCode ?? EXIT_OK;
    },
  };
}

function readGlobals(words: GlobalWords, env: CliContext['env']): GlobalOptions {
  if (words.server !== undefined && words.home !== undefined) {
    throw new StrongroomError('INPUT_INVALID', '--home and --server exclude each other', {
      hint: 'leave one out: a command works on a home or through a server',
    });
  }
  // An option wins over the environment, also over the other variable.
  const server = words.server ?? (words.home === undefined ? present(env['STRONGROOM_SERVER']) : undefined);
  return {
    home: words.home ?? present(env['STRONGROOM_HOME']) ?? 'strongroom-home',
    ...(server !== undefined && { server }),
    json: words.json === true,
    quiet: words.quiet === true,
    debug: words.debug === true,
    shareFiles: words.shareFile ?? [],
    ...(words.passphraseFile !== undefined && { passphraseFile: words.passphraseFile }),
    ...(words.rootKeyFile !== undefined && { rootKeyFile: words.rootKeyFile }),
  };
}

function present(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}

/** Commander's complaint in our words: no prefix, no capitals, its suggestion as the hint. */
function usageError(error: CommanderError): StrongroomError {
  const [message = '', suggestion] = error.message.replace(/^error: /, '').split('\n');
  const hint =
    suggestion === undefined
      ? 'strongroom --help lists commands, strongroom help COMMAND their options'
      : suggestion.replace(/^\((.*)\)$/, '$1').toLowerCase();
  return new StrongroomError('INPUT_INVALID', message.replace(/\.$/, ''), { hint });
}

async function reportError(error: unknown, words: readonly string[], context: CliContext): Promise<number> {
  const beforeRest = words.includes('--') ? words.slice(0, words.indexOf('--')) : words;
  const text = formatError(error, {
    json: beforeRest.includes('--json'),
    debug: beforeRest.includes('--debug'),
    terminal: context.stderr.terminal,
  });
  try {
    await context.stderr.write(text);
  } catch (writeError) {
    // Nobody is left to be told; the exit code still tells.
    if (!isBrokenPipe(writeError)) throw writeError;
  }
  return exitCodeOf(error);
}

function isBrokenPipe(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EPIPE';
}
