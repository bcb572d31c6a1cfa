import { type Command, Option } from 'commander';
import type { ScanReport } from '../../scan/index.ts';
import { bindAct, describeCommand, type Runner } from '../command.ts';
import { formatDocument } from '../document.ts';
import { EXIT_OK } from '../exit-codes.ts';
import { answer, type Result } from '../result.ts';
import { formatSarif } from '../sarif.ts';
import type { ScannedFile } from '../scan-operations.ts';
import { escapeText, paint, type Terminal, type Tone } from '../terminal.ts';
import { formatCount } from '../units.ts';
import { parseCount } from '../values.ts';
import { packageVersion } from '../version.ts';

/** Something was found. */
const EXIT_FOUND = 1;
/** Something could not be looked at wholly, or not at all. */
const EXIT_INCONCLUSIVE = 2;

interface ScanOptions {
  readonly format?: 'text' | 'json' | 'sarif';
  readonly profile?: 'torch-weights-only';
  readonly maxTime?: number;
  readonly all?: boolean;
}

const TONES: Readonly<Record<ScanReport['verdict'], Tone>> = {
  clean: 'good',
  suspicious: 'warning',
  malicious: 'bad',
  unknown: 'warning',
};

/** `scan`: what loading files could do, without a home and without loading them. */
export function scanCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'scan',
    args: '<paths...>',
    usage: '[options] PATH...',
    summary: 'look for code and traps in model files, without a home',
    more: [
      'Reads files and folders without running anything of them; what they are is told by content, not by name.',
      'Ends with exit code 0 when all is clean, 1 when something is suspicious or malicious, and 2 when something',
      'could not be looked at wholly (a limit, an unknown format, an unreadable file) and nothing worse was found.',
    ].join('\n'),
    examples: [
      ['strongroom scan model.pt', 'one file'],
      ['strongroom scan ./download --format sarif > scan.sarif', 'a folder, for tools that read SARIF 2.1.0'],
      [
        'strongroom scan model.bin --profile torch-weights-only',
        'also fail where torch.load(weights_only=True) would',
      ],
      [
        'strongroom scan . --json | jq -r ".files[] | select(.report.verdict != \\"clean\\") .path"',
        'what is not clean',
      ],
    ],
  })
    .addOption(
      new Option('--format <format>', 'how to print').choices(['text', 'json', 'sarif']).default('text'),
    )
    .addOption(
      new Option('--profile <loader>', 'ask for what this loader takes, too').choices(['torch-weights-only']),
    )
    .option('--max-time <seconds>', 'time for each file (default: 300)', parseCount)
    .option('--all', 'show also findings that change no verdict');
  return bindAct<ScanOptions>(command, runner, async ({ session, args, options }) => {
    const limits = options.maxTime === undefined ? {} : { maxMs: options.maxTime * 1000 };
    const files = await session.withProgress((work) =>
      session.context.operations.scanPaths({ paths: args, limits, ...work }),
    );
    return resultOf(files, options);
  });
}

function resultOf(files: readonly ScannedFile[], options: ScanOptions): Result {
  const exitCode = exitCodeOf(files, options.profile);
  if (options.format === 'sarif') {
    const document = formatSarif(files, packageVersion());
    return answer(document, () => formatDocument(document).trimEnd(), { exitCode });
  }
  const document = { files };
  const text = (terminal: Terminal): string =>
    options.format === 'json' ? formatDocument(document).trimEnd() : formatFiles(terminal, files, options);
  return answer(document, text, { exitCode });
}

/** What was found counts more than what could not be looked at. */
function exitCodeOf(files: readonly ScannedFile[], profile: ScanOptions['profile']): number {
  if (files.some((file) => isFound(file, profile))) return EXIT_FOUND;
  return files.length > 0 && files.every(isClean) ? EXIT_OK : EXIT_INCONCLUSIVE;
}

function isFound(file: ScannedFile, profile: ScanOptions['profile']): boolean {
  if ('error' in file) return false;
  const { verdict, profiles } = file.report;
  const isRefused = profile !== undefined && profiles?.[profile] === 'refused';
  return verdict === 'malicious' || verdict === 'suspicious' || isRefused;
}

function isClean(file: ScannedFile): boolean {
  return 'report' in file && file.report.verdict === 'clean' && file.report.status === 'complete';
}

function formatFiles(terminal: Terminal, files: readonly ScannedFile[], options: ScanOptions): string {
  const lines = files.flatMap((file) => formatFile(terminal, file, options));
  const counts = new Map<string, number>();
  for (const file of files) {
    const verdict = 'error' in file ? 'not readable' : file.report.verdict;
    counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  }
  const summary = [...counts].map(([verdict, count]) => `${count} ${verdict}`).join(', ');
  return [...lines, '', `${formatCount(files.length, 'file')}: ${summary}`].join('\n').trimStart();
}

function formatFile(terminal: Terminal, file: ScannedFile, options: ScanOptions): string[] {
  if ('error' in file) {
    const told = `${paint(terminal, 'bad', 'not readable')}  ${escapeText(file.path)}`;
    return [told, `  ${escapeText(file.error.message)} (${file.error.code})`];
  }
  const { report } = file;
  const status = report.status === 'complete' ? '' : ` (${report.status})`;
  const formats = report.formats.slice(0, 6).join(', ');
  const head = `${paint(terminal, TONES[report.verdict], report.verdict)}${status}  ${escapeText(file.path)}  ${paint(terminal, 'quiet', formats)}`;
  const shown = report.findings.filter(
    ({ severity }) => options.all === true || (severity !== 'info' && severity !== 'low'),
  );
  const hidden = report.findings.length - shown.length + report.findingsDropped;
  return [
    head,
    ...profileLines(report, options),
    ...report.reasons.map((reason) => `  because of ${escapeText(reason)}`),
    ...shown.flatMap((finding) => formatFinding(terminal, finding)),
    ...(hidden > 0 ? [`  not shown: ${formatCount(hidden, 'finding')} of no weight (--all)`] : []),
  ];
}

function profileLines(report: ScanReport, options: ScanOptions): string[] {
  const verdict = options.profile === undefined ? undefined : report.profiles?.[options.profile];
  return verdict === undefined ? [] : [`  torch.load(weights_only=True): ${verdict}`];
}

function formatFinding(terminal: Terminal, finding: ScanReport['findings'][number]): string[] {
  const { rule, severity, place, offset, message, evidence, advice } = finding;
  const tone: Tone =
    severity === 'critical' || severity === 'high' ? 'bad' : severity === 'medium' ? 'warning' : 'quiet';
  const where = [place.join(' > '), offset === undefined ? '' : `at ${offset}`]
    .filter((part) => part !== '')
    .join(' ');
  const seen = evidence === undefined ? '' : `: ${evidence}`;
  return [
    `  ${paint(terminal, tone, severity)}  ${rule}  ${message}${seen}${where === '' ? '' : `  [${where}]`}`,
    `    ${advice}`,
  ];
}
