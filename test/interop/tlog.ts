import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Check } from './check.ts';
import type { Workshop } from './workshop.ts';

const FSCK = 'github.com/transparency-dev/tessera/cmd/fsck@latest';
const NOTE = 'golang.org/x/mod@latest';
/** More than one full tile. */
const ACTS = 300;

/** What Go's programs for transparency logs say of our record: Tessera's fsck, and the reader of signed notes. */
export function tlogChecks(): Check[] {
  const missing = isThere('go') ? undefined : 'go';
  return [
    {
      name: "Tessera's fsck finds an exported record sound, and a changed one not",
      missing,
      run: (workshop) => {
        const { record, keyFile, size } = exportRecord(workshop);
        const fsck = install(workshop, FSCK);
        const judge = (): string => {
          const { stdout, stderr } = spawnSync(
            fsck,
            [`--storage_url=file://${record}/`, `--public_key=${keyFile}`, '--ui=false'],
            // It waits for ever where hashes differ, once it has said so.
            { encoding: 'utf8', timeout: 20_000 },
          );
          return `${stdout}${stderr}`;
        };
        assert.match(judge(), new RegExp(`Successfully fsck'd log with size ${size} `));
        workshop.flipByte(join(record, 'tile/entries/000'), 1000);
        assert.doesNotMatch(judge(), /Successfully/);
      },
    },
    {
      name: "Go's reader of signed notes verifies a checkpoint, and passes over the second signature",
      missing,
      run: (workshop) => {
        const { record, keyFile, size } = exportRecord(workshop);
        const verify = buildNoteReader(workshop);
        const key = readFileSync(keyFile, 'utf8').trim();
        const [counts, origin, told] = workshop.run(verify, [join(record, 'checkpoint'), key]).split('\n');
        assert.deepEqual([counts, origin, told], ['1 1', key.split('+')[0], String(size)]);
        workshop.flipByte(join(record, 'checkpoint'), 60);
        assert.throws(() => workshop.run(verify, [join(record, 'checkpoint'), key]));
      },
    },
  ];
}

/** The record of a home with some hundred acts, exported, and its key as a file. */
function exportRecord(workshop: Workshop): {
  readonly record: string;
  readonly keyFile: string;
  readonly size: number;
} {
  const record = workshop.path('record');
  workshop.strongroom('init');
  const act = `
    import { parseNamespaceName } from ${JSON.stringify(join(import.meta.dirname, '../../src/api/index.ts'))};
    import { openStrongroom } from ${JSON.stringify(join(import.meta.dirname, '../../src/open/index.ts'))};
    await using strongroom = await openStrongroom({ home: ${JSON.stringify(workshop.path('home'))} });
    const { models, namespaces } = strongroom.api;
    for (let at = 0; at < ${ACTS}; at++) await models.list({ namespace: parseNamespaceName('lab-' + at) });
    await namespaces.create({ name: parseNamespaceName('acme') });
  `;
  workshop.run(process.execPath, ['--input-type=module', '--eval', act]);
  workshop.strongroom('audit', 'export', record);
  const [key = ''] = workshop.strongroom('audit', 'key').split('\n');
  const [, size = ''] = readFileSync(join(record, 'checkpoint'), 'utf8').split('\n');
  assert.ok(Number(size) > ACTS);
  return { record, keyFile: workshop.write('key', `${key}\n`), size: Number(size) };
}

/** A Go program in a folder of its own. */
function install(workshop: Workshop, program: string): string {
  const bin = workshop.path('bin');
  mkdirSync(bin);
  runGo(workshop.folder, ['install', program], { GOBIN: bin });
  const [name = ''] = readdirSync(bin);
  return join(bin, name);
}

function buildNoteReader(workshop: Workshop): string {
  const folder = workshop.path('verify-note');
  mkdirSync(folder);
  copyFileSync(join(import.meta.dirname, 'verify_note.go'), join(folder, 'main.go'));
  runGo(folder, ['mod', 'init', 'verify-note']);
  runGo(folder, ['get', NOTE]);
  runGo(folder, ['build', '-o', workshop.path('verify'), '.']);
  return workshop.path('verify');
}

function runGo(cwd: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): void {
  const { status, stderr } = spawnSync('go', args, {
    cwd,
    env: { ...process.env, ...env },
    encoding: 'utf8',
    timeout: 10 * 60_000,
  });
  if (status !== 0) throw new Error(`go ${args.join(' ')} failed: ${stderr}`);
}

function isThere(name: string): boolean {
  return spawnSync(name, ['version'], { stdio: 'ignore' }).status === 0;
}
