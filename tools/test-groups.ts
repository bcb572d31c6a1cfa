// Which test files share a process. A process has to load what it tests, and that takes longer than most files take;
// what one file loaded, the next need not. So files that are neighbours by name go together.
import { globSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** How much source of tests a process is given, about: the longer the tests, the longer they run. */
const GROUP_BYTES = 80 * 1024;

/** A kind of tests; what starts whole programs over and over is a suite of its own. */
export type SuiteName = 'ordinary' | 'system';

interface Group {
  readonly files: string[];
  bytes: number;
}

/** The files of a suite, in the order of their names. */
export function testFiles(name: SuiteName): readonly string[] {
  return globSync('test/**/*.test.ts')
    .filter((file) => file.endsWith('.system.test.ts') === (name === 'system'))
    .sort();
}

/**
 * What the runner is given to run a process each: entries, written into `folder`, that load several files one after the
 * other, each as a suite that is called like the file. The biggest come first, so that no core waits at the end.
 */
export function writeGroups(files: readonly string[], folder: string): readonly string[] {
  mkdirSync(folder);
  return groupsOf(files)
    .toSorted((a, b) => b.bytes - a.bytes)
    .map((group) => writeEntry(folder, group.files));
}

function groupsOf(files: readonly string[]): readonly Group[] {
  const groups: Group[] = [];
  for (const file of files) {
    const { size } = statSync(file);
    const last = groups.at(-1);
    if (last === undefined || last.bytes + size > GROUP_BYTES) groups.push({ files: [file], bytes: size });
    else {
      last.files.push(file);
      last.bytes += size;
    }
  }
  return groups;
}

/** Writes an entry that is called like the first of its files, without `test/`. */
function writeEntry(folder: string, files: readonly string[]): string {
  const suites = files.map((file) => {
    const url = pathToFileURL(resolve(file)).href;
    return `await suite(${JSON.stringify(file)}, async () => void (await import(${JSON.stringify(url)})));`;
  });
  // A test may wait for something that does not keep the process alive by itself.
  const [begin, end] = ['const alive = setInterval(() => undefined, 60_000);', 'clearInterval(alive);'];
  const path = join(
    folder,
    `${(files[0] ?? '').split('/').slice(1).join('-').replace('.test.ts', '')}.test.mjs`,
  );
  writeFileSync(path, ["import { suite } from 'node:test';", begin, ...suites, end, ''].join('\n'));
  return path;
}
