import type { Command } from 'commander';
import { parseVersionRef } from '../../api/index.ts';
import { bindAct, describeCommand, type Runner, wordAt } from '../command.ts';
import { done } from '../result.ts';
import { addSealedForOptions, readSealedFor, type SealedForOptions } from '../sealing.ts';
import { escapeText } from '../terminal.ts';
import { formatCount } from '../units.ts';

interface ExportOptions extends SealedForOptions {
  readonly output: string;
  readonly force?: boolean;
  readonly accessCodeFile?: string;
}

/** `export`: a version as sealed files for somebody who has no access to the home. */
export function exportCommand(runner: Runner): Command {
  const command = addSealedForOptions(
    describeCommand({
      name: 'export',
      args: '<version>',
      usage: '[options] MODEL[:ALIAS|@N] -o FOLDER',
      summary: 'hand out a version as sealed files',
      more: 'The payload is copied as it is; only the recipients named here can open the copies (strongroom open).',
      examples: [
        [
          'strongroom export acme/churn@3 -o ./for-bob -r age1pq1…',
          'for somebody who sent you their recipient',
        ],
        [
          'strongroom export acme/churn:production -o ./out --passphrase',
          'under a passphrase, asked for twice',
        ],
      ],
    }),
  )
    .requiredOption('-o, --output <folder>', 'where the *.sealed files go')
    .option('--force', 'replace what is there')
    .option('--access-code-file <path>', 'the access code, from a file (- is standard input)');
  return bindAct<ExportOptions>(command, runner, async ({ session, args, options }) => {
    const ref = parseVersionRef(wordAt(args, 0));
    const home = session.homeOnly('through a server: strongroom get, then strongroom seal FILE');
    const sealedFor = await readSealedFor(session, options);
    const unseal = await session.unseal();
    const exported = await session.withAccessCode(options.accessCodeFile, (accessCode) =>
      session.withProgress((work) =>
        session.context.operations.exportSealed({
          home,
          unseal,
          ref,
          sealedFor,
          output: { path: options.output, force: options.force === true },
          ...(accessCode && { accessCode }),
          ...work,
        }),
      ),
    );
    return done(
      { path: options.output, files: exported },
      `wrote ${formatCount(exported.length, 'sealed file')} to ${escapeText(options.output)}`,
    );
  });
}
