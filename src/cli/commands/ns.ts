import { Command } from 'commander';
import { type EncryptionMode, type KeyScope, type Namespace, parseNamespaceName } from '../../api/index.ts';
import { StrongroomError } from '../../errors/index.ts';
import { bindAct, describeCommand, type Runner, wordAt } from '../command.ts';
import { answer, done } from '../result.ts';
import type { Session } from '../session.ts';
import { type Cell, formatTable } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { formatInstant } from '../units.ts';
import { parseChoice } from '../values.ts';

interface NamespaceOptions {
  readonly encryption?: EncryptionMode;
  readonly keyScope?: KeyScope;
  readonly yes?: boolean;
}

/** `ns ls|create|set|rm`: who owns models, and how theirs are kept. */
export function nsCommand(runner: Runner): Command {
  return new Command('ns')
    .description('list, make, set and remove namespaces')
    .addCommand(lsCommand(runner))
    .addCommand(createCommand(runner))
    .addCommand(setCommand(runner))
    .addCommand(rmCommand(runner));
}

function lsCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'ls',
    summary: 'list namespaces',
    examples: [
      ['strongroom ns ls', 'all of them'],
      ['strongroom ns ls --json', 'as a document'],
    ],
  });
  return bindAct(command, runner, ({ session }) =>
    session.withApi(async (api) => {
      const namespaces = await api.namespaces.list();
      return answer({ namespaces }, (terminal) => formatNamespaces(terminal, namespaces));
    }),
  );
}

function createCommand(runner: Runner): Command {
  const command = addSettings(
    describeCommand({
      name: 'create',
      args: '<name>',
      usage: '[options] NAMESPACE',
      summary: 'make a namespace (a first put does it too)',
      examples: [
        ['strongroom ns create acme', 'encrypted, one key for all its models'],
        ['strongroom ns create acme --key-scope model', 'a key for each model, destroyed with it'],
      ],
    }),
  );
  return bindAct<NamespaceOptions>(command, runner, async ({ session, args, options }) => {
    const name = parseNamespaceName(wordAt(args, 0));
    await confirmEncryption(session, options);
    const namespace = await session.withApi((api) => api.namespaces.create({ name, ...settingsOf(options) }));
    return done({ namespace }, `made namespace ${name}`);
  });
}

function setCommand(runner: Runner): Command {
  const command = addSettings(
    describeCommand({
      name: 'set',
      args: '<name>',
      usage: '[options] NAMESPACE',
      summary: 'change how the models of a namespace are kept from now on',
      examples: [
        ['strongroom ns set acme --key-scope model', 'a key for each new model'],
        ['strongroom ns set public --encryption off', 'new versions are not encrypted; asks before'],
      ],
    }),
  );
  return bindAct<NamespaceOptions>(command, runner, async ({ session, args, options }) => {
    const name = parseNamespaceName(wordAt(args, 0));
    const settings = settingsOf(options);
    if (Object.keys(settings).length === 0) {
      throw new StrongroomError('INPUT_INVALID', 'nothing to set', {
        hint: 'use --encryption or --key-scope',
      });
    }
    await confirmEncryption(session, options);
    const namespace = await session.withApi((api) => api.namespaces.configure({ name, ...settings }));
    return done({ namespace }, `updated namespace ${name}`);
  });
}

function rmCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'rm',
    args: '<name>',
    usage: '[options] NAMESPACE',
    summary: 'remove an empty namespace, and destroy its keys',
    examples: [
      ['strongroom ns rm acme', 'asks before'],
      ['strongroom ns rm acme --yes', 'does not ask'],
    ],
  }).option('-y, --yes', 'do not ask');
  return bindAct<NamespaceOptions>(command, runner, async ({ session, args, options }) => {
    const name = parseNamespaceName(wordAt(args, 0));
    await session.confirm(`remove namespace ${name} and destroy its keys`, options.yes);
    await session.withApi((api) => api.namespaces.remove({ name }));
    return done({ removed: name }, `removed namespace ${name}`);
  });
}

function addSettings(command: Command): Command {
  return command
    .option('--encryption <mode>', 'on (default) or off', parseChoice(['on', 'off'] as const))
    .option(
      '--key-scope <scope>',
      'one key for the namespace (default), or for each model',
      parseChoice(['namespace', 'model'] as const),
    )
    .option('-y, --yes', 'do not ask before encryption is switched off');
}

function settingsOf({
  encryption,
  keyScope,
}: NamespaceOptions): Pick<NamespaceOptions, 'encryption' | 'keyScope'> {
  return { ...(encryption && { encryption }), ...(keyScope && { keyScope }) };
}

async function confirmEncryption(session: Session, options: NamespaceOptions): Promise<void> {
  if (options.encryption !== 'off') return;
  await session.warn(
    'WITHOUT ENCRYPTION anyone who can read the disk, or a backup, can read these models and change them',
  );
  await session.confirm('switch encryption off', options.yes);
}

function formatNamespaces(terminal: Terminal, namespaces: readonly Namespace[]): string {
  if (namespaces.length === 0) return 'no namespaces yet';
  return formatTable(
    terminal,
    [
      { heading: 'namespace' },
      { heading: 'models', align: 'right' },
      { heading: 'encryption' },
      { heading: 'key for each' },
      { heading: 'made (UTC)' },
    ],
    namespaces.map((namespace): Cell[] => [
      namespace.name,
      String(namespace.modelCount),
      namespace.encryption === 'off' ? { text: 'off', tone: 'warning' } : 'on',
      namespace.keyScope,
      formatInstant(namespace.createdAt),
    ]),
  );
}
