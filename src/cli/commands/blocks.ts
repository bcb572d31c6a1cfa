import { Command } from 'commander';
import type { Block } from '../../api/index.ts';
import { bindAct, describeCommand, type Runner, wordAt } from '../command.ts';
import { answer, done } from '../result.ts';
import { formatTable } from '../table.ts';
import { escapeText } from '../terminal.ts';
import { formatInstant } from '../units.ts';
import { parseChoice, parseCount } from '../values.ts';

const FORMATS = ['table', 'crowdsec', 'list'] as const;

/** `blocks …`: addresses that the server shuts out. */
export function blocksCommand(runner: Runner): Command {
  return new Command('blocks')
    .description('list, add and remove addresses that the server shuts out')
    .addCommand(lsCommand(runner))
    .addCommand(addCommand(runner))
    .addCommand(rmCommand(runner));
}

interface LsOptions {
  readonly format: (typeof FORMATS)[number];
}

function lsCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'ls',
    summary: 'list what is blocked, why and until when',
    examples: [
      ['strongroom blocks ls', 'as a table'],
      ['strongroom blocks ls --format crowdsec > decisions.json', 'for cscli decisions import'],
      ['strongroom blocks ls --format list', 'one address or network a line, for a firewall'],
    ],
  }).option('--format <format>', 'table, crowdsec or list', parseChoice(FORMATS), 'table');
  return bindAct<LsOptions>(command, runner, ({ session, options }) =>
    session.withApi(async (api) => {
      const blocks = await api.blocks.list();
      if (options.format === 'crowdsec') {
        const decisions = decisionsOf(blocks, Date.now());
        return answer({ decisions }, () => JSON.stringify(decisions, undefined, 2));
      }
      if (options.format === 'list')
        return answer({ blocks }, () => blocks.map(({ source }) => source).join('\n'));
      return answer({ blocks }, (terminal) =>
        blocks.length === 0 ? 'nothing is blocked' : formatTable(terminal, HEADINGS, blocks.map(rowOf)),
      );
    }),
  );
}

const HEADINGS = ['SOURCE', 'UNTIL', 'TIMES', 'BY', 'REASON'].map((heading) => ({ heading }));

function rowOf({ source, until, times, by, reason, scenario }: Block): readonly string[] {
  const why = scenario === undefined ? reason : `${scenario}: ${reason}`;
  return [
    source,
    until === undefined ? 'lifted' : formatInstant(until),
    String(times),
    escapeText(by),
    escapeText(why),
  ];
}

/** Blocks as `cscli decisions import` of CrowdSec takes them. */
function decisionsOf(blocks: readonly Block[], now: number) {
  return blocks.map(({ source, until, scenario, reason }) => ({
    duration: until === undefined ? '8760h' : `${Math.max(1, Math.ceil((Date.parse(until) - now) / 1000))}s`,
    origin: 'strongroom',
    scenario: scenario === undefined ? reason : `strongroom/${scenario}`,
    scope: source.includes('/') ? 'range' : 'ip',
    type: 'ban',
    value: source,
  }));
}

interface AddOptions {
  readonly reason: string;
  readonly seconds?: number;
}

function addCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'add',
    args: '<source>',
    usage: '[options] ADDRESS|NETWORK',
    summary: 'shut an address or a network out',
    examples: [
      ['strongroom blocks add 192.0.2.7 --reason "ticket 4711"', 'until somebody lifts it'],
      ['strongroom blocks add 2001:db8::/64 --reason scan --seconds 3600', 'for an hour'],
    ],
  })
    .requiredOption('-r, --reason <text>', 'why; it is kept with who and when')
    .option('--seconds <n>', 'for how long (default: until somebody lifts it)', parseCount);
  return bindAct<AddOptions>(command, runner, ({ session, args, options }) =>
    session.withApi(async (api) => {
      const block = await api.blocks.add({ source: wordAt(args, 0), ...options });
      return done({ block }, `blocked ${block.source}`);
    }),
  );
}

function rmCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'rm',
    args: '<source>',
    usage: '[options] ADDRESS|NETWORK',
    summary: 'let an address or a network in again',
    examples: [
      ['strongroom blocks rm 192.0.2.7', 'within a second, in every process'],
      ['strongroom --server https://models.example blocks rm 10.0.0.0/8', 'on a server'],
    ],
  });
  return bindAct(command, runner, ({ session, args }) =>
    session.withApi(async (api) => {
      const source = wordAt(args, 0);
      await api.blocks.remove({ source });
      return done({ source }, `let in again: ${escapeText(source)}`);
    }),
  );
}
