import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Measured, median, runChild, timeCommand } from './measure.ts';
import type { OurTimes } from './peers.ts';
import { makeRow, type Row } from './row.ts';
import { type MeasuredFile, warmMemory } from './workspace.ts';

const ROUNDS = 5;
const MEMORY_BUDGET_MIB = 200;

/** Every time of one round, taken one after the other so that a slow moment of the machine meets all alike. */
interface Round {
  readonly cp: number;
  readonly gcmSeal: number;
  readonly gcmOpen: number;
  readonly sha256: number;
  readonly seal: Measured;
  readonly open: Measured;
}

/** What sealing and opening one large file cost, against the limits of the machine. */
export function measureContainer(file: MeasuredFile): {
  readonly rows: readonly Row[];
  readonly times: OurTimes;
  readonly sealed: string;
} {
  const sealed = join(file.workspace.folder, 'file.sealed');
  const rounds = Array.from({ length: ROUNDS }, () => measureRound(file, sealed));
  const middle = (pick: (round: Round) => number): number => median(rounds.map(pick));
  const limits = {
    cpMs: middle((round) => round.cp),
    gcmSealMs: middle((round) => round.gcmSeal),
    gcmOpenMs: middle((round) => round.gcmOpen),
    sha256Ms: middle((round) => round.sha256),
  };
  const times = { sealMs: middle((round) => round.seal.ms), openMs: middle((round) => round.open.ms) };
  return { rows: [...speedRows(limits, times), ...memoryRows(rounds)], times, sealed };
}

function measureRound(file: MeasuredFile, sealed: string): Round {
  const { path, bytes, workspace, warmedBytes } = file;
  const [copy, opened] = [`${path}.copy`, `${path}.opened`];
  const warmed = <Result>(measure: () => Result): Result => {
    warmMemory(workspace, warmedBytes);
    return measure();
  };
  rmSync(sealed, { force: true });
  const cp = warmed(() => timeCommand('cp', [path, copy]));
  rmSync(copy);
  const round = {
    cp,
    gcmSeal: warmed(() => runChild('baselines', ['gcm-seal', bytes])).ms,
    gcmOpen: warmed(() => runChild('baselines', ['gcm-open', bytes])).ms,
    sha256: warmed(() => runChild('baselines', ['sha256', bytes])).ms,
    seal: warmed(() => runChild('container-work', ['seal', path, sealed])),
    open: warmed(() => runChild('container-work', ['open', sealed, opened])),
  };
  timeCommand('cmp', [path, opened]);
  rmSync(opened);
  return round;
}

function speedRows(
  limits: Readonly<Record<'cpMs' | 'gcmSealMs' | 'gcmOpenMs' | 'sha256Ms', number>>,
  times: OurTimes,
): Row[] {
  const { cpMs, gcmSealMs, gcmOpenMs, sha256Ms } = limits;
  return [
    makeRow({
      name: 'seal',
      what: 'seal a file, against the slowest of cp, bare AES-256-GCM and bare SHA-256',
      value: times.sealMs / Math.max(cpMs, gcmSealMs, sha256Ms),
      unit: 'ratio',
      budget: { atMost: 1.5 },
      detail: { sealMs: times.sealMs, cpMs, gcmSealMs, sha256Ms },
    }),
    makeRow({
      name: 'open',
      what: 'open and verify it, against the slower of cp and bare AES-256-GCM',
      value: times.openMs / Math.max(cpMs, gcmOpenMs),
      unit: 'ratio',
      budget: { atMost: 1.5 },
      detail: { openMs: times.openMs, cpMs, gcmOpenMs },
    }),
  ];
}

function memoryRows(rounds: readonly Round[]): Row[] {
  return (['seal', 'open'] as const).map((work) => {
    const values = rounds.map((round) => round[work].rssMiB);
    return makeRow({
      name: `${work}-memory`,
      what: `resident memory of a process that does nothing but ${work} it, at its highest`,
      value: Math.max(...values),
      unit: 'MiB',
      budget: { atMost: MEMORY_BUDGET_MIB },
      detail: { rssMiB: values },
    });
  });
}

/** Time to open a sealed file anew and read 1 MiB from the middle of it. */
export function measureRange(sealed: string): Row {
  const { ms, samplesMs = [] } = runChild('container-work', ['range', sealed]);
  return makeRow({
    name: 'range',
    what: 'one range of 1 MiB out of it, opening included',
    value: ms,
    unit: 'ms',
    budget: { atMost: 5 },
    detail: { slowestMs: Math.max(...samplesMs), firstMs: samplesMs[0] ?? ms },
  });
}
