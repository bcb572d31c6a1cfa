// Measures the budgets of the design against limits and peers of the same run, and prints one JSON document.
// `npm run bench`; `npm run bench -- seal` for a part; `--write` puts the table into docs/performance.md;
// `--mebibytes=64` measures on a smaller file and `--seconds=5` loads the server for a shorter time, for a quick look
// that proves nothing.
import { randomFillSync } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { measureAudit } from './audit.ts';
import { measureContainer, measureRange } from './container.ts';
import { measureGuard } from './guard.ts';
import { describeMachine } from './machine.ts';
import { compareAge, compareFernet, type OurTimes } from './peers.ts';
import { writeTable } from './performance-table.ts';
import { measurePredictions } from './predictions/measure-predictions.ts';
import { measureRotation } from './rotation.ts';
import type { Row } from './row.ts';
import { measureServer } from './server/measure-server.ts';
import { openWorkspace } from './workspace.ts';

const PARTS = ['seal', 'range', 'rotation', 'peers', 'server', 'audit', 'guard', 'predictions'] as const;

const chosen = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));
for (const part of chosen) {
  if (!(PARTS as readonly string[]).includes(part))
    throw new Error(`no part ${part}; there are ${PARTS.join(', ')}`);
}
const mebibytes = Number(/--mebibytes=(\d+)/.exec(process.argv.join(' '))?.[1] ?? 1024);
const fileBytes = mebibytes * 2 ** 20;
const mixedSeconds = Number(/--seconds=(\d+)/.exec(process.argv.join(' '))?.[1] ?? 60);
/** For what one process writes and for the process itself. */
const warmedBytes = fileBytes * 2;
/** The file and its sealed form, and what is made ready for the hungriest. */
const workspace = openWorkspace(fileBytes * 8);

const machine = describeMachine();
const rows: Row[] = [];
const serverRows: Row[] = [];
const auditRows: Row[] = [];
const guardRows: Row[] = [];
const predictionRows: Row[] = [];
const missing: string[] = [];
if (!workspace.isRamDisk) missing.push('a RAM disk with enough space: a disk was measured, too');

const path = writeRandomFile(join(workspace.folder, 'file'), fileBytes);
const file = { path, bytes: fileBytes, workspace, warmedBytes };
if (wants('seal') || wants('peers') || wants('range')) measureFile();
if (wants('rotation')) rows.push(...measureRotation(workspace));
if (wants('guard')) guardRows.push(...measureGuard());
if (wants('audit')) auditRows.push(...measureAudit());
if (wants('predictions')) predictionRows.push(...(await measurePredictions(workspace)));
if (wants('server')) serverRows.push(...(await measureServer(file, mixedSeconds)));

const result = {
  machine,
  measuredAt: new Date().toISOString(),
  fileBytes,
  ramDisk: workspace.isRamDisk,
  warmedBytes: workspace.isRamDisk ? warmedBytes : 0,
  missing,
  allMet: [...rows, ...serverRows, ...auditRows, ...guardRows, ...predictionRows].every((row) => row.isMet),
};
console.log(
  JSON.stringify(
    { ...result, rows: [...rows, ...serverRows, ...auditRows, ...guardRows, ...predictionRows] },
    null,
    2,
  ),
);
if (process.argv.includes('--write')) {
  if (rows.length > 0) writeTable('measured', { ...result, rows });
  if (auditRows.length > 0) writeTable('measured audit', { ...result, fileBytes: 0, rows: auditRows });
  if (guardRows.length > 0) writeTable('measured guard', { ...result, fileBytes: 0, rows: guardRows });
  if (predictionRows.length > 0) {
    writeTable('measured predictions', { ...result, fileBytes: 0, rows: predictionRows });
  }
  if (serverRows.length > 0) writeTable('measured server', { ...result, rows: serverRows });
}

function wants(part: (typeof PARTS)[number]): boolean {
  return chosen.length === 0 || chosen.includes(part);
}

function measureFile(): void {
  const { rows: own, times, sealed } = measureContainer(file);
  if (wants('seal')) rows.push(...own);
  if (wants('range')) rows.push(measureRange(sealed));
  if (wants('peers')) comparePeers(times);
}

function comparePeers(times: OurTimes): void {
  for (const compare of [compareAge, compareFernet]) {
    const found = compare(file, times);
    rows.push(...found.rows);
    missing.push(...found.missing);
  }
}

function writeRandomFile(path: string, bytes: number): string {
  const chunk = Buffer.alloc(2 ** 20);
  const descriptor = openSync(path, 'wx', 0o600);
  for (let done = 0; done < bytes; done += chunk.length) writeSync(descriptor, randomFillSync(chunk));
  closeSync(descriptor);
  return path;
}
