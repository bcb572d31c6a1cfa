import type { Command } from 'commander';
import { parseVersionRef, type VerifyReport, type VersionRef } from '../../api/index.ts';
import { StrongroomError } from '../../errors/index.ts';
import { bindAct, describeCommand, type Runner } from '../command.ts';
import { EXIT_CODES, EXIT_OK } from '../exit-codes.ts';
import { answer } from '../result.ts';
import { escapeText, paint, type Terminal } from '../terminal.ts';
import { formatBytes, formatCount } from '../units.ts';

interface VerifyOptions {
  readonly all?: boolean;
  readonly sealed?: boolean;
  readonly accessCodeFile?: string;
}

/** `verify`: checks what is stored, byte for byte, and reports. */
export function verifyCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'verify',
    args: '[version]',
    usage: '[options] [MODEL[:ALIAS|@N]]',
    summary: 'check stored bytes without writing anything out',
    more: 'Ends with exit code 7 when anything is damaged.',
    examples: [
      ['strongroom verify acme/churn@3', 'one version'],
      ['strongroom verify --all', 'everything in the home'],
      ['strongroom verify --all --sealed', 'sizes and hashes of the sealed bytes only'],
    ],
  })
    .option('--all', 'everything in the home (as without MODEL)')
    .option('--sealed', 'only the sealed bytes, without opening them')
    .option('--access-code-file <path>', 'the access code, from a file (- is standard input)');
  return bindAct<VerifyOptions>(command, runner, ({ session, args, options }) => {
    const ref = chooseRef(args[0], options);
    return session.withApi(async (api, work) => {
      const accessCode = await session.givenAccessCode(options.accessCodeFile);
      const report = await api.versions.verify({
        ...(ref && { ref }),
        ...(accessCode && { accessCode }),
        depth: options.sealed === true ? 'sealed' : 'full',
        ...work,
      });
      const exitCode = report.isClean ? EXIT_OK : EXIT_CODES.damaged.code;
      return answer({ report }, (terminal) => formatReport(terminal, report), { exitCode });
    });
  });
}

function chooseRef(word: string | undefined, options: VerifyOptions): VersionRef | undefined {
  if (word === undefined) return undefined;
  if (options.all !== true) return parseVersionRef(word);
  throw new StrongroomError('INPUT_INVALID', '--all and a model exclude each other', {
    hint: 'leave one out',
  });
}

function formatReport(terminal: Terminal, report: VerifyReport): string {
  const scope = `${formatCount(report.versionCount, 'version')}, ${formatCount(report.blobCount, 'blob')}, ${formatBytes(report.bytes)}`;
  const verdict = report.isClean
    ? `${paint(terminal, 'good', 'clean:')} ${scope}`
    : `${paint(terminal, 'bad', 'damaged:')} ${formatCount(report.findings.length, 'finding')} in ${scope}`;
  const findings = report.findings.map(
    (finding) =>
      `  ${escapeText(finding.subject)}  ${escapeText(finding.code)}  ${escapeText(finding.message)}`,
  );
  const sealed =
    report.sealedOnly > 0
      ? [
          `${formatCount(report.sealedOnly, 'blob')} asked for an access code; only the sealed bytes were checked`,
        ]
      : [];
  return [verdict, ...findings, ...sealed].join('\n');
}
