import { Command } from 'commander';
import type { Result } from './result.ts';
import type { Session } from './session.ts';

/** One call of a command as its words were parsed. */
export interface Call<Options> {
  readonly session: Session;
  /** The positional words, repeatable ones flattened. */
  readonly args: readonly string[];
  readonly options: Options;
}

/** What a command does: words into one call, its answer into a result. */
export type Act<Options> = (call: Call<Options>) => Promise<Result>;

/** Runs acts: makes the session, prints the result, remembers the exit code. */
export interface Runner {
  run(command: Command, act: (session: Session) => Promise<Result>): Promise<void>;
}

/** Lets a command do its act when it is called. */
export function bindAct<Options extends object>(
  command: Command,
  runner: Runner,
  act: Act<Options>,
): Command {
  return command.action(() =>
    runner.run(command, (session) => act({ session, args: command.args, options: command.opts<Options>() })),
  );
}

/** What a command says of itself. */
export interface CommandWords {
  readonly name: string;
  /** Its positional words in commander's notation: `<model> [version]`. */
  readonly args?: string;
  /** How the words are shown in help, when the notation would mislead. */
  readonly usage?: string;
  readonly summary: string;
  readonly more?: string;
  /** Two to four: a command, and what it is good for. */
  readonly examples: readonly (readonly [line: string, why: string])[];
}

/** A new command with its summary, and its examples under its help. */
export function describeCommand(words: CommandWords): Command {
  const command = new Command(words.name).summary(words.summary);
  command.description(words.more === undefined ? words.summary : `${words.summary}\n\n${words.more}`);
  if (words.args !== undefined) command.arguments(words.args);
  if (words.usage !== undefined) command.usage(words.usage);
  return command.addHelpText('after', `\nExamples:\n${formatExamples(words.examples)}`);
}

function formatExamples(examples: readonly (readonly [command: string, why: string])[]): string {
  return examples.map(([line, why]) => `  # ${why}\n  $ ${line}`).join('\n');
}

/** The word at a place that commander has checked to be there. */
export function wordAt(args: readonly string[], at: number): string {
  return args[at] ?? '';
}
