import { Command } from 'commander';
import { type ModelName, parseVersionRef, quoteForMessage } from '../../api/index.ts';
import { StrongroomError } from '../../errors/index.ts';
import { bindAct, describeCommand, type Runner, wordAt } from '../command.ts';
import { answer, done } from '../result.ts';
import { formatHeld, formatRelease, formatVersionScan } from '../scan-text.ts';
import { escapeText, paint } from '../terminal.ts';
import { formatBytes, formatCount, formatInstant } from '../units.ts';

/** `quarantine …`: versions that readers do not see. */
export function quarantineCommand(runner: Runner): Command {
  return new Command('quarantine')
    .description('list, inspect, release and remove versions that readers do not see')
    .addCommand(lsCommand(runner))
    .addCommand(showCommand(runner))
    .addCommand(releaseCommand(runner))
    .addCommand(rmCommand(runner));
}

function lsCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'ls',
    summary: 'list versions that are quarantined or withdrawn',
    examples: [
      ['strongroom quarantine ls', 'all of them, and why'],
      ['strongroom quarantine ls --json', 'as a document'],
    ],
  });
  return bindAct(command, runner, ({ session }) =>
    session.withApi(async (api) => {
      const held = await api.quarantine.list();
      return answer({ held }, (terminal) => formatHeld(terminal, held));
    }),
  );
}

function showCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'show',
    args: '<version>',
    usage: '[options] MODEL@N',
    summary: 'show why a version is held, and what was found in it',
    examples: [
      ['strongroom quarantine show acme/churn@3', 'state, findings, wishes to release it'],
      ['strongroom quarantine show acme/churn@3 --json', 'as a document'],
    ],
  });
  return bindAct(command, runner, ({ session, args }) => {
    const of = parseNumbered(wordAt(args, 0));
    return session.withApi(async (api) => {
      const { held, scan, releases } = await api.quarantine.get(of);
      return answer({ held, scan, releases }, (terminal) =>
        [
          paint(terminal, 'warning', `${held.model}@${held.version} is ${held.state}`),
          `since ${formatInstant(held.at)} by ${escapeText(held.by)}: ${escapeText(held.reason)}`,
          ...releases.map(formatRelease),
          '',
          formatVersionScan(terminal, scan),
        ].join('\n'),
      );
    });
  });
}

interface ReleaseOptions {
  readonly reason: string;
  readonly expires?: string;
}

function releaseCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'release',
    args: '<version>',
    usage: '[options] MODEL@N',
    summary: 'let a held version out, with a reason that is kept',
    more: 'Where the policy asks for two people, the first one leaves a wish, and the second one releases.',
    examples: [
      [
        'strongroom quarantine release acme/churn@3 --reason "own format, ticket 4711"',
        'a wish, or the release',
      ],
      [
        'strongroom quarantine release acme/churn@3 --reason trial --expires 2026-12-31T00:00:00.000Z',
        'for a while only',
      ],
    ],
  })
    .requiredOption('-r, --reason <text>', 'why; it is kept with who and when')
    .option('--expires <time>', 'when the release ends, ISO 8601 in UTC with milliseconds');
  return bindAct<ReleaseOptions>(command, runner, ({ session, args, options }) => {
    const of = parseNumbered(wordAt(args, 0));
    const { reason, expires } = options;
    return session.withApi(async (api) => {
      const released = await api.quarantine.release({
        ...of,
        reason,
        ...(expires !== undefined && { expiresAt: expires }),
      });
      const named = `${of.model}@${of.version}`;
      return done(
        { ...released },
        released.isReleased
          ? `released ${named}`
          : `noted the wish to release ${named}; another person must release it too (one is enough after: strongroom trust set ${of.model.replace(/\/.*/, '')} --approvals 1)`,
      );
    });
  });
}

interface RmOptions {
  readonly yes?: boolean;
}

function rmCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'rm',
    args: '<version>',
    usage: '[options] MODEL@N',
    summary: 'remove a held version for good, and destroy its keys',
    examples: [
      ['strongroom quarantine rm acme/churn@3', 'asks before'],
      ['strongroom quarantine rm acme/churn@3 --yes', 'does not ask'],
    ],
  }).option('-y, --yes', 'do not ask');
  return bindAct<RmOptions>(command, runner, async ({ session, args, options }) => {
    const of = parseNumbered(wordAt(args, 0));
    const named = `${of.model}@${of.version}`;
    await session.confirm(`remove ${named} for good`, options.yes);
    const removed = await session.withApi((api) => api.quarantine.remove(of));
    return done(
      { removed },
      `removed ${named} (${formatCount(removed.shreddedBlobs, 'blob')} shredded, ${formatBytes(removed.freedBytes)} freed)`,
    );
  });
}

/** `acme/churn@3`: what is held has no other name. Throws `INPUT_INVALID`, `NAME_INVALID`. */
function parseNumbered(text: string): { readonly model: ModelName; readonly version: number } {
  const { model, version } = parseVersionRef(text);
  if (version !== undefined) return { model, version };
  throw new StrongroomError('INPUT_INVALID', `not a version: ${quoteForMessage(text)}`, {
    hint: 'name the version by its number: acme/churn@3',
  });
}
