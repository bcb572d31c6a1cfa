import type { Command } from 'commander';
import { AREAS, type Line, type Standing, worstOf } from '../../doctor/index.ts';
import { bindAct, describeCommand, type Runner } from '../command.ts';
import { EXIT_CODES, EXIT_OK } from '../exit-codes.ts';
import { answer, type Result } from '../result.ts';
import { runSelfTest, TRIALS, type TriedLine } from '../self-test/run-self-test.ts';
import type { Session } from '../session.ts';
import { formatTable } from '../table.ts';
import { escapeText, paint, type Terminal, type Tone } from '../terminal.ts';
import { formatDuration } from '../units.ts';

interface DoctorOptions {
  readonly probe?: string;
  readonly caFile?: string;
  readonly backup?: string;
  readonly strict?: boolean;
  readonly selfTest?: boolean;
}

/** `doctor`: how well an installation is kept, line by line. */
export function doctorCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'doctor',
    summary: 'check an installation line by line: pass, warn or fail, and what to do',
    more: `Looks at the machine, the home and its keys, policies, backups, and with --probe at a running server. With --server it asks that server, which tells of all but its machine and its files. Changes nothing. Ends with ${EXIT_CODES.unsafe.code} when a line fails, with --strict also when one warns.`,
    examples: [
      ['strongroom doctor', 'the home in ./strongroom-home'],
      ['strongroom --server https://models.example doctor', 'what a server tells of itself'],
      [
        'strongroom doctor --self-test',
        'encryption, validation, scanning, signing and access put to the trial',
      ],
      [
        'strongroom doctor --probe https://localhost:8443 --backup /mnt/backup/monday --strict --json',
        'its server and its backup too, for a script that watches',
      ],
    ],
  })
    .option('--probe <url>', 'look at the server that runs there, as a stranger sees it')
    .option('--ca-file <path>', 'authorities that its clients trust (PEM)')
    .option('--backup <folder>', 'look at this backup too')
    .option('--strict', 'let warnings count as failures')
    .option('--self-test', 'try what the software promises, on a throw-away home instead of yours');
  return bindAct<DoctorOptions>(command, runner, async ({ session, options }) => {
    if (options.selfTest === true) return await selfTest(session);
    const lines = [...(await examineHome(session, options)), ...(await examineServer(session, options))];
    return shown(lines, options);
  });
}

async function examineHome(session: Session, { backup }: DoctorOptions): Promise<readonly Line[]> {
  const { operations } = session.context;
  if (session.options.server !== undefined && backup === undefined) {
    return await session.withApi((api) => operations.examineRemote(api));
  }
  const unseal = await session.unseal();
  return await operations.examineHome({
    home: session.homeOnly(),
    unseal,
    ...(backup !== undefined && { backup }),
  });
}

async function examineServer(session: Session, { probe, caFile }: DoctorOptions): Promise<readonly Line[]> {
  if (probe === undefined) return [];
  const { operations, signal } = session.context;
  return await operations.examineServer({
    url: probe,
    signal,
    ...(caFile !== undefined && { authorities: await operations.readAuthorities(caFile) }),
  });
}

function shown(lines: readonly Line[], { strict }: DoctorOptions): Result {
  const worst = worstOf(lines);
  const isBad = worst === 'fail' || (worst === 'warn' && strict === true);
  const sorted = lines.toSorted((a, b) => AREAS.indexOf(a.area) - AREAS.indexOf(b.area));
  return answer({ lines: sorted, worst }, (terminal) => formatLines(terminal, sorted), {
    exitCode: isBad ? EXIT_CODES.unsafe.code : EXIT_OK,
  });
}

const TONES: Readonly<Record<Standing, Tone>> = { pass: 'good', warn: 'warning', fail: 'bad' };

function formatLines(terminal: Terminal, lines: readonly Line[]): string {
  const table = formatTable(
    terminal,
    [{ heading: '' }, { heading: 'area' }, { heading: 'check' }, { heading: 'found' }],
    lines.map(({ standing, area, name, found }) => [
      { text: standing, tone: TONES[standing] },
      area,
      name,
      found,
    ]),
  );
  const advised = lines.filter(({ advice }) => advice !== undefined);
  const advice = advised.map(
    ({ area, name, standing, advice = '' }) =>
      `  ${paint(terminal, TONES[standing], `${area} ${name}`)}: ${escapeText(advice)}`,
  );
  return [table, ...(advice.length === 0 ? [] : ['', 'What to do:', ...advice])].join('\n');
}

/** Each line is shown when it is done: trials take seconds together. */
async function selfTest(session: Session): Promise<Result> {
  const lines = await runSelfTest(session.context, (line) => showTried(session, line));
  const failed = lines.filter(({ standing }) => standing === 'fail').length;
  const worst: Standing = failed === 0 ? 'pass' : 'fail';
  const told =
    failed === 0 ? `all ${lines.length} trials passed` : `${failed} of ${lines.length} trials failed`;
  return answer({ lines, worst }, (terminal) => paint(terminal, TONES[worst], told), {
    exitCode: failed === 0 ? EXIT_OK : EXIT_CODES.unsafe.code,
  });
}

async function showTried(session: Session, line: TriedLine): Promise<void> {
  if (session.options.json || session.options.quiet) return;
  const { stdout } = session.context;
  const width = (of: 'area' | 'name') => Math.max(...TRIALS.map((trial) => trial[of].length));
  const words = `${line.area.padEnd(width('area'))}  ${line.name.padEnd(width('name'))}`;
  const time = formatDuration(line.ms).padStart(7);
  await stdout.write(
    `${paint(stdout.terminal, TONES[line.standing], line.standing)}  ${words}  ${time}  ${escapeText(line.found)}\n`,
  );
}
