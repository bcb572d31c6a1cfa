import type { Command } from 'commander';
import { parseModelName } from '../../api/index.ts';
import type { Passphrase } from '../../bytes/index.ts';
import { bindAct, describeCommand, type Runner, wordAt } from '../command.ts';
import { done } from '../result.ts';
import type { Session } from '../session.ts';
import { formatBytes } from '../units.ts';

interface ImportOptions {
  readonly keyFile?: string;
  readonly legacyPassphraseFile?: string;
  readonly legacyPassphrase?: boolean;
  readonly accessCodeFile?: string;
}

/** `import-legacy`: takes over what the Python class `SecureModelManager` has written, executing nothing. */
export function importLegacyCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'import-legacy',
    args: '<file> <model>',
    usage: '[options] FILE MODEL',
    summary: 'take over a package of the Python SecureModelManager, or a Fernet token',
    more: 'The file is read, not executed: a pickle that would call something is refused.',
    examples: [
      ['strongroom import-legacy model.pkl acme/churn --key-file fernet.key', 'with its Fernet key'],
      ['strongroom import-legacy model.pkl acme/churn --legacy-passphrase', 'with its password, asked for'],
      [
        'strongroom import-legacy model.pkl acme/churn --key-file k --access-code-file code',
        'with the password of its access control',
      ],
    ],
  })
    .option('--key-file <path>', 'the Fernet key, from a file (- is standard input)')
    .option('--legacy-passphrase', 'the password that the key was derived from, asked for')
    .option('--legacy-passphrase-file <path>', 'the same, from a file (- is standard input)')
    .option('--access-code-file <path>', 'the password of its access control, from a file');
  return bindAct<ImportOptions>(command, runner, async ({ session, args, options }) => {
    const model = parseModelName(wordAt(args, 1));
    const key =
      options.keyFile === undefined ? undefined : (await session.secrets.readText(options.keyFile)).trim();
    const passphrase = await legacyPassphrase(options, session);
    const accessCode = await session.givenAccessCode(options.accessCodeFile);
    const unseal = await session.unseal();
    const version = await session.withProgress((work) =>
      session.context.operations.importLegacy({
        home: session.options.home,
        unseal,
        file: wordAt(args, 0),
        model,
        ...(key !== undefined && { key }),
        ...(passphrase && { passphrase }),
        ...(accessCode && { accessCode }),
        ...work,
      }),
    );
    return done(
      { version },
      `imported ${model}@${version.version} (${formatBytes(version.size)}, nothing executed)`,
    );
  });
}

async function legacyPassphrase(options: ImportOptions, session: Session): Promise<Passphrase | undefined> {
  if (options.legacyPassphraseFile !== undefined)
    return session.secrets.readPassphrase(options.legacyPassphraseFile);
  if (options.legacyPassphrase !== true) return undefined;
  return session.secrets.ask('password of the package', 'name a file with --legacy-passphrase-file');
}
