import type { Command } from 'commander';
import { type MetricDirection, parseModelName, quoteForMessage } from '../../api/index.ts';
import { fromBase64 } from '../../bytes/index.ts';
import { StrongroomError } from '../../errors/index.ts';
import { bindAct, describeCommand, type Runner, wordAt } from '../command.ts';
import type { LegacyInput } from '../operations.ts';
import type { Session } from '../session.ts';
import { storedVersion } from '../stored-version.ts';
import { formatBytes } from '../units.ts';
import { collectDirections, parseChoice } from '../values.ts';

const KDFS = ['scrypt', 'pbkdf2-sha512', 'pbkdf2-sha256'] as const;

interface ImportOptions {
  readonly keyFile?: string;
  readonly legacyPassphraseFile?: string;
  readonly legacyPassphrase?: boolean;
  readonly kdf?: (typeof KDFS)[number];
  readonly salt?: Uint8Array;
  readonly accessCodeFile?: string;
  readonly direction?: Readonly<Record<string, MetricDirection>>;
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
      [
        'strongroom import-legacy model.pkl acme/churn --legacy-passphrase --salt c2FsdA==',
        'with its password, asked for',
      ],
      [
        'strongroom import-legacy model.pkl acme/churn --key-file k --access-code-file code',
        'with the password of its access control',
      ],
    ],
  })
    .option('--key-file <path>', 'the Fernet key, from a file (- is standard input)')
    .option('--legacy-passphrase', 'the password that the key was derived from, asked for')
    .option('--legacy-passphrase-file <path>', 'the same, from a file (- is standard input)')
    .option(
      '--kdf <name>',
      `how the key was derived: ${KDFS.join(', ')} (default: scrypt)`,
      parseChoice(KDFS),
    )
    .option('--salt <base64>', 'the salt of the derivation', parseSalt)
    .option(
      '--direction <name=way>',
      'for metrics that are not known: higher or lower (repeatable)',
      collectDirections,
    )
    .option('--access-code-file <path>', 'the password of its access control, from a file');
  return bindAct<ImportOptions>(command, runner, async ({ session, args, options }) => {
    const model = parseModelName(wordAt(args, 1));
    const key =
      options.keyFile === undefined ? undefined : (await session.secrets.readText(options.keyFile)).trim();
    const derived = await readDerivation(options, session);
    const accessCode = await session.givenAccessCode(options.accessCodeFile);
    const content = await session.context.operations.readLegacy({
      file: wordAt(args, 0),
      ...(key !== undefined && { key }),
      ...(derived && { derived }),
      ...(accessCode && { accessCode }),
    });
    const version = await session.withApi((api, work) =>
      api.versions.put({
        model,
        ...content,
        ...(options.direction && { metricDirections: options.direction }),
        ...work,
      }),
    );
    return storedVersion(
      version,
      `imported ${model}@${version.version} (${formatBytes(version.size)}, nothing executed)`,
    );
  });
}

async function readDerivation(options: ImportOptions, session: Session): Promise<LegacyInput['derived']> {
  const { legacyPassphraseFile: path, kdf = 'scrypt', salt } = options;
  if (path === undefined && options.legacyPassphrase !== true) return undefined;
  if (salt === undefined) {
    throw new StrongroomError('INPUT_INVALID', 'the salt of the password is missing', {
      hint: 'give it as base64 with --salt; it is stored where the key was derived',
    });
  }
  const passphrase =
    path === undefined
      ? await session.secrets.ask('password of the package', 'name a file with --legacy-passphrase-file')
      : await session.secrets.readPassphrase(path);
  return { passphrase, kdf, salt };
}

function parseSalt(text: string): Uint8Array {
  const salt = fromBase64(text);
  if (salt !== undefined && salt.length > 0) return salt;
  throw new StrongroomError('INPUT_INVALID', `not base64: ${quoteForMessage(text)}`, {
    hint: 'encode the salt with base64',
  });
}
