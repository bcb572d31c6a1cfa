import type { Command } from 'commander';
import type { Passphrase } from '../../bytes/index.ts';
import { StrongroomError } from '../../errors/index.ts';
import { bindAct, describeCommand, type Runner, wordAt } from '../command.ts';
import { answer, done } from '../result.ts';
import {
  addSealOptions,
  formatAddedSeals,
  hasSealChoice,
  oneChunk,
  readSealChoice,
  type SealOptions,
} from '../root-seals.ts';
import type { Session } from '../session.ts';
import { escapeText } from '../terminal.ts';
import { formatBytes } from '../units.ts';

/** Beyond this a file is no backup of keys. */
const MAX_BACKUP_BYTES = 64 * 1024 * 1024;

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
    const passphrase = await backupPassphrase(session, options, true);
    const bytes = await session.withApi((api) => api.keys.backup({ passphrase }));
    await session.context.operations.writeFile({ path, force: false }, oneChunk(bytes));
    return done(
      { path, size: bytes.length },
      `wrote all keys to ${escapeText(path)} (${formatBytes(bytes.length)})`,
    );
  });
}

/** `keys restore`: the keys of a home out of such a file. */
export function keysRestoreCommand(runner: Runner): Command {
  const command = addSealOptions(
    addBackupPassphrase(
      describeCommand({
        name: 'restore',
        args: '<file>',
        usage: '[options] FILE',
        summary: 'put the keys of a backup into a home, under new root seals',
        examples: [
          [
            'strongroom keys restore /mnt/usb/keys.backup --passphrase',
            'the home lost its keys, or its root passphrase',
          ],
          ['strongroom keys restore keys.backup --key-file new.key --replace', 'replace keys that are there'],
        ],
      }),
    ),
  )
    .option('--replace', 'replace the keys that are there')
    .option('-y, --yes', 'do not ask before they are replaced');
  return bindAct<BackupOptions & SealOptions & { readonly replace?: boolean; readonly yes?: boolean }>(
    command,
    runner,
    async ({ session, args, options }) => {
      const path = wordAt(args, 0);
      const { operations } = session.context;
      const file = await operations.readSecretFile(path, MAX_BACKUP_BYTES);
      if (file === undefined)
        throw new StrongroomError('STORAGE_MISSING', `there is no file ${escapeText(path)}`);
      if (options.replace === true) await session.confirm('replace the keys of this home', options.yes);
      const passphrase = await backupPassphrase(session, options, false);
      const { home } = session.options;
      const chosen = hasSealChoice(options)
        ? options
        : { ...options, keyFile: operations.defaultKeyFile(home) };
      const restored = await operations.restoreKeys({
        home,
        backup: file.bytes,
        passphrase,
        seals: await readSealChoice(session, chosen),
        replace: options.replace === true,
      });
      return answer({ home, ...restored }, (terminal) =>
        [`restored the keys of ${escapeText(home)}`, formatAddedSeals(terminal, restored.seals)].join('\n'),
      );
    },
  );
}

function addBackupPassphrase(command: Command): Command {
  return command.option(
    '--backup-passphrase-file <path>',
    'the passphrase of the backup, from a file (- is standard input)',
  );
}

function backupPassphrase(session: Session, options: BackupOptions, isNew: boolean): Promise<Passphrase> {
  const path = options.backupPassphraseFile;
  if (path !== undefined) return session.secrets.readPassphrase(path);
  const hint = 'name a file with --backup-passphrase-file';
  return isNew
    ? session.secrets.askNew('new passphrase for the backup', hint)
    : session.secrets.ask('passphrase of the backup', hint);
}
