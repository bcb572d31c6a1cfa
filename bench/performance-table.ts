import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Row } from './row.ts';

/** What a whole run gives. */
export interface BenchResult {
  readonly machine: Readonly<Record<string, string | number>>;
  readonly measuredAt: string;
  /** 0 where no file was measured. */
  readonly fileBytes: number;
  readonly ramDisk: boolean;
  /** Written and removed on the RAM disk before every measurement. */
  readonly warmedBytes: number;
  readonly missing: readonly string[];
  readonly rows: readonly Row[];
}

/** npm runs scripts in the project's folder. */
const PAGE = join(process.cwd(), 'docs/performance.md');

/** Puts a run into the page of figures, between the markers of this name. */
export function writeTable(name: string, result: BenchResult): void {
  const page = readFileSync(PAGE, 'utf8');
  const [start, end] = [`<!-- generated: ${name} -->`, `<!-- end: ${name} -->`];
  const [from, to] = [page.indexOf(start), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${PAGE} lacks the markers of ${name}`);
  writeFileSync(PAGE, `${page.slice(0, from + start.length)}\n${formatTable(result)}\n${page.slice(to)}`);
}

function formatTable({
  machine,
  measuredAt,
  fileBytes,
  ramDisk,
  warmedBytes,
  missing,
  rows,
}: BenchResult): string {
  const where = Object.entries(machine).map(([name, value]) => `${name} ${value}`);
  const said = missing.length === 0 ? '' : ` Missing: ${missing.join('; ')}.`;
  const place = ramDisk
    ? `a RAM disk (${warmedBytes / 2 ** 20} MiB of it warmed before every measurement)`
    : 'a disk';
  return [
    `${fileBytes === 0 ? 'Measured' : `File of ${fileBytes / 2 ** 20} MiB on ${place},`} ${measuredAt.slice(0, 10)}: ${where.join(', ')}.${said}`,
    '',
    '| what | measured | budget | met | behind it |',
    '| --- | --- | --- | --- | --- |',
    ...rows.map(formatRow),
  ].join('\n');
}

function formatRow({ what, value, unit, budget, isMet, detail }: Row): string {
  const shownUnit = unit === 'ratio' ? ' ×' : unit === 'count' ? '' : ` ${unit}`;
  const limit = 'atMost' in budget ? `≤ ${budget.atMost}` : `≥ ${budget.atLeast}`;
  const behind = Object.entries(detail).map(
    ([name, one]) => `${name} ${typeof one === 'number' ? one : one.join(' ')}`,
  );
  return `| ${what} | ${value}${shownUnit} | ${limit}${shownUnit} | ${isMet ? 'yes' : '**no**'} | ${behind.join(', ')} |`;
}
