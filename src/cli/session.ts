import type { StrongroomApi } from '../api/index.ts';
import type { Passphrase } from '../bytes/index.ts';
import { isStrongroomError, StrongroomError } from '../errors/index.ts';
import type { CliContext } from './context.ts';
import { formatLine } from './document.ts';
import type { OpenHome, Unseal } from './operations.ts';
import { createProgressBar, NO_PROGRESS, type ProgressBar } from './progress.ts';
import type { Result } from './result.ts';
import { createSecretReader, type SecretReader } from './secrets.ts';
import { paint } from './terminal.ts';
import { gatherUnseal } from './unseal.ts';

const RUN_AT_HOME = 'run it where the home is, with --home FOLDER instead of --server or STRONGROOM_SERVER';

/** Options that every command takes. */
export interface GlobalOptions {
  readonly home: string;
  /** The server to work on instead of a home. */
  readonly server?: string;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly debug: boolean;
  readonly passphraseFile?: string;
  readonly rootKeyFile?: string;
  readonly shareFiles: readonly string[];
}

/** What long verbs take: how to tell of progress, and what ends them. */
export interface Work {
  readonly onProgress: ProgressBar['update'];
  readonly signal: AbortSignal;
}

/** One run of one command: its options, and the ways to ask, tell and open. */
export class Session {
  readonly options: GlobalOptions;
  readonly context: CliContext;
  readonly secrets: SecretReader;

  constructor(context: CliContext, options: GlobalOptions) {
    this.context = context;
    this.options = options;
    this.secrets = createSecretReader(context, (text) => this.warn(text));
  }

  /** Says something beside the answer; not with `--quiet` or `--json`. */
  async note(text: string): Promise<void> {
    if (!this.options.quiet && !this.options.json) await this.context.stderr.write(`${text}\n`);
  }

  /** Warns, whatever the options: one line on stderr. */
  async warn(text: string): Promise<void> {
    const { stderr } = this.context;
    const label = paint(stderr.terminal, 'warning', 'warning:');
    await stderr.write(this.options.json ? formatLine({ warning: text }) : `${label} ${text}\n`);
  }

  /** Asks for a yes. Throws `INPUT_INVALID` when nobody can be asked, `ABORTED` on any other answer. */
  async confirm(question: string, isGiven: boolean | undefined): Promise<void> {
    if (isGiven === true) return;
    const { person } = this.context;
    if (person === undefined || this.options.json) {
      throw new StrongroomError('INPUT_INVALID', `${question} needs a yes`, {
        hint: 'add --yes when you are sure',
      });
    }
    const reply = await person.askLine(`${question}? [y/N] `);
    if (!/^y(?:es)?$/i.test(reply.trim())) throw new StrongroomError('ABORTED', 'not confirmed');
  }

  /** What may unseal the home: options, environment, the key file in it, a person. */
  unseal(): Promise<Unseal> {
    const { env, operations } = this.context;
    return gatherUnseal({
      ...this.options,
      env,
      operations,
      secrets: this.secrets,
      warn: (text) => this.warn(text),
    });
  }

  /** The home, for a command that works on nothing else. Throws `INPUT_INVALID` with `hint` when a server is named. */
  homeOnly(hint = RUN_AT_HOME): string {
    const { home, server } = this.options;
    if (server === undefined) return home;
    throw new StrongroomError('INPUT_INVALID', 'this works on a home only, not through a server', {
      hint,
    });
  }

  /** The server, for a command that works on nothing else. Throws `INPUT_INVALID` when none is named. */
  serverOnly(): string {
    const { server } = this.options;
    if (server !== undefined) return this.context.operations.serverOrigin(server);
    throw new StrongroomError('INPUT_INVALID', 'no server is named', {
      hint: 'use --server https://host:8443 or STRONGROOM_SERVER',
    });
  }

  /** Runs work on the open home or server, with a progress bar, and closes both whatever happens. */
  async withApi<T>(work: (api: StrongroomApi, long: Work) => Promise<T>): Promise<T> {
    const opened = await this.#open();
    try {
      return await this.withProgress((long) => work(opened.api, long));
    } finally {
      await opened.close();
    }
  }

  async #open(): Promise<OpenHome> {
    const { operations } = this.context;
    const { home, server } = this.options;
    if (server !== undefined) return await operations.openServer(operations.serverOrigin(server));
    return await operations.openHome({ home, unseal: await this.unseal() });
  }

  /** Runs work with a progress bar on stderr, where there is a terminal and nobody asked for quiet. */
  async withProgress<T>(work: (long: Work) => Promise<T>): Promise<T> {
    const { stderr, signal } = this.context;
    const columns = stderr.terminal.columns;
    const isShown = stderr.terminal.isTerminal && !this.options.quiet && !this.options.json;
    const bar =
      isShown && columns !== undefined
        ? createProgressBar({
            columns,
            now: () => this.context.now(),
            // A bar that cannot be drawn must not end the work; the next thing said on stderr will fail and tell.
            write: (text) => void stderr.write(text).catch(() => undefined),
          })
        : NO_PROGRESS;
    try {
      return await work({ signal, onProgress: bar.update });
    } finally {
      bar.clear();
    }
  }

  /** The access code that was given: `--access-code-file`, then the environment. */
  async givenAccessCode(file: string | undefined): Promise<Passphrase | undefined> {
    const path = file ?? this.context.env['STRONGROOM_ACCESS_CODE_FILE'];
    return path === undefined || path === '' ? undefined : this.secrets.readPassphrase(path);
  }

  /** Runs work with the access code that was given; asks for one when the work turns out to need it. */
  async withAccessCode<T>(
    file: string | undefined,
    work: (accessCode: Passphrase | undefined) => Promise<T>,
  ): Promise<T> {
    const given = await this.givenAccessCode(file);
    try {
      return await work(given);
    } catch (error) {
      if (!isStrongroomError(error, 'ACCESS_CODE_REQUIRED') || !this.secrets.canAsk) throw error;
      return await work(await this.secrets.ask('access code', error.hint));
    }
  }
}

/** Writes a stream to stdout, which then is taken: no document, no words. Throws `INPUT_INVALID` with `--json`. */
export async function copyToStdout(session: Session, stream: AsyncIterable<Uint8Array>): Promise<Result> {
  if (session.options.json) {
    throw new StrongroomError('INPUT_INVALID', 'standard output is taken by the file', {
      hint: 'leave out --json, or name a path with -o',
    });
  }
  for await (const chunk of stream) {
    session.context.signal.throwIfAborted();
    await session.context.stdout.write(chunk);
  }
  return { json: {}, text: () => '', isAnswer: false };
}
