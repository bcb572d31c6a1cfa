import { Command } from 'commander';
import type { Grant, Invitation, User } from '../../api/index.ts';
import { principalId } from '../../api/index.ts';
import { StrongroomError } from '../../errors/index.ts';
import { formatGrants } from '../access-text.ts';
import { bindAct, describeCommand, type Runner, wordAt } from '../command.ts';
import { addSecretOutput, assertSecretPlace, type SecretOutput, showOnce } from '../one-time-secret.ts';
import { answer, done, type Result } from '../result.ts';
import type { Session } from '../session.ts';
import { type Cell, formatFields, formatTable } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { formatInstant } from '../units.ts';
import { userIdentitiesCommand, userLinkCommand, userUnlinkCommand } from './user-identities.ts';

/** `user …`: the people who may log in to the server. */
export function userCommand(runner: Runner): Command {
  return new Command('user')
    .description('list, invite, show, change, reset, disable and enable users')
    .addCommand(lsCommand(runner))
    .addCommand(inviteCommand(runner))
    .addCommand(showCommand(runner))
    .addCommand(setCommand(runner))
    .addCommand(resetCommand(runner))
    .addCommand(disableCommand(runner))
    .addCommand(enableCommand(runner))
    .addCommand(userIdentitiesCommand(runner))
    .addCommand(userLinkCommand(runner))
    .addCommand(userUnlinkCommand(runner));
}

function lsCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'ls',
    summary: 'list users',
    examples: [
      ['strongroom user ls', 'names, states, second factors'],
      ['strongroom user ls --json', 'as a document'],
    ],
  });
  return bindAct(command, runner, ({ session }) =>
    session.withApi(async (api) => {
      const users = await api.users.list();
      return answer({ users }, (terminal) => formatUsers(terminal, users));
    }),
  );
}

interface Words {
  readonly displayName?: string;
  readonly email?: string;
}

function inviteCommand(runner: Runner): Command {
  const command = addSecretOutput(
    addWords(
      describeCommand({
        name: 'invite',
        args: '<name>',
        usage: '[options] NAME',
        summary: 'make a user, and an invitation to choose a password with',
        more: 'A name is never used again. The invitation works once: strongroom accept-invitation.',
        examples: [
          ['strongroom user invite ada', 'shows the invitation, to be handed to Ada only'],
          ['strongroom user invite ada --display-name "Ada L." -o ada.invitation', 'writes it into a file'],
        ],
      }),
    ),
  );
  return bindAct<Words & SecretOutput>(command, runner, async ({ session, args, options }) => {
    const name = wordAt(args, 0);
    await assertSecretPlace(session, options);
    const { user, invitation } = await session.withApi((api) =>
      api.users.invite({ name, ...wordsOf(options) }),
    );
    const news = `invited ${user.id}; the invitation ends ${formatInstant(invitation.expiresAt)} UTC`;
    return await showInvitation(session, { invitation, document: { user }, news }, options);
  });
}

function showCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'show',
    args: '<name>',
    usage: '[options] NAME',
    summary: 'show a user and what they are granted',
    examples: [
      ['strongroom user show ada', 'state, factors, grants'],
      ['strongroom user show ada --json', 'as a document'],
    ],
  });
  return bindAct(command, runner, ({ session, args }) =>
    session.withApi(async (api) => {
      const user = await api.users.get({ name: wordAt(args, 0) });
      const grants = await api.grants.list({ principal: user.id });
      return answer({ user, grants }, (terminal) => formatUser(terminal, user, grants));
    }),
  );
}

function setCommand(runner: Runner): Command {
  const command = addWords(
    describeCommand({
      name: 'set',
      args: '<name>',
      usage: '[options] NAME',
      summary: 'change how a user is called or reached',
      examples: [
        ['strongroom user set ada --email ada@example.org', 'an address'],
        ['strongroom user set ada --display-name "Ada Lovelace"', 'a name for people'],
      ],
    }),
  );
  return bindAct<Words>(command, runner, async ({ session, args, options }) => {
    const words = wordsOf(options);
    if (Object.keys(words).length === 0) {
      throw new StrongroomError('INPUT_INVALID', 'nothing to set', {
        hint: 'use --display-name or --email',
      });
    }
    const user = await session.withApi((api) => api.users.configure({ name: wordAt(args, 0), ...words }));
    return done({ user }, `updated ${user.id}`);
  });
}

function resetCommand(runner: Runner): Command {
  const command = addSecretOutput(
    describeCommand({
      name: 'reset',
      args: '<name>',
      usage: '[options] NAME',
      summary: 'let a user choose a new password with a new invitation',
      more: 'The password before ends, and with it every session.',
      examples: [
        ['strongroom user reset ada', 'asks before'],
        ['strongroom user reset ada --remove-factors --yes', 'the phone with the second factor is lost'],
      ],
    })
      .option('--remove-factors', 'also forget second factors and passkeys')
      .option('-y, --yes', 'do not ask'),
  );
  return bindAct<SecretOutput & { readonly removeFactors?: boolean; readonly yes?: boolean }>(
    command,
    runner,
    async ({ session, args, options }) => {
      const name = wordAt(args, 0);
      await session.confirm(`end the password and all sessions of ${name}`, options.yes);
      await assertSecretPlace(session, options);
      const { removeFactors } = options;
      const invitation = await session.withApi((api) =>
        api.users.reset({ name, ...(removeFactors === true && { removeFactors }) }),
      );
      const news = `reset user:${name}; the invitation ends ${formatInstant(invitation.expiresAt)} UTC`;
      return await showInvitation(session, { invitation, document: { name }, news }, options);
    },
  );
}

function disableCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'disable',
    args: '<name>',
    usage: '[options] NAME',
    summary: 'end every session of a user and refuse every token, at once',
    examples: [
      ['strongroom user disable ada', 'nothing of hers is removed'],
      ['strongroom user disable ada --json', 'as a document'],
    ],
  });
  return bindAct(command, runner, async ({ session, args }) => {
    const user = await session.withApi((api) => api.users.disable({ name: wordAt(args, 0) }));
    return done({ user }, `disabled ${user.id}`);
  });
}

function enableCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'enable',
    args: '<name>',
    usage: '[options] NAME',
    summary: 'let a disabled user log in again',
    examples: [
      ['strongroom user enable ada', 'with the grants from before'],
      ['strongroom user enable ada --json', 'as a document'],
    ],
  });
  return bindAct(command, runner, async ({ session, args }) => {
    const user = await session.withApi((api) => api.users.enable({ name: wordAt(args, 0) }));
    return done({ user }, `enabled ${user.id}`);
  });
}

interface ShownInvitation {
  readonly invitation: Invitation;
  readonly document: Readonly<Record<string, unknown>>;
  readonly news: string;
}

function showInvitation(
  session: Session,
  { invitation, document, news }: ShownInvitation,
  output: SecretOutput,
): Promise<Result> {
  return showOnce(
    session,
    {
      secret: invitation.token,
      member: 'invitation',
      document: { ...document, expiresAt: invitation.expiresAt },
      words: () => [news],
    },
    output,
  );
}

function addWords(command: Command): Command {
  return command
    .option('--display-name <text>', 'a name for people')
    .option('--email <address>', 'where they are reached');
}

function wordsOf({ displayName, email }: Words): Words {
  return { ...(displayName !== undefined && { displayName }), ...(email !== undefined && { email }) };
}

function formatUsers(terminal: Terminal, users: readonly User[]): string {
  if (users.length === 0) return 'no users yet: strongroom user invite NAME';
  return formatTable(
    terminal,
    [
      { heading: 'user' },
      { heading: 'name', isFlexible: true },
      { heading: 'state' },
      { heading: 'factors' },
      { heading: 'last log-in (UTC)' },
    ],
    users.map((user): Cell[] => [
      user.id,
      user.displayName ?? '',
      stateCell(user),
      factorWords(user),
      formatInstant(user.lastLogInAt ?? ''),
    ]),
  );
}

function formatUser(terminal: Terminal, user: User, grants: readonly Grant[]): string {
  const fields = formatFields(terminal, [
    ['user', user.id],
    ['name', user.displayName],
    ['e-mail', user.email],
    ['state', stateCell(user)],
    ['factors', factorWords(user)],
    ['made', `${formatInstant(user.createdAt)} UTC by ${user.createdBy}`],
    ['last log-in', user.lastLogInAt && `${formatInstant(user.lastLogInAt)} UTC`],
  ]);
  const shown = grants.length === 0 ? grantNothing(user) : formatGrants(terminal, grants);
  return `${fields}\n\n${shown}`;
}

function grantNothing({ name }: User): string {
  return `nothing is granted yet: strongroom grant add ${principalId('user', name)} ROLE PLACE`;
}

function stateCell({ state }: User): Cell {
  return { text: state, tone: state === 'active' ? 'good' : 'warning' };
}

function factorWords({ factors }: User): string {
  const words = [
    factors.password ? 'password' : undefined,
    factors.totp ? 'totp' : undefined,
    factors.passkeys > 0 ? `${factors.passkeys} passkey${factors.passkeys === 1 ? '' : 's'}` : undefined,
  ];
  return words.filter((word) => word !== undefined).join(', ') || 'none';
}
