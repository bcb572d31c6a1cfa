import type { Command } from 'commander';
import type { AuditReport } from '../../api/index.ts';
import { StrongroomError } from '../../errors/index.ts';
import { bindAct, describeCommand, type Runner, wordAt } from '../command.ts';
import { EXIT_CODES, EXIT_OK } from '../exit-codes.ts';
import { answer, done } from '../result.ts';
import { escapeText, paint, type Terminal } from '../terminal.ts';
import { formatCount } from '../units.ts';
import { collectWords } from '../values.ts';

export interface KeyOptions {
  readonly key?: readonly string[];
  readonly witness?: readonly string[];
}

interface VerifyOptions extends KeyOptions {
  readonly archive?: readonly string[];
}

/** `audit verify`: the record of the home, or an exported one without a home. */
export function verifyCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'verify',
    args: '[folder]',
    summary: 'verify the whole record: every entry, tile and signature',
    more: [
      'Without FOLDER the record of the home, also against what catalogue and keyring know of it.',
      'With FOLDER an exported one, which takes the keys alone. Ends with exit code 7 when anything is wrong.',
    ].join('\n'),
    examples: [
      ['strongroom audit verify', 'the record of the home'],
      ['strongroom audit verify ./record --key "$KEY"', 'an exported one, on any machine'],
      [
        'strongroom audit verify ./record --key "$KEY" --witness "$WITNESS"',
        'and a witness must have signed',
      ],
      [
        'strongroom audit verify ./record --key "$KEY" --archive record-2025.sraudit',
        'with the entries that were moved there',
      ],
    ],
  });
  const withArchives = withKeys(command).option(
    '--archive <file>',
    'archive with entries of the record (repeatable)',
    collectWords,
  );
  return bindAct<VerifyOptions>(withArchives, runner, async ({ session, args, options }) => {
    const [path] = args;
    if (path === undefined) {
      if (Object.values(options).some((value) => value !== undefined))
        throw new StrongroomError('INPUT_INVALID', '--key, --witness and --archive go with a folder', {
          hint: 'name the folder that strongroom audit export wrote',
        });
      return session.withApi(async (api, work) => reported(await api.audit.verify(work)));
    }
    return session.withProgress(async (work) =>
      reported(
        await session.context.operations.verifyAudit({
          path,
          archives: options.archive ?? [],
          ...given(options),
          ...work,
        }),
      ),
    );
  });
}

/** `audit export`: the record as files that anybody can verify. */
export function exportCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'export',
    args: '<folder>',
    summary: 'copy the record, as it is under one checkpoint, for others to verify',
    more: 'A folder that holds an older copy is brought up to date. The layout is C2SP tlog-tiles.',
    examples: [
      ['strongroom audit export ./record', 'the whole record'],
      ['strongroom --server https://models.example audit export ./record', 'the one of a server'],
    ],
  });
  return bindAct(command, runner, ({ session, args }) => {
    const destination = wordAt(args, 0);
    return session.withApi(async (api, work) => {
      const { operations } = session.context;
      const exported = await operations.exportAudit({ audit: api.audit, destination, ...work });
      return done(
        { folder: destination, ...exported },
        `wrote ${formatCount(exported.size, 'entry').replace('entrys', 'entries')} of ${exported.origin} to ${escapeText(destination)}`,
      );
    });
  });
}

/** `audit key`: what the record is verified with. */
export function keyCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'key',
    summary: 'print the keys that verify the record; write them down apart from the home',
    examples: [
      ['strongroom audit key', 'Ed25519 first, then ML-DSA-65, then the one for being a witness'],
      ['strongroom audit key --json', 'as a document'],
    ],
  });
  return bindAct(command, runner, ({ session }) =>
    session.withApi(async (api) => {
      const { origin, keys, witness } = await api.audit.key();
      return answer({ origin, keys, witness }, () => [...keys, witness].join('\n'));
    }),
  );
}

/** Adds what an exported record is verified with. */
export function withKeys(command: Command): Command {
  return command
    .option('--key <key>', 'verifier key of the log, name+id+key (repeatable)', collectWords)
    .option('--witness <key>', 'verifier key of a witness who must have signed (repeatable)', collectWords);
}

/** The keys that were named. */
export function given({ key, witness }: KeyOptions) {
  return { keys: key ?? [], witnesses: witness ?? [] };
}

function reported(report: AuditReport) {
  const exitCode = report.isSound ? EXIT_OK : EXIT_CODES.damaged.code;
  return answer({ report }, (terminal) => formatReport(terminal, report), { exitCode });
}

function formatReport(terminal: Terminal, report: AuditReport): string {
  const { isSound, entries, archived, openActs, findings, moreFindings, origin, size, root } = report;
  const verdict = isSound ? paint(terminal, 'good', 'sound:') : paint(terminal, 'bad', 'NOT SOUND:');
  const scope = `${entries.toLocaleString('en-US')} ${entries === 1 ? 'entry' : 'entries'}`;
  const elsewhere =
    archived === 0
      ? ''
      : `, of which ${archived.toLocaleString('en-US')} are archived: only their hashes hold`;
  const open = openActs === 0 ? '' : `, ${formatCount(openActs, 'act')} without a recorded end`;
  return [
    `${verdict} ${scope}${elsewhere}${open}`,
    ...(origin === undefined ? [] : [`${escapeText(origin)}  ${size ?? 0}  ${root ?? ''}`]),
    ...findings.map(({ code, message, index }) =>
      escapeText(`${code}${index === undefined ? '' : ` at ${index}`}: ${message}`),
    ),
    ...(moreFindings > 0 ? [`and ${moreFindings.toLocaleString('en-US')} more`] : []),
  ].join('\n');
}
