// No file that anybody opened for writing while a sealed model was loaded and asked holds a byte of it, and nobody was
// reached over the network: strace sees every process and every call.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { markedModel } from '../kit/onnx-builder.ts';
import type { Check } from './check.ts';
import { findTool, runTool } from './run-tool.ts';
import type { Workshop } from './workshop.ts';

const ASKING = join(import.meta.dirname, 'children/ask-model.ts');

/** The model of a strongroom on its way into a runner and through its predictions. */
export function plaintextChecks(): readonly Check[] {
  return [
    {
      name: 'predictions: strace sees no file opened for writing that the model is in, and no word over the network',
      missing: findTool('strace', 'strace') ? undefined : 'strace',
      run: watchFiles,
    },
  ];
}

async function watchFiles(workshop: Workshop): Promise<void> {
  const marker = randomBytes(256);
  const model = workshop.write('model.onnx', markedModel(marker));
  workshop.strongroom('init');
  workshop.strongroom('put', model, 'acme/marked');
  const trace = workshop.path('trace');
  const calls = 'trace=open,openat,openat2,creat,memfd_create,connect,sendto,execve';
  const { status, output } = await runTool({
    command: 'strace',
    args: [
      '-f',
      '-qq',
      '-s',
      '4096',
      '-o',
      trace,
      '-e',
      calls,
      process.execPath,
      ASKING,
      workshop.path('home'),
    ],
    folder: workshop.folder,
    seconds: 120,
  });
  assert.equal(status, 0, output);
  assert.match(output, /^64 answers$/m);
  const lines = readFileSync(trace, 'utf8').split('\n');
  assert.ok(
    lines.some((line) => line.includes('/runtime/runner/child.')),
    'no runner was started',
  );
  assert.deepEqual(
    lines.filter((line) => /memfd_create/.test(line)),
    [],
  );
  // ONNX Runtime would report to its makers, were it not told otherwise.
  assert.deepEqual(
    lines.filter((line) => /sa_family=AF_INET/.test(line)),
    [],
  );
  const written = new Set(lines.flatMap((line) => openedForWriting(line) ?? []));
  assert.ok(written.size > 0, 'nothing was opened for writing, not even the record');
  for (const path of written) {
    if (isFile(path)) assert.ok(!readFileSync(path).includes(marker), `the model is in ${path}`);
  }
}

/** The path of an open that may write; `undefined` for any other line. */
function openedForWriting(line: string): string | undefined {
  const [, path] =
    /(?:open|openat|openat2|creat)\((?:AT_FDCWD, )?"([^"]+)", .*(?:O_WRONLY|O_RDWR|O_CREAT)/.exec(line) ?? [];
  return path;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
