import type { Command } from 'commander';
import { StrongroomError } from '../../errors/index.ts';
import { bindAct, describeCommand, type Runner, wordAt } from '../command.ts';
import { answer } from '../result.ts';
import { addSealOptions, formatAddedSeals, readChosenSeals, type SealOptions } from '../root-seals.ts';
import { escapeText } from '../terminal.ts';

/** Beyond this a file is no backup of keys. */
const MAX_BACKUP_BYTES = 64 * 1024 * 1024;

interface RestoreOptions extends SealOptions {
  readonly backupPassphraseFile?: string;
  readonly replace?: boolean;
  readonly yes?: boolean;
}

/** `keys restore`: the keys of a home out of what `keys backup` wrote. */
export function keysRestoreCommand(runner: Runner): Command {
  const command = addSealOptions(
    describeCommand({
      name: 'restore',
      args: '<file>',
      usage: '[options] FILE',
      summary: 'put the keys of a backup into their home, under new root seals',
      examples: [
        ['strongroom keys restore keys.backup --passphrase', 'the home lost its keys'],
        [
          'strongroom keys restore keys.backup --key-file new.key --replace',
          'or nobody has its root passphrase',
        ],
      ],
    }),
  )
    .option(
      '--backup-passphrase-file <path>',
      'the passphrase of the backup, from a file (- is standard input)',
    )
    .option('--replace', 'replace the keys that are there')
    .option('-y, --yes', 'do not ask before they are replaced');
  return bindAct<RestoreOptions>(command, runner, async ({ session, args, options }) => {
    const path = wordAt(args, 0);
    const home = session.homeOnly();
    const file = await session.context.operations.readSecretFile(path, MAX_BACKUP_BYTES);
    if (file === undefined)
      throw new StrongroomError('STORAGE_MISSING', `there is no file ${escapeText(path)}`);
    const isReplacing = options.replace === true;
    if (isReplacing) await session.confirm('replace the keys of this home', options.yes);
    const passphrase =
      options.backupPassphraseFile === undefined
        ? await session.secrets.ask('passphrase of the backup', 'name a file with --backup-passphrase-file')
        : await session.secrets.readPassphrase(options.backupPassphraseFile);
    const seals = await readChosenSeals(session, options);
    const request = { home, backup: file.bytes, passphrase, seals, replace: isReplacing };
    const restored = await session.context.operations.restoreKeys(request);
    return answer({ home, ...restored }, (terminal) =>
      [`restored the keys of ${escapeText(home)}`, formatAddedSeals(terminal, restored.seals)].join('\n'),
    );
  });
}
