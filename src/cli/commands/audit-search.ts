import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import type { AuditedAct, AuditOutcome, AuditQuery, StrongroomApi } from '../../api/index.ts';
import { StrongroomError } from '../../errors/index.ts';
import { bindAct, describeCommand, type Runner } from '../command.ts';
import { formatLine } from '../document.ts';
import { answer } from '../result.ts';
import type { Session } from '../session.ts';
import { type Cell, type Column, formatTable } from '../table.ts';
import { escapeText } from '../terminal.ts';
import { formatBytes, formatInstant } from '../units.ts';
import { parseCount, parseTime } from '../values.ts';

const DEFAULT_LIMIT = 20;
const FOLLOW_EVERY_MS = 1000;
const OUTCOMES = ['done', 'refused', 'failed', 'open'] as const;

interface TailOptions {
  readonly lines?: number;
  readonly follow?: boolean;
}

/** `audit tail`: the latest acts, the newest last, and what comes after them. */
export function tailCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'tail',
    summary: 'show the latest acts: who did what, and how it ended',
    examples: [
      ['strongroom audit tail', `the latest ${DEFAULT_LIMIT}, the newest last`],
      ['strongroom audit tail -n 500 --json', 'more of them, as a document'],
      ['strongroom audit tail -f', 'and go on showing what happens, until Ctrl-C'],
    ],
  })
    .option('-n, --lines <count>', `how many (default: ${DEFAULT_LIMIT})`, parseCount)
    .option('-f, --follow', 'go on with what happens; with --json one line each');
  return bindAct<TailOptions>(command, runner, ({ session, options }) =>
    session.withApi(async (api) => {
      const acts = await api.audit.search({ limit: options.lines ?? DEFAULT_LIMIT });
      const ordered = acts.toReversed();
      return options.follow === true ? await follow(session, api, ordered) : listOf(ordered);
    }),
  );
}

interface SearchOptions {
  readonly limit?: number;
  readonly caller?: string;
  readonly action?: string;
  readonly resource?: string;
  readonly outcome?: string;
  readonly address?: string;
  readonly request?: string;
  readonly from?: string;
  readonly to?: string;
  readonly before?: number;
}

/** `audit search`: acts that fit, newest first. */
export function searchCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'search',
    summary: 'find acts by who, what, on what, how it ended, when and from where',
    more: 'All that is named must fit; an action or a resource that ends in * stands for what begins so.',
    examples: [
      ['strongroom audit search --caller user:ada --action version:download', 'what ada took out'],
      ['strongroom audit search --outcome refused --from 2026-03-01', 'what was refused since March'],
      ['strongroom audit search --resource "acme/churn*" --limit 500', 'all that happened to a model'],
      ['strongroom audit search --address 203.0.113.9', 'from an address, which stands there masked'],
    ],
  })
    .option('--caller <id>', 'who: local, user:ada, service-account:ci …')
    .option('--action <action>', 'what: version:create, key:* …')
    .option('--resource <name>', 'on what: acme/churn@3, acme/* …')
    .option('--outcome <outcome>', `how it ended: ${OUTCOMES.join(', ')}`)
    .option('--address <address>', 'from where')
    .option('--request <id>', 'in which request')
    .option('--from <time>', 'not before: 2026-03-01 or 2026-03-01T09:30:00Z')
    .option('--to <time>', 'not after')
    .option('--before <place>', 'only what stands before this place, to go on from there', parseCount)
    .option('-n, --limit <count>', `how many (default: ${DEFAULT_LIMIT})`, parseCount);
  return bindAct<SearchOptions>(command, runner, ({ session, options }) => {
    const { limit = DEFAULT_LIMIT, before } = options;
    const query = queryOf(options);
    return session.withApi(async (api) =>
      listOf(await api.audit.search({ ...query, limit, ...(before === undefined ? {} : { before }) })),
    );
  });
}

function queryOf({
  caller,
  action,
  resource,
  outcome,
  address,
  request,
  from,
  to,
}: SearchOptions): AuditQuery {
  const words = {
    caller,
    action,
    resource,
    outcome: parseOutcome(outcome),
    address,
    requestId: request,
    from: from === undefined ? undefined : parseTime(from),
    to: to === undefined ? undefined : parseTime(to),
  };
  return Object.fromEntries(Object.entries(words).filter(([, value]) => value !== undefined));
}

function parseOutcome(text: string | undefined): AuditOutcome | undefined {
  const found = OUTCOMES.find((each) => each === text);
  if (text === undefined || found !== undefined) return found;
  throw new StrongroomError('INPUT_INVALID', 'not an outcome', { hint: `one of ${OUTCOMES.join(', ')}` });
}

const COLUMNS: readonly Column[] = [
  { heading: 'place', align: 'right' },
  { heading: 'when (UTC)' },
  { heading: 'who', isFlexible: true },
  { heading: 'what' },
  { heading: 'on', isFlexible: true },
  { heading: 'outcome' },
];

function listOf(acts: readonly AuditedAct[]) {
  return answer({ acts }, (terminal) => formatTable(terminal, COLUMNS, acts.map(rowOf)));
}

function rowOf(act: AuditedAct): Cell[] {
  const isBad = act.outcome === 'refused' || act.outcome === 'failed' || isGrave(act);
  return [
    String(act.index),
    formatInstant(act.at),
    act.caller?.id ?? '',
    act.action,
    act.version ?? act.resource ?? '',
    { text: endOf(act), tone: isBad ? 'warning' : 'plain' },
  ];
}

function isGrave({ severity }: AuditedAct): boolean {
  return severity === 'warning' || severity === 'critical';
}

function endOf({ outcome, severity, code, bytes, calls }: AuditedAct): string {
  const end = outcome ?? severity ?? '';
  const counted = calls === undefined ? undefined : `${calls} times`;
  const more = code ?? counted ?? (bytes === undefined ? undefined : formatBytes(bytes));
  return more === undefined ? end : `${end} (${more})`;
}

async function follow(session: Session, api: StrongroomApi, first: readonly AuditedAct[]) {
  const { stdout, signal } = session.context;
  let after = -1;
  for (let acts = first; ; acts = await newSince(api, after)) {
    for (const act of acts) {
      await stdout.write(session.options.json ? formatLine(act) : `${lineOf(act)}\n`);
      after = Math.max(after, act.index);
    }
    const isOver = await delay(FOLLOW_EVERY_MS, false, { signal }).catch(() => true);
    if (isOver) return { json: {}, text: () => '', isAnswer: false };
  }
}

/** What is looked up to show the others is on the record too, and would show itself for ever. */
async function newSince(api: StrongroomApi, after: number): Promise<readonly AuditedAct[]> {
  const acts = await api.audit.search({ after, limit: 1000 });
  return acts.filter(({ action }) => action !== 'audit:read').toReversed();
}

function lineOf(act: AuditedAct): string {
  return rowOf(act)
    .map((cell) => escapeText(typeof cell === 'string' ? cell : cell.text))
    .join('  ');
}
