import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median, modulePath, runCommand, timeCommand } from './measure.ts';
import { makeRow, type Row } from './row.ts';
import type { Workspace } from './workspace.ts';

const BLOBS = 1000;
const FILE_BYTES = 4096;
const ROUNDS = 3;
const BIN = modulePath('../src/bin');

/** A new key version for a namespace of 1,000 blobs, by the command line as a user runs it, start included. */
export function measureRotation(workspace: Workspace): Row[] {
  const rows = [measureOn('rotation-on-disk', 'the disk of the temporary folder', tmpdir())];
  if (workspace.isRamDisk) rows.push(measureOn('rotation-in-memory', 'the RAM disk', workspace.folder));
  return rows;
}

function measureOn(name: string, place: string, base: string): Row {
  const folder = mkdtempSync(join(base, 'strongroom-rotation-'));
  try {
    const strongroom = (...words: string[]): readonly string[] => [
      BIN,
      '--home',
      join(folder, 'home'),
      ...words,
    ];
    prepareHome(folder, strongroom);
    const samplesMs = Array.from({ length: ROUNDS }, () =>
      timeCommand(process.execPath, strongroom('keys', 'rotate', 'bench')),
    );
    return makeRow({
      name,
      what: `rotate the key of ${BLOBS} blobs on ${place}`,
      value: median(samplesMs) / 1000,
      unit: 's',
      budget: { atMost: 5 },
      detail: { samplesMs },
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function prepareHome(folder: string, strongroom: (...words: string[]) => readonly string[]): void {
  const files = join(folder, 'files');
  mkdirSync(files);
  // JSON, because of a thousand files of bare random bytes some look like a format that is not let in.
  for (let count = 0; count < BLOBS; count++) {
    const content = JSON.stringify({ part: randomBytes(FILE_BYTES / 2).toString('hex') });
    writeFileSync(join(files, `part-${count}.json`), content);
  }
  runCommand(process.execPath, strongroom('init'));
  runCommand(process.execPath, strongroom('put', files, 'bench/model'));
}
