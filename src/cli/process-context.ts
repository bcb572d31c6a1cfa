import { StrongroomError } from '../errors/index.ts';
import type { CliContext, OutputSink } from './context.ts';
import { EXIT_INTERRUPTED, EXIT_TERMINATED, exitCodeOf } from './exit-codes.ts';
import { runCli } from './main.ts';
import { findPerson } from './person.ts';
import { formatError } from './report-error.ts';
import { allowsColor } from './terminal.ts';
import { createOperations } from './wiring.ts';

const NARROWEST_TERMINAL = 40;
/** Some terminals do not tell their width. */
const USUAL_COLUMNS = 80;

/** Runs the command line of this very process and ends it with the exit code. */
export async function runProcess(): Promise<never> {
  const { signal, endedBy } = watchSignals();
  process.once('uncaughtException', endWithFault);
  const exitCode = await runCli(process.argv.slice(2), processContext(signal));
  process.exit(exitCode === EXIT_INTERRUPTED && endedBy() === 'SIGTERM' ? EXIT_TERMINATED : exitCode);
}

/** A fault outside of any call still ends in our words, and with a stack only where one was asked for. */
function endWithFault(error: Error): never {
  const terminal = { isTerminal: false, hasColor: false, columns: undefined };
  const json = process.argv.includes('--json');
  process.stderr.write(formatError(error, { json, debug: process.argv.includes('--debug'), terminal }));
  process.exit(exitCodeOf(error));
}

function processContext(signal: AbortSignal): CliContext {
  return {
    env: process.env,
    stdin: process.stdin,
    stdout: sinkOf(process.stdout),
    stderr: sinkOf(process.stderr),
    person: findPerson({ stdin: process.stdin, stderr: process.stderr, signal }),
    signal,
    onReload: (listener) => void process.on('SIGHUP', listener),
    now: () => performance.now(),
    operations: createOperations(process.env),
  };
}

/** The first signal ends the work in good order, the second one at once. */
function watchSignals(): {
  readonly signal: AbortSignal;
  readonly endedBy: () => NodeJS.Signals | undefined;
} {
  const controller = new AbortController();
  let endedBy: NodeJS.Signals | undefined;
  const onSignal = (name: NodeJS.Signals): void => {
    if (endedBy !== undefined) process.exit(name === 'SIGTERM' ? EXIT_TERMINATED : EXIT_INTERRUPTED);
    endedBy = name;
    controller.abort(new StrongroomError('ABORTED', 'interrupted'));
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  return { signal: controller.signal, endedBy: () => endedBy };
}

function sinkOf(stream: NodeJS.WriteStream): OutputSink {
  // Every write reports its own failure; without a listener the stream would throw it a second time.
  stream.on('error', () => undefined);
  const isTerminal = stream.isTTY;
  return {
    get terminal() {
      return {
        isTerminal,
        hasColor: isTerminal && allowsColor(process.env),
        columns: isTerminal ? Math.max(NARROWEST_TERMINAL, stream.columns || USUAL_COLUMNS) : undefined,
      };
    },
    write: (chunk) =>
      new Promise((resolve, reject) => {
        stream.write(chunk, (error) => {
          if (error) reject(error);
          else resolve();
        });
      }),
  };
}
