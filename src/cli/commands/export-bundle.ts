import type { Command } from 'commander';
import { parseVersionRef } from '../../api/index.ts';
import { bindAct, describeCommand, type Runner, wordAt } from '../command.ts';
import { done } from '../result.ts';
import { addSealedForOptions, readSealedFor, type SealedForOptions } from '../sealing.ts';
import { escapeText } from '../terminal.ts';
import { formatBytes, formatCount } from '../units.ts';

interface ExportBundleOptions extends SealedForOptions {
  readonly output: string;
  readonly keyId: string;
  readonly force?: boolean;
  readonly accessCodeFile?: string;
}

/** `export-bundle`: a version with all that speaks for it, as one signed file. */
export function exportBundleCommand(runner: Runner): Command {
  const command = addSealedForOptions(
    describeCommand({
      name: 'export-bundle',
      args: '<version>',
      usage: '[options] MODEL[:ALIAS|@N] -o FILE.srbundle',
      summary: 'hand out a version with signatures, scan and bill of materials, as one signed file',
      more: 'For a place without a connection. Without a recipient, key file or passphrase it is NOT encrypted.',
      examples: [
        [
          'strongroom export-bundle acme/churn@3 -o churn.srbundle --key-id ID',
          'signed by a key of the home',
        ],
        [
          'strongroom export-bundle acme/churn@3 -o churn.srbundle.sealed --key-id ID -r age1pq1…',
          'signed, and sealed for somebody',
        ],
      ],
    }),
  )
    .requiredOption('-o, --output <file>', 'where the bundle goes')
    .requiredOption('--key-id <id>', 'the key that signs it; strongroom trust keys ls shows the ids')
    .option('--force', 'replace what is there')
    .option('--access-code-file <path>', 'the access code, from a file (- is standard input)');
  return bindAct<ExportBundleOptions>(command, runner, async ({ session, args, options }) => {
    const ref = parseVersionRef(wordAt(args, 0));
    const home = session.homeOnly();
    const { recipient, recipientFile, keyFile, passphrase } = options;
    const isSealed = [recipient, recipientFile, keyFile, passphrase].some((each) => each !== undefined);
    const sealedFor = isSealed ? await readSealedFor(session, options) : undefined;
    const unseal = await session.unseal();
    const { version, members, size } = await session.withAccessCode(options.accessCodeFile, (accessCode) =>
      session.withProgress((work) =>
        session.context.operations.exportBundle({
          home,
          unseal,
          ref,
          keyId: options.keyId,
          output: { path: options.output, force: options.force === true },
          ...(sealedFor && { sealedFor }),
          ...(accessCode && { accessCode }),
          ...work,
        }),
      ),
    );
    return done(
      { version, path: options.output, members, size },
      `wrote ${version.model}@${version.version} to ${escapeText(options.output)} (${formatCount(members, 'member')}, ${formatBytes(size)}, signed${isSealed ? ' and sealed' : ', not encrypted'})`,
    );
  });
}
