import { Command } from 'commander';
import { bindAct, describeCommand, type Runner, wordAt } from '../command.ts';
import { EXIT_CODES, EXIT_OK } from '../exit-codes.ts';
import { done } from '../result.ts';
import { escapeText } from '../terminal.ts';
import { formatCount, formatInstant } from '../units.ts';

/** `evidence …`: what an investigation needs, in one signed folder. */
export function evidenceCommand(runner: Runner): Command {
  return new Command('evidence')
    .description('gather what an investigation needs into one signed folder, and check such a folder')
    .addCommand(exportCommand(runner))
    .addCommand(verifyCommand(runner));
}

function exportCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'export',
    args: '<folder>',
    usage: '[options] FOLDER',
    summary: 'write the record, the configuration without secrets, the logs and the state into a new folder',
    more: 'evidence.note lists every file with its SHA-256, signed with the keys of the record. No model and no key is in it.',
    examples: [
      ['strongroom evidence export ./evidence', 'also while a server runs'],
      ['strongroom --home /srv/models evidence export "/mnt/case-4711" --json', 'as a document'],
    ],
  });
  return bindAct(command, runner, async ({ session, args }) => {
    const destination = wordAt(args, 0);
    const home = session.homeOnly();
    const unseal = await session.unseal();
    const report = await session.context.operations.exportEvidence({ home, unseal, destination });
    return done(
      { destination, report },
      `wrote ${formatCount(report.files, 'file')} to ${escapeText(destination)}, signed by\n  ${report.key}`,
    );
  });
}

interface VerifyOptions {
  readonly key: string;
}

function verifyCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'verify',
    args: '<folder>',
    usage: '[options] FOLDER',
    summary: 'hold a folder of evidence against its signed list, without a home',
    more: 'The record in it is verified with: strongroom audit verify FOLDER/audit --key KEY.',
    examples: [
      ['strongroom evidence verify ./evidence --key "$KEY"', 'the key that strongroom audit key told'],
      ['strongroom evidence verify ./evidence --key "$KEY" --json', 'as a document'],
    ],
  }).requiredOption('--key <key>', 'verifier key of the log');
  return bindAct<VerifyOptions>(command, runner, async ({ session, args, options }) => {
    const path = wordAt(args, 0);
    const evidence = await session.context.operations.verifyEvidence({ path, key: options.key });
    const isSound = evidence.wrong.length === 0;
    const text = isSound
      ? `${formatCount(evidence.files, 'file')} as they were on ${formatInstant(evidence.at)}`
      : `not as they were signed:\n${evidence.wrong.map((name) => `  ${escapeText(name)}`).join('\n')}`;
    return { ...done({ evidence }, text), exitCode: isSound ? EXIT_OK : EXIT_CODES.damaged.code };
  });
}
