import { Command } from 'commander';
import type { Session as LogIn, Passkey } from '../../api/index.ts';
import { bindAct, describeCommand, type Runner, wordAt } from '../command.ts';
import { readNewSecret, readSecret } from '../given-secret.ts';
import { answer, done } from '../result.ts';
import { type Cell, formatTable } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { formatInstant } from '../units.ts';
import { totpCommand } from './account-totp.ts';
import { whoamiCommand } from './whoami.ts';

/** `account …`: what users do to themselves. */
export function accountCommand(runner: Runner): Command {
  return new Command('account')
    .description('your own account: password, second factors, sessions')
    .addCommand(whoamiCommand(runner, 'show', 'account show'))
    .addCommand(passwordCommand(runner))
    .addCommand(totpCommand(runner))
    .addCommand(sessionsCommand(runner))
    .addCommand(endSessionCommand(runner))
    .addCommand(passkeysCommand(runner))
    .addCommand(removePasskeyCommand(runner));
}

interface PasswordOptions {
  readonly currentPasswordFile?: string;
  readonly newPasswordFile?: string;
}

function passwordCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'password',
    summary: 'change your password; all your other sessions end',
    examples: [
      ['strongroom account password', 'asks for the old one, and twice for the new one'],
      ['strongroom account password --current-password-file old --new-password-file new', 'for a script'],
    ],
  })
    .option('--current-password-file <path>', 'the password until now, from a file')
    .option('--new-password-file <path>', 'the one from now on, from a file');
  return bindAct<PasswordOptions>(command, runner, async ({ session, options }) => {
    const current = await readSecret(session, {
      file: options.currentPasswordFile,
      question: 'current password',
      hint: 'name a file with --current-password-file',
    });
    const next = await readNewSecret(session, {
      file: options.newPasswordFile,
      question: 'new password',
      hint: 'name a file with --new-password-file',
    });
    await session.withApi((api) => api.account.changePassword({ current, next }));
    return done({ changed: 'password' }, 'changed the password; all other sessions have ended');
  });
}

function sessionsCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'sessions',
    summary: 'list where you are logged in',
    examples: [
      ['strongroom account sessions', 'addresses, programs, when last used'],
      ['strongroom account sessions --json', 'as a document'],
    ],
  });
  return bindAct(command, runner, ({ session }) =>
    session.withApi(async (api) => {
      const sessions = await api.account.sessions();
      return answer({ sessions }, (terminal) => formatSessions(terminal, sessions));
    }),
  );
}

function endSessionCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'end-session',
    args: '<id>',
    usage: '[options] ID',
    summary: 'log out somewhere else',
    examples: [
      ['strongroom account end-session ID', 'strongroom account sessions shows the ids'],
      ['strongroom account end-session ID --json', 'as a document'],
    ],
  });
  return bindAct(command, runner, async ({ session, args }) => {
    const id = wordAt(args, 0);
    await session.withApi((api) => api.account.endSession({ id }));
    return done({ ended: id }, 'ended the session');
  });
}

function passkeysCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'passkeys',
    summary: 'list your passkeys; a browser adds them',
    examples: [
      ['strongroom account passkeys', 'names, when last used'],
      ['strongroom account passkeys --json', 'as a document'],
    ],
  });
  return bindAct(command, runner, ({ session }) =>
    session.withApi(async (api) => {
      const passkeys = await api.account.passkeys();
      return answer({ passkeys }, (terminal) => formatPasskeys(terminal, passkeys));
    }),
  );
}

function removePasskeyCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'remove-passkey',
    args: '<id>',
    usage: '[options] ID',
    summary: 'refuse a passkey from now on',
    examples: [
      ['strongroom account remove-passkey ID', 'strongroom account passkeys shows the ids'],
      ['strongroom account remove-passkey ID --json', 'as a document'],
    ],
  });
  return bindAct(command, runner, async ({ session, args }) => {
    const id = wordAt(args, 0);
    await session.withApi((api) => api.account.removePasskey({ id }));
    return done({ removed: id }, 'removed the passkey');
  });
}

function formatSessions(terminal: Terminal, sessions: readonly LogIn[]): string {
  if (sessions.length === 0) return 'no sessions';
  return formatTable(
    terminal,
    [
      { heading: '' },
      { heading: 'since (UTC)' },
      { heading: 'last used (UTC)' },
      { heading: 'until (UTC)' },
      { heading: 'from' },
      { heading: 'with', isFlexible: true },
      { heading: 'id' },
    ],
    sessions.map((each): Cell[] => [
      each.isCurrent ? { text: '*', tone: 'good' } : '',
      formatInstant(each.createdAt),
      formatInstant(each.lastUsedAt),
      formatInstant(each.expiresAt),
      each.address ?? '',
      each.client ?? '',
      each.id,
    ]),
  );
}

function formatPasskeys(terminal: Terminal, passkeys: readonly Passkey[]): string {
  if (passkeys.length === 0) return 'no passkeys';
  return formatTable(
    terminal,
    [
      { heading: 'name' },
      { heading: 'made (UTC)' },
      { heading: 'last used (UTC)' },
      { heading: 'kept' },
      { heading: 'id' },
    ],
    passkeys.map((passkey): Cell[] => [
      passkey.name,
      formatInstant(passkey.createdAt),
      formatInstant(passkey.lastUsedAt ?? ''),
      passkey.isSynced ? 'synced' : 'on one device',
      passkey.id,
    ]),
  );
}
