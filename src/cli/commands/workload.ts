import { Command } from 'commander';
import { quoteForMessage, type WorkloadRule } from '../../api/index.ts';
import { StrongroomError } from '../../errors/index.ts';
import { bindAct, describeCommand, type Runner, wordAt } from '../command.ts';
import { answer, done } from '../result.ts';
import { readPublicFile } from '../signature-files.ts';
import { type Cell, formatTable } from '../table.ts';
import { escapeText } from '../terminal.ts';
import { collectPairs } from '../values.ts';

/** A JWK Set of some dozen keys. */
const MAX_KEYS_BYTES = 32 * 1024;
const GITHUB_ISSUER = 'https://token.actions.githubusercontent.com';

interface SetOptions {
  readonly issuer: string;
  readonly audience: string;
  readonly claim?: Readonly<Record<string, string>>;
  readonly keys?: string;
  readonly tokenSeconds?: string;
  readonly reusable?: boolean;
}

/** `workload …`: the rules that let programs of other identity providers in. */
export function workloadCommand(runner: Runner): Command {
  return new Command('workload')
    .description('let programs in by tokens of another identity provider, without a stored secret')
    .addCommand(lsCommand(runner))
    .addCommand(setCommand(runner))
    .addCommand(rmCommand(runner));
}

function lsCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'ls',
    summary: 'list the rules',
    examples: [
      ['strongroom workload ls', 'who is let in, and by which claims'],
      ['strongroom workload ls --json', 'as a document'],
    ],
  });
  return bindAct(command, runner, ({ session }) =>
    session.withApi(async (api) => {
      const rules = await api.workloads.list();
      return answer({ rules }, (terminal) =>
        rules.length === 0
          ? 'no rule lets a workload in'
          : formatTable(
              terminal,
              [{ heading: 'rule' }, { heading: 'issuer' }, { heading: 'claims', isFlexible: true }],
              rules.map((rule): Cell[] => [rule.name, escapeText(rule.issuer), claimsOf(rule)]),
            ),
      );
    }),
  );
}

function claimsOf({ claims }: WorkloadRule): string {
  return Object.entries(claims)
    .map(([name, pattern]) => `${escapeText(name)}=${escapeText(pattern)}`)
    .join(' ');
}

function setCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'set',
    args: '<name>',
    usage: '[options] NAME',
    summary: 'make or change a rule; what it lets in is the principal workload:NAME',
    more: 'All claims must fit; * stands for any characters but the colon. What it may do are its grants: strongroom grant add workload:NAME …',
    examples: [
      [
        `strongroom workload set ci --issuer ${GITHUB_ISSUER} --audience https://models.example.org --claim repository_id=42 --claim environment=production`,
        'jobs of one repository on GitHub',
      ],
      [
        'strongroom workload set trainer --issuer https://kube.example.org --audience https://models.example.org --claim sub=system:serviceaccount:ml:trainer --keys jwks.json --reusable',
        'a service account of Kubernetes, by the keys in a file',
      ],
    ],
  })
    .requiredOption('--issuer <url>', 'who makes the tokens, exactly as they have it')
    .requiredOption('--audience <text>', 'whom the tokens are for: this server, exactly as they have it')
    .option(
      '--claim <name=pattern>',
      'a claim that must fit (repeatable; dots reach into others)',
      collectPairs,
    )
    .option('--keys <path>', 'its keys as JWK Set (default: found by its discovery document)')
    .option('--token-seconds <n>', 'life of the access tokens, 60 to 600 (default: 600)')
    .option('--reusable', 'a token may be shown again until it ends, as mounted ones of Kubernetes must be');
  return bindAct<SetOptions>(command, runner, async ({ session, args, options }) => {
    const { issuer, audience, claim = {}, keys, tokenSeconds, reusable } = options;
    const jwks = keys && new TextDecoder().decode(await readPublicFile(session, keys, MAX_KEYS_BYTES));
    const rule = await session.withApi((api) =>
      api.workloads.set({
        name: wordAt(args, 0),
        issuer,
        audience,
        claims: claim,
        ...(jwks && { keys: jwks }),
        ...(tokenSeconds !== undefined && { tokenSeconds: wholeSeconds(tokenSeconds) }),
        ...(reusable === true && { isReusable: true }),
      }),
    );
    for (const warning of rule.warnings) await session.warn(warning);
    return done({ rule }, `workload:${rule.name} is let in`);
  });
}

function wholeSeconds(text: string): number {
  if (/^\d{1,4}$/.test(text)) return Number(text);
  throw new StrongroomError('INPUT_INVALID', `not a number of seconds: ${quoteForMessage(text)}`);
}

function rmCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'rm',
    args: '<name>',
    usage: '[options] NAME',
    summary: 'remove a rule; the tokens that it gave end at once',
    more: 'Its name stays taken, so that the record stays true.',
    examples: [
      ['strongroom workload rm ci', 'asks before'],
      ['strongroom workload rm ci --yes', 'does not ask'],
    ],
  }).option('-y, --yes', 'do not ask');
  return bindAct<{ readonly yes?: boolean }>(command, runner, async ({ session, args, options }) => {
    const name = wordAt(args, 0);
    await session.confirm(`remove the workload rule ${escapeText(name)}`, options.yes);
    await session.withApi((api) => api.workloads.remove({ name }));
    return done({ removed: name }, `removed the workload rule ${escapeText(name)}`);
  });
}
