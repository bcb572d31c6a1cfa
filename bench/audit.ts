import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median, modulePath, runCommand } from './measure.ts';
import { makeRow, type Row } from './row.ts';

const WORK = modulePath('audit-work');
const ENTRIES = 1_000_000;
const ROUNDS = 3;

/** What one process of `audit-work` says. */
interface Measured {
  readonly samples?: readonly number[];
  readonly value: number;
  readonly rssMiB: number;
}

/** The audit log: entries in batches and alone, a long log verified, one entry proved. */
export function measureAudit(): Row[] {
  // On a disk, where becoming durable costs what it does in use.
  const folder = mkdtempSync(join(tmpdir(), 'strongroom-audit-'));
  try {
    return measureIn(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function measureIn(folder: string): Row[] {
  const work = (...words: readonly string[]): Measured =>
    JSON.parse(runCommand(process.execPath, [WORK, folder, ...words])) as Measured;
  const batched = Array.from({ length: ROUNDS }, () => work('batched', '120000').value);
  const published = Array.from({ length: ROUNDS }, () => work('published', '120000').value);
  const alone = work('alone', '2000');
  work('grow', String(ENTRIES));
  const verified = work('verify');
  const proved = work('prove', '200');
  return [
    makeRow({
      name: 'audit-batched',
      what: 'entries of the audit log that become durable in a second, 6,000 at a time',
      value: median(batched),
      unit: 'count',
      budget: { atLeast: 50_000 },
      detail: { perSecond: batched, perSecondUnderACheckpoint: published },
    }),
    makeRow({
      name: 'audit-alone',
      what: 'one entry after the other, each durable: the 99th of a hundred',
      value: alone.value,
      unit: 'ms',
      budget: { atMost: 10 },
      detail: { medianMs: median(alone.samples ?? []) },
    }),
    makeRow({
      name: 'audit-verify',
      what: `verify a log of ${ENTRIES.toLocaleString('en-US')} entries`,
      value: verified.value,
      unit: 's',
      budget: { atMost: 30 },
      detail: { seconds: verified.value },
    }),
    makeRow({
      name: 'audit-verify-memory',
      what: 'resident memory of the process that verifies it, at its highest',
      value: verified.rssMiB,
      unit: 'MiB',
      budget: { atMost: 300 },
      detail: { rssMiB: verified.rssMiB },
    }),
    makeRow({
      name: 'audit-prove',
      what: 'prove one of its entries, opening the log included',
      value: proved.value,
      unit: 'ms',
      budget: { atMost: 5 },
      detail: { slowestMs: Math.max(...(proved.samples ?? [])) },
    }),
  ];
}
