import type { Command } from 'commander';
import { formatVersionRef, parseVersionRef } from '../../api/index.ts';
import { bindAct, describeCommand, type Runner, wordAt } from '../command.ts';
import { done } from '../result.ts';
import { formatBytes, formatCount } from '../units.ts';

/** `rm`: removes a version, or a model with all of them, and shreds their keys. */
export function rmCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'rm',
    args: '<version>',
    usage: '[options] MODEL[:ALIAS|@N]',
    summary: 'remove a version or a whole model, and destroy its keys',
    more: 'It cannot be undone: without the keys the sealed bytes are noise, in backups made later too.',
    examples: [
      ['strongroom rm acme/churn@2', 'one version; asks before'],
      ['strongroom rm acme/churn --yes', 'the model with all its versions; does not ask'],
    ],
  }).option('-y, --yes', 'do not ask');
  return bindAct<{ readonly yes?: boolean }>(command, runner, async ({ session, args, options }) => {
    const ref = parseVersionRef(wordAt(args, 0));
    const isWhole = ref.version === undefined && ref.alias === undefined;
    const what = isWhole ? `${ref.model} with all its versions` : formatVersionRef(ref);
    await session.confirm(`remove ${what} for good`, options.yes);
    const removed = await session.withApi((api) =>
      isWhole ? api.models.remove({ model: ref.model }) : api.versions.remove(ref),
    );
    return done(
      { removed },
      `removed ${what} (${formatCount(removed.versions, 'version')}, ${formatCount(removed.shreddedBlobs, 'blob')} shredded, ${formatBytes(removed.freedBytes)} freed)`,
    );
  });
}
