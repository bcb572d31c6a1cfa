import { Command } from 'commander';
import { PERMISSIONS, type Permission, quoteForMessage, type Role } from '../../api/index.ts';
import { StrongroomError } from '../../errors/index.ts';
import { collect, parsePermission } from '../access-words.ts';
import { bindAct, describeCommand, type Runner, wordAt } from '../command.ts';
import { answer, done } from '../result.ts';
import { type Cell, formatFields, formatTable } from '../table.ts';
import type { Terminal } from '../terminal.ts';

/** `role …`: named sets of permissions. */
export function roleCommand(runner: Runner): Command {
  return new Command('role')
    .description('list, show, make and remove roles')
    .addCommand(lsCommand(runner))
    .addCommand(showCommand(runner))
    .addCommand(setCommand(runner))
    .addCommand(rmCommand(runner));
}

function lsCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'ls',
    summary: 'list roles',
    examples: [
      ['strongroom role ls', 'the built-in ones, and your own'],
      ['strongroom role ls --json', 'with their permissions'],
    ],
  });
  return bindAct(command, runner, ({ session }) =>
    session.withApi(async (api) => {
      const roles = await api.roles.list();
      return answer({ roles }, (terminal) => formatRoles(terminal, roles));
    }),
  );
}

function showCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'show',
    args: '<role>',
    usage: '[options] ROLE',
    summary: 'show what a role permits',
    examples: [
      ['strongroom role show developer', 'permissions, and where each can be granted'],
      ['strongroom role show developer --json', 'as a document'],
    ],
  });
  return bindAct(command, runner, ({ session, args }) => {
    const name = wordAt(args, 0);
    return session.withApi(async (api) => {
      const role = (await api.roles.list()).find((each) => each.name === name);
      if (role === undefined) throw noRole(name);
      return answer({ role }, (terminal) => formatRole(terminal, role));
    });
  });
}

function setCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'set',
    args: '<role>',
    usage: '[options] ROLE',
    summary: 'make a role of your own, or change it',
    more: 'Its permissions become exactly the ones named. You can only name what you hold yourself.',
    examples: [
      ['strongroom role set tester -p model:read -p model:predict', 'may see and ask models, not fetch them'],
      ['strongroom role set tester -p model:predict --description "for tests"', 'changes it'],
    ],
  })
    .requiredOption(
      '-p, --permission <permission>',
      'what it permits (repeatable); strongroom role show admin lists all',
      collect(parsePermission),
    )
    .option('--description <text>', 'what it is for');
  return bindAct<{ readonly permission: readonly Permission[]; readonly description?: string }>(
    command,
    runner,
    async ({ session, args, options }) => {
      const role = await session.withApi((api) =>
        api.roles.set({
          name: wordAt(args, 0),
          permissions: options.permission,
          ...(options.description !== undefined && { description: options.description }),
        }),
      );
      return done({ role }, `the role ${role.name} has ${role.permissions.length} permissions`);
    },
  );
}

function rmCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'rm',
    args: '<role>',
    usage: '[options] ROLE',
    summary: 'remove a role of your own that nobody holds any more',
    examples: [
      ['strongroom role rm tester', 'after its grants were removed'],
      ['strongroom role rm tester --json', 'as a document'],
    ],
  });
  return bindAct(command, runner, async ({ session, args }) => {
    const name = wordAt(args, 0);
    await session.withApi((api) => api.roles.remove({ name }));
    return done({ removed: name }, `removed the role ${name}`);
  });
}

function noRole(name: string): StrongroomError {
  return new StrongroomError('ROLE_MISSING', `there is no role ${quoteForMessage(name)}`);
}

function formatRoles(terminal: Terminal, roles: readonly Role[]): string {
  return formatTable(
    terminal,
    [
      { heading: 'role' },
      { heading: 'kind' },
      { heading: 'permissions', align: 'right' },
      { heading: 'for', isFlexible: true },
    ],
    roles.map((role): Cell[] => [
      role.name,
      role.isBuiltIn ? 'built in' : 'own',
      String(role.permissions.length),
      role.description,
    ]),
  );
}

function formatRole(terminal: Terminal, role: Role): string {
  const fields = formatFields(terminal, [
    ['role', role.name],
    ['kind', role.isBuiltIn ? 'built in' : 'own'],
    ['for', role.description || undefined],
  ]);
  const permissions = formatTable(
    terminal,
    [{ heading: 'permission' }, { heading: 'can be granted on' }],
    role.permissions.map((permission): Cell[] => [permission, REACH[PERMISSIONS[permission]]]),
  );
  return `${fields}\n\n${permissions}`;
}

const REACH = {
  system: 'everything',
  namespace: 'everything, a namespace',
  model: 'everything, a namespace, a model',
} as const;
