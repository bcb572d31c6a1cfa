import type { Command } from 'commander';
import { parseAliasName, parseModelName } from '../../api/index.ts';
import type { ImportedBundle } from '../../vault/index.ts';
import { bindAct, describeCommand, type Runner, wordAt } from '../command.ts';
import { addOpenWithOptions, type OpenWithOptions, readOpenWith } from '../sealing.ts';
import type { Session } from '../session.ts';
import { storedVersion } from '../stored-version.ts';
import { escapeText } from '../terminal.ts';
import { formatBytes, formatCount } from '../units.ts';
import { collectWords } from '../values.ts';

interface ImportBundleOptions extends OpenWithOptions {
  readonly trustKey?: readonly string[];
  readonly alias?: readonly string[];
  readonly accessCodeFile?: string;
}

/** `import-bundle`: a version out of a signed bundle. */
export function importBundleCommand(runner: Runner): Command {
  const command = addOpenWithOptions(
    describeCommand({
      name: 'import-bundle',
      args: '<file> <model>',
      usage: '[options] FILE.srbundle MODEL',
      summary: 'check a signed bundle, scan what is in it, and keep it as the next version',
      more: [
        'The bundle must be signed by a key that the namespace names as a signer, or that --trust-key names.',
        'A file whose name ends in .sealed is opened with -i, --key-file or a passphrase.',
      ].join('\n'),
      examples: [
        ['strongroom import-bundle churn.srbundle acme/churn', 'from a sender who may sign for acme'],
        [
          'strongroom import-bundle churn.srbundle acme/churn --trust-key ID',
          'from a sender trusted this once',
        ],
      ],
    }),
  )
    .option(
      '--trust-key <id>',
      'a key that may sign this bundle; it must be known (repeatable)',
      collectWords,
    )
    .option('-a, --alias <name>', 'point this alias at the new version (repeatable)', collectWords)
    .option('--access-code-file <path>', 'a code that opening needs besides the key, from a file');
  return bindAct<ImportBundleOptions>(command, runner, async ({ session, args, options }) => {
    const file = wordAt(args, 0);
    const model = parseModelName(wordAt(args, 1));
    const aliases = (options.alias ?? []).map((alias) => parseAliasName(alias));
    const openWith = file.endsWith('.sealed') ? await readOpenWith(session, options) : undefined;
    const accessCode =
      options.accessCodeFile && (await session.secrets.readPassphrase(options.accessCodeFile));
    const unseal = await session.unseal();
    const imported = await session.withProgress((work) =>
      session.context.operations.importBundle({
        home: session.homeOnly(),
        unseal,
        file,
        model,
        aliases,
        trustedKeys: options.trustKey ?? [],
        ...(openWith && { openWith }),
        ...(accessCode && { accessCode }),
        ...work,
      }),
    );
    const { version, name, signatures } = imported;
    await warnOfDropped(session, imported);
    return storedVersion(
      version,
      `imported ${escapeText(name)} as ${model}@${version.version} (${formatBytes(version.size)}, ${formatCount(signatures, 'signature')}, verified)`,
      aliases,
    );
  });
}

async function warnOfDropped(session: Session, { droppedSignatures }: ImportedBundle): Promise<void> {
  if (droppedSignatures === 0) return;
  const count = formatCount(droppedSignatures, 'signature');
  await session.warn(`${count} of the bundle left out: by nobody whom the namespace trusts`);
}
