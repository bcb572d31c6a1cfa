import type { Command } from 'commander';
import type { LogInTokens } from '../../client/index.ts';
import { StrongroomError } from '../../errors/index.ts';
import { bindAct, describeCommand, type Runner } from '../command.ts';
import {
  addContactOptions,
  type ContactOptions,
  type MetServer,
  meetServer,
  rememberLogIn,
  withFactor,
} from '../first-contact.ts';
import { readSecret, readToken } from '../given-secret.ts';
import { done } from '../result.ts';
import type { Session } from '../session.ts';
import { escapeText } from '../terminal.ts';

interface LoginOptions extends ContactOptions {
  readonly user?: string;
  readonly oidc?: string;
  readonly passwordFile?: string;
  readonly codeFile?: string;
  readonly tokenFile?: string;
}

/** `login`: makes the commands that follow somebody's. */
export function loginCommand(runner: Runner): Command {
  const command = addContactOptions(
    describeCommand({
      name: 'login',
      summary: 'log in to a server; the commands that follow are yours',
      more: 'A server that nobody certifies is shown by its fingerprint, and trusted once you say yes.',
      examples: [
        ['strongroom login --server https://models.example.org:8443', 'asks for name, password and code'],
        [
          'strongroom login --server https://localhost:8443 --user ada --password-file p --pin 3a7b…',
          'for a script',
        ],
        ['strongroom login --server https://models.example.org:8443 --oidc company', 'with a browser'],
        ['strongroom login --server https://localhost:8443 --token-file ci.token', 'with a token'],
      ],
    }),
  )
    .option('--user <name>', 'who you are (default: asked for)')
    .option('--password-file <path>', 'your password, from a file (- is standard input)')
    .option('--code-file <path>', 'the code of your second factor, from a file')
    .option('--oidc <provider>', 'log in with this provider, in a browser')
    .option('--token-file <path>', 'a personal or service-account token instead, from a file');
  return bindAct<LoginOptions>(command, runner, async ({ session, options }) => {
    const met = await meetServer(session, options);
    try {
      if (options.tokenFile !== undefined) return await keepToken(session, met, options.tokenFile);
      const logIn =
        options.oidc === undefined
          ? await logInWithPassword(session, met, options)
          : await logInWithBrowser(session, met, options.oidc);
      await rememberLogIn(session, met, logIn);
      return loggedIn(met.server, logIn.principal);
    } finally {
      await met.close();
    }
  });
}

function loggedIn(server: string, principal: string) {
  return done({ server, principal }, `logged in to ${server} as ${escapeText(principal)}`);
}

async function logInWithPassword(
  session: Session,
  { identity }: MetServer,
  options: LoginOptions,
): Promise<LogInTokens> {
  const name = options.user ?? (await askName(session));
  const password = await readSecret(session, {
    file: options.passwordFile,
    question: `password of ${escapeText(name)}`,
    hint: 'name a file with --password-file',
  });
  const answer = await identity.logIn({ name, password });
  return await withFactor(session, identity, { answer, codeFile: options.codeFile });
}

async function askName(session: Session): Promise<string> {
  const { person } = session.context;
  if (person !== undefined) return (await person.askLine('user name: ')).trim();
  throw new StrongroomError('INPUT_INVALID', 'who logs in is not said and nobody can be asked', {
    hint: 'use --user NAME and --password-file, or --token-file',
  });
}

async function logInWithBrowser(
  session: Session,
  { identity }: MetServer,
  provider: string,
): Promise<LogInTokens> {
  const { operations, signal, stderr } = session.context;
  const browser = await operations.awaitBrowser(signal);
  try {
    const { url, state } = await identity.beginOidc({ provider, redirectUri: browser.redirectUri });
    await stderr.write(`open this address in a browser on this machine:\n  ${url}\n`);
    return await identity.finishOidc({ state, callbackUrl: await browser.returned() });
  } finally {
    await browser.close();
  }
}

/** Remembers a token once the server has said whose it is. */
async function keepToken(session: Session, { server, trust }: MetServer, file: string) {
  const { operations } = session.context;
  const token = await readToken(session, { file, question: 'token', hint: 'name a file with --token-file' });
  const opened = operations.openServerAs({ server, trust, token });
  try {
    const { id } = await opened.api.account.get();
    await operations.saveServerRecord({ server, trust, principal: id, token });
    return loggedIn(server, id);
  } finally {
    await opened.close();
  }
}
