import { Command } from 'commander';
import { type Key, quoteForMessage, type RotationReport } from '../../api/index.ts';
import { StrongroomError } from '../../errors/index.ts';
import { bindAct, describeCommand, type Runner, wordAt } from '../command.ts';
import { answer, done } from '../result.ts';
import { type Cell, formatTable } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { formatInstant } from '../units.ts';
import { keysBackupCommand } from './keys-backup.ts';
import { keysRestoreCommand } from './keys-restore.ts';

/** `keys …`: the keys of namespaces and models, their versions, and their way to an end. */
export function keysCommand(runner: Runner): Command {
  return new Command('keys')
    .description('list, rotate, retire, destroy, back up and restore keys')
    .addCommand(lsCommand(runner))
    .addCommand(rotateCommand(runner))
    .addCommand(retireCommand(runner))
    .addCommand(destroyCommand(runner))
    .addCommand(keysBackupCommand(runner))
    .addCommand(keysRestoreCommand(runner));
}

function lsCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'ls',
    summary: 'list keys and their versions',
    examples: [
      ['strongroom keys ls', 'names, states, and how much each version holds'],
      ['strongroom keys ls --json', 'as a document'],
    ],
  });
  return bindAct(command, runner, ({ session }) =>
    session.withApi(async (api) => {
      const keys = await api.keys.list();
      return answer({ keys }, (terminal) => formatKeys(terminal, keys));
    }),
  );
}

interface RotateOptions {
  readonly data?: boolean;
  readonly accessCodeFile?: string;
}

function rotateCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'rotate',
    args: '[name]',
    usage: '[options] [NAME]',
    summary: 'make a new version of one key, or of all, and wrap everything anew',
    more: 'Interrupted, it is finished by the next rotate. With --data, payloads are sealed anew as well.',
    examples: [
      ['strongroom keys rotate', 'every key; seconds, whatever the size of the models'],
      ['strongroom keys rotate acme', 'the key of one namespace'],
      ['strongroom keys rotate acme --data', 'a data key may have leaked: seal the payloads anew'],
    ],
  })
    .option('--data', 'seal payloads anew under new data keys')
    .option('--access-code-file <path>', 'needed for --data on models with an access code');
  return bindAct<RotateOptions>(command, runner, async ({ session, args, options }) => {
    const [name] = args;
    const accessCode = await session.givenAccessCode(options.accessCodeFile);
    const rotated = await session.withApi((api, work) =>
      api.keys.rotate({
        ...(name !== undefined && { name }),
        ...(options.data === true && { data: true }),
        ...(accessCode && { accessCode }),
        ...work,
      }),
    );
    return done(
      { rotated },
      rotated.map((report) => formatRotation(report)).join('\n') || 'no keys to rotate',
    );
  });
}

function formatRotation(report: RotationReport): string {
  const parts = [`${report.rewrapped} wrapped anew`];
  if (report.reencrypted > 0) parts.push(`${report.reencrypted} sealed anew`);
  if (report.skipped > 0) parts.push(`${report.skipped} left for want of their access code`);
  if (report.damaged > 0) parts.push(`${report.damaged} damaged and left: strongroom verify --all`);
  return `${report.key} is now at version ${report.version}: ${parts.join(', ')}`;
}

function retireCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'retire',
    args: '<key>',
    usage: '[options] NAME@VERSION',
    summary: 'disable an old version that nothing uses any more',
    examples: [
      ['strongroom keys retire acme@1', 'after a rotation'],
      ['strongroom keys retire acme/churn@2', 'of a model with a key of its own'],
    ],
  });
  return bindAct(command, runner, ({ session, args }) => {
    const { name, version } = parseKeyVersion(wordAt(args, 0));
    return session.withApi(async (api) => {
      const key = await api.keys.retire({ name, version });
      return done({ key }, `disabled ${name}@${version}`);
    });
  });
}

interface DestroyOptions {
  readonly now?: boolean;
  readonly yes?: boolean;
}

function destroyCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'destroy',
    args: '<key>',
    usage: '[options] NAME@VERSION',
    summary: 'destroy a disabled version after its grace period',
    more: 'It cannot be undone.',
    examples: [
      ['strongroom keys destroy acme@1', 'asks before'],
      ['strongroom keys destroy acme@1 --now --yes', 'without waiting for the grace period'],
    ],
  })
    .option('--now', 'do not wait for the grace period')
    .option('-y, --yes', 'do not ask');
  return bindAct<DestroyOptions>(command, runner, async ({ session, args, options }) => {
    const { name, version } = parseKeyVersion(wordAt(args, 0));
    await session.confirm(`destroy key ${name}@${version} for good`, options.yes);
    const key = await session.withApi((api) =>
      api.keys.destroy({ name, version, ...(options.now === true && { now: true }) }),
    );
    return done({ key }, `destroyed ${name}@${version}`);
  });
}

function parseKeyVersion(text: string): { readonly name: string; readonly version: number } {
  const match = /^([^@]+)@([1-9]\d{0,8})$/.exec(text);
  if (match?.[1] !== undefined) return { name: match[1], version: Number(match[2]) };
  throw new StrongroomError('INPUT_INVALID', `not a key version: ${quoteForMessage(text)}`, {
    hint: 'write NAME@VERSION, such as acme@1; strongroom keys ls lists them',
  });
}

function formatKeys(terminal: Terminal, keys: readonly Key[]): string {
  if (keys.length === 0) return 'no keys yet: a first put makes one';
  return formatTable(
    terminal,
    [
      { heading: 'key' },
      { heading: 'version', align: 'right' },
      { heading: 'state' },
      { heading: 'blobs', align: 'right' },
      { heading: 'made (UTC)' },
      { heading: 'disabled (UTC)' },
    ],
    keys.flatMap((key) =>
      key.versions.map((version): Cell[] => [
        key.name,
        String(version.version),
        { text: version.state, tone: version.state === 'active' ? 'good' : 'plain' },
        String(version.blobCount),
        formatInstant(version.createdAt),
        formatInstant(version.disabledAt ?? ''),
      ]),
    ),
  );
}
