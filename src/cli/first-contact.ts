import type { Command } from 'commander';
import type { FactorWanted } from '../api/index.ts';
import type { LogInTokens, RemoteIdentity, ServerTrust, ShownCertificate } from '../client/index.ts';
import { StrongroomError } from '../errors/index.ts';
import { readSecret } from './given-secret.ts';
import type { ReachedServer } from './remote-operations.ts';
import type { Session } from './session.ts';
import { escapeText } from './terminal.ts';
import { parseFingerprint } from './wiring-remote.ts';

/** Options of commands that may meet a server for the first time. */
export interface ContactOptions {
  readonly caFile?: string;
  readonly pin?: string;
}

/** Adds the options that say how the server proves itself. */
export function addContactOptions(command: Command): Command {
  return command
    .option('--ca-file <path>', 'certificates (PEM) of the authority that certifies the server')
    .option(
      '--pin <sha256>',
      'SHA-256 of the certificate of the server, as serve shows it',
      parseFingerprint,
    );
}

/** A server that has proved itself, and how it did. */
export interface MetServer extends ReachedServer {
  readonly server: string;
  readonly trust: ServerTrust;
}

/**
 * Reaches the server that is named: by what the options or the environment say, what is remembered, the authorities of
 * the system, or else by asking the person. Throws `NETWORK_TLS_UNTRUSTED` where nobody can be asked.
 */
export async function meetServer(session: Session, options: ContactOptions): Promise<MetServer> {
  const server = session.serverOnly();
  const { operations } = session.context;
  const known = await operations.readServerRecord(server);
  const trust =
    (await givenTrust(session, options)) ??
    (await operations.trustOfEnvironment()) ??
    known?.trust ??
    (await askForTrust(session, server));
  const reached = operations.reachServer({
    server,
    trust,
    ...(known?.device !== undefined && { device: known.device }),
  });
  return { ...reached, server, trust };
}

async function givenTrust(
  session: Session,
  { caFile, pin }: ContactOptions,
): Promise<ServerTrust | undefined> {
  if (pin !== undefined) return { certificateSha256: pin };
  if (caFile === undefined) return undefined;
  return { authorities: await session.context.operations.readAuthorities(caFile) };
}

async function askForTrust(session: Session, server: string): Promise<ServerTrust> {
  const { operations, person, signal } = session.context;
  const shown = await operations.lookAtServer(server, signal);
  if (shown.isTrusted) return {};
  if (person === undefined || session.options.json) {
    throw new StrongroomError('NETWORK_TLS_UNTRUSTED', `the certificate of ${server} is not known here`, {
      hint: `compare its SHA-256 with what serve shows, then: --pin ${shown.sha256}`,
    });
  }
  await session.context.stderr.write(certificateWords(server, shown));
  const reply = await person.askLine('trust this server from now on? Type yes or no: ');
  if (reply.trim().toLowerCase() !== 'yes') throw new StrongroomError('ABORTED', 'the server is not trusted');
  return { certificateSha256: shown.sha256 };
}

function certificateWords(server: string, { sha256, names, validUntil }: ShownCertificate): string {
  const lines = [
    `the certificate of ${escapeText(server)} is not known on this machine:`,
    `  names        ${escapeText(names.join(', ')) || 'none'}`,
    `  valid until  ${escapeText(validUntil)}`,
    `  SHA-256      ${sha256.replace(/(..)(?!$)/g, '$1:').toUpperCase()}`,
    'compare the SHA-256 with what strongroom serve shows on the server',
  ];
  return `${lines.join('\n')}\n`;
}

/** Asks for the second factor where one is wanted. Throws `AUTH_FAILED`, `INPUT_INVALID`. */
export async function withFactor(
  session: Session,
  identity: RemoteIdentity,
  {
    answer,
    codeFile,
  }: { readonly answer: LogInTokens | FactorWanted; readonly codeFile: string | undefined },
): Promise<LogInTokens> {
  if (answer.kind === 'logged-in') return answer;
  const { challenge, factors } = answer;
  if (!factors.includes('totp') && !factors.includes('recovery')) {
    throw new StrongroomError('INPUT_INVALID', 'this user logs in with a passkey, which takes a browser', {
      hint: 'make a personal token in the browser, and use login --token-file',
    });
  }
  const code = await readSecret(session, {
    file: codeFile,
    question: 'code of the authenticator app, or a recovery code',
    hint: 'name a file with --code-file',
  });
  const isTotp = /^\d{6,8}$/.test(new TextDecoder().decode(code.expose()).trim());
  return await identity.giveFactor({ challenge, factor: isTotp ? 'totp' : 'recovery', code });
}

/** Keeps a log-in for the commands that follow. */
export async function rememberLogIn(
  session: Session,
  { server, trust }: Pick<MetServer, 'server' | 'trust'>,
  logIn: LogInTokens,
): Promise<void> {
  const { operations } = session.context;
  const device = logIn.device ?? (await operations.readServerRecord(server))?.device;
  const { principal, accessToken, accessExpiresAt, refreshToken } = logIn;
  await operations.saveServerRecord({
    server,
    trust,
    principal,
    tokens: { accessToken, accessExpiresAt, refreshToken },
    ...(device !== undefined && { device }),
  });
}
