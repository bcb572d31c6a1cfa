import { Command } from 'commander';
import type { Approval } from '../../api/index.ts';
import { parsePermission } from '../access-words.ts';
import { bindAct, describeCommand, type Runner, wordAt } from '../command.ts';
import { answer, done } from '../result.ts';
import { type Cell, formatTable } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { formatInstant } from '../units.ts';

/** `approval …`: acts that take two people. */
export function approvalCommand(runner: Runner): Command {
  return new Command('approval')
    .description('ask for an act that takes two people, and decide over what others ask')
    .addCommand(lsCommand(runner))
    .addCommand(requestCommand(runner))
    .addCommand(decideCommand(runner, 'approve'))
    .addCommand(decideCommand(runner, 'reject'));
}

function lsCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'ls',
    summary: 'list what was asked for, newest first',
    examples: [
      ['strongroom approval ls', 'your own, and those of others where you may see them'],
      ['strongroom approval ls --json', 'as a document'],
    ],
  });
  return bindAct(command, runner, ({ session }) =>
    session.withApi(async (api) => {
      const approvals = await api.approvals.list();
      return answer({ approvals }, (terminal) => formatApprovals(terminal, approvals));
    }),
  );
}

interface ReasonOptions {
  readonly reason: string;
}

function requestCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'request',
    args: '<action> <resource>',
    usage: '[options] ACTION RESOURCE',
    summary: 'ask for an act that takes a second person',
    more: 'RESOURCE is named as the record names it. Once approved, do the act as usual; it uses the approval up.',
    examples: [
      ['strongroom approval request key:destroy "key acme@1" --reason "ticket 4711"', 'the end of a key'],
      [
        'strongroom approval request version:download acme/churn@3 -r "move to the new site"',
        'plaintext of a protected model',
      ],
    ],
  }).requiredOption('-r, --reason <text>', 'why; it is kept');
  return bindAct<ReasonOptions>(command, runner, async ({ session, args, options }) => {
    const action = parsePermission(wordAt(args, 0));
    const approval = await session.withApi((api) =>
      api.approvals.request({ action, resource: wordAt(args, 1), reason: options.reason }),
    );
    return done(
      { approval },
      `asked for ${approval.action} on ${approval.resource}; somebody else decides: strongroom approval approve ${approval.id}`,
    );
  });
}

const DECISIONS = {
  approve: {
    decision: 'approved',
    summary: 'agree to what somebody else asked for',
    examples: [
      ['strongroom approval approve ID --reason "seen, ticket 4711"', 'strongroom approval ls shows the ids'],
      ['strongroom approval approve ID -r ok --json', 'as a document'],
    ],
  },
  reject: {
    decision: 'rejected',
    summary: 'refuse what somebody else asked for',
    examples: [
      ['strongroom approval reject ID --reason "still in use"', 'strongroom approval ls shows the ids'],
      ['strongroom approval reject ID -r no --json', 'as a document'],
    ],
  },
} as const;

function decideCommand(runner: Runner, name: keyof typeof DECISIONS): Command {
  const { decision, summary, examples } = DECISIONS[name];
  const command = describeCommand({
    name,
    args: '<id>',
    usage: '[options] ID',
    summary,
    examples,
  }).requiredOption('-r, --reason <text>', 'why; it is kept');
  return bindAct<ReasonOptions>(command, runner, async ({ session, args, options }) => {
    const approval = await session.withApi((api) =>
      api.approvals.decide({ id: wordAt(args, 0), decision, reason: options.reason }),
    );
    return done({ approval }, `${decision}: ${approval.action} on ${approval.resource}`);
  });
}

function formatApprovals(terminal: Terminal, approvals: readonly Approval[]): string {
  if (approvals.length === 0) return 'nothing was asked for';
  return formatTable(
    terminal,
    [
      { heading: 'act' },
      { heading: 'on' },
      { heading: 'state' },
      { heading: 'asked by' },
      { heading: 'when (UTC)' },
      { heading: 'decided by' },
      { heading: 'why', isFlexible: true },
      { heading: 'id' },
    ],
    approvals.map((approval): Cell[] => [
      approval.action,
      approval.resource,
      { text: approval.state, tone: approval.state === 'open' ? 'warning' : 'plain' },
      approval.requestedBy,
      formatInstant(approval.requestedAt),
      approval.decidedBy ?? '',
      approval.reason,
      approval.id,
    ]),
  );
}
