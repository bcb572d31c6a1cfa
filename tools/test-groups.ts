// Which test files share a process: those of one folder of `test`, some at a time. A process has to load what it tests,
// and that takes longer than most files take; what one file loaded, the next need not.
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Files of a process at most: a hanging one keeps no more than these from being run. */
const MOST_FILES = 12;
/** What a file says at its head that wants a process of its own, with the reason. */
const ALONE = /^\/\/ Alone in its process: /m;

/** A kind of tests; what starts whole programs over and over is a suite of its own. */
export type SuiteName = 'ordinary' | 'system';

/** The files of a suite, in the order of their names. */
export function testFiles(name: SuiteName): readonly string[] {
  return globSync('test/**/*.test.ts')
    .filter((file) => file.endsWith('.system.test.ts') === (name === 'system'))
    .sort();
}

/**
 * What the runner is given to run a process each: files that are alone, and entries, written into `folder`, that load
 * several, each as a suite that is called like the file. The biggest come first, so that no core waits at the end.
 */
export function writeGroups(files: readonly string[], folder: string): readonly string[] {
  const isAlone = (file: string): boolean => ALONE.test(readFileSync(file, 'utf8'));
  const { alone = [], together = [] } = Object.groupBy(files, (file) =>
    isAlone(file) ? 'alone' : 'together',
  );
  mkdirSync(folder);
  const groups = Object.entries(Object.groupBy(together, areaOf)).flatMap(([area, ofArea = []]) =>
    partsOf(ofArea).map((part, at) => ({ name: `${area}-${at + 1}`, part })),
  );
  groups.sort((a, b) => b.part.length - a.part.length);
  return [...alone, ...groups.map(({ name, part }) => writeEntry(join(folder, `${name}.test.mjs`), part))];
}

function areaOf(file: string): string {
  const [, area = '', ...below] = file.split('/');
  return below.length === 0 ? 'test' : area;
}

function partsOf(files: readonly string[]): readonly (readonly string[])[] {
  const count = Math.ceil(files.length / MOST_FILES);
  const size = Math.ceil(files.length / count);
  return Array.from({ length: count }, (_, at) => files.slice(at * size, (at + 1) * size));
}

function writeEntry(path: string, files: readonly string[]): string {
  const suites = files.map((file) => {
    const url = pathToFileURL(resolve(file)).href;
    return `await suite(${JSON.stringify(file)}, async () => void (await import(${JSON.stringify(url)})));`;
  });
  // A test may wait for something that does not keep the process alive by itself.
  const alive = ['const alive = setInterval(() => undefined, 60_000);', 'clearInterval(alive);'] as const;
  const lines = ["import { suite } from 'node:test';", alive[0], ...suites, alive[1]];
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}
