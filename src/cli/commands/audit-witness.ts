import { Command } from 'commander';
import { bindAct, describeCommand, type Runner, wordAt } from '../command.ts';
import { answer, done } from '../result.ts';
import { formatTable } from '../table.ts';
import { escapeText } from '../terminal.ts';
import { written } from './audit-prove.ts';

/** `audit witness …`: watch over the record of another strongroom. */
export function witnessCommand(runner: Runner): Command {
  return new Command('witness')
    .description('sign that the record of another strongroom only grew')
    .addCommand(lsCommand(runner))
    .addCommand(addCommand(runner))
    .addCommand(cosignCommand(runner));
}

function lsCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'ls',
    summary: 'list the records that are watched over, and how far each was seen',
    examples: [
      ['strongroom audit witness ls', 'the next proof must begin where each was seen last'],
      ['strongroom audit witness ls --json', 'with their keys'],
    ],
  });
  return bindAct(command, runner, ({ session }) =>
    session.withApi(async (api) => {
      const logs = await api.audit.witnessed();
      return answer({ logs }, (terminal) =>
        formatTable(
          terminal,
          [
            { heading: 'log', isFlexible: true },
            { heading: 'size', align: 'right' },
            { heading: 'seen (UTC)' },
          ],
          logs.map(({ origin, size, seenAt }) => [origin, String(size), seenAt ?? 'never']),
        ),
      );
    }),
  );
}

function addCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'add',
    args: '<key>',
    summary: 'become the witness of a record, by its Ed25519 key',
    examples: [
      ['strongroom audit witness add "strongroom/3f…+1a2b3c4d+Af…"', 'the first line of its audit key'],
      ['strongroom audit witness add "$KEY" --json', 'the same, with what is remembered as a document'],
    ],
  });
  return bindAct(command, runner, ({ session, args }) =>
    session.withApi(async (api) => {
      const log = await api.audit.witness({ key: wordAt(args, 0) });
      return done({ log }, `is a witness of ${escapeText(log.origin)} from now on`);
    }),
  );
}

function cosignCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'cosign',
    args: '<growth>',
    summary: 'sign a checkpoint, once it is proved that its log only grew',
    more: [
      'GROWTH is what audit consistency wrote there, from the size that audit witness ls shows here.',
      'The line that comes out belongs at the end of the checkpoint.',
    ].join('\n'),
    examples: [
      ['strongroom audit witness cosign growth', 'print the signature line'],
      ['strongroom audit witness cosign growth >> ./record/checkpoint', 'add it to an exported checkpoint'],
    ],
  }).option('-o, --output <path>', 'where the line goes (default: standard output)');
  return bindAct<{ readonly output?: string }>(command, runner, async ({ session, args, options }) => {
    const growth = await session.context.operations.readProof(wordAt(args, 0));
    return session.withApi(async (api) => {
      const line = await api.audit.cosign({ growth });
      return await written(session, line, { ...options, json: { line } });
    });
  });
}
