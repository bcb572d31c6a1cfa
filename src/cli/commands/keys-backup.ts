import type { Command } from 'commander';
import type { Passphrase } from '../../bytes/index.ts';
import { bindAct, describeCommand, type Runner, wordAt } from '../command.ts';
import { done } from '../result.ts';
import { oneChunk } from '../root-seals.ts';
import type { Session } from '../session.ts';
import { escapeText } from '../terminal.ts';
import { formatBytes } from '../units.ts';

interface BackupOptions {
  readonly backupPassphraseFile?: string;
}

/** `keys backup`: all keys in one file under a passphrase. */
export function keysBackupCommand(runner: Runner): Command {
  const command = addBackupPassphrase(
    describeCommand({
      name: 'backup',
      args: '<file>',
      usage: '[options] FILE',
      summary: 'write all keys into one file under a passphrase',
      more: 'Keep it apart from the data: whoever has both, and the passphrase, has the models.',
      examples: [
        ['strongroom keys backup /mnt/usb/keys.backup', 'asks twice for its passphrase'],
        ['strongroom keys backup keys.backup --backup-passphrase-file p', 'for a script'],
      ],
    }),
  );
  return bindAct<BackupOptions>(command, runner, async ({ session, args, options }) => {
    const path = wordAt(args, 0);
    const passphrase = await newBackupPassphrase(session, options);
    const bytes = await session.withApi((api) => api.keys.backup({ passphrase }));
    await session.context.operations.writeFile({ path, force: false }, oneChunk(bytes));
    return done(
      { path, size: bytes.length },
      `wrote all keys to ${escapeText(path)} (${formatBytes(bytes.length)})`,
    );
  });
}

function addBackupPassphrase(command: Command): Command {
  return command.option(
    '--backup-passphrase-file <path>',
    'the passphrase of the backup, from a file (- is standard input)',
  );
}

function newBackupPassphrase(session: Session, options: BackupOptions): Promise<Passphrase> {
  const path = options.backupPassphraseFile;
  if (path !== undefined) return session.secrets.readPassphrase(path);
  return session.secrets.askNew('new passphrase for the backup', 'name a file with --backup-passphrase-file');
}
