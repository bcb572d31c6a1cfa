import { basename, dirname, join, resolve } from 'node:path';
import { StrongroomError, toStrongroomError } from '../errors/index.ts';
import { findShardMismatches, ScanWorker, withFindings } from '../scan/index.ts';
import { type FileSource, Folder, MAX_INPUT_DEPTH } from '../storage/index.ts';
import type { ScannedFile, ScanOperations, ScanPathsInput } from './scan-operations.ts';
import { escapeText } from './terminal.ts';

/** Scans of files, wired to what is below. */
export function createScanOperations(): ScanOperations {
  return {
    async scanPaths(input) {
      await using worker = new ScanWorker();
      const scan = new PathScan(worker, input);
      for (const path of input.paths) await scan.path(path);
      return scan.together();
    },
  };
}

/** A folder on disk, and how it is called in the answer. */
interface Place {
  readonly folder: Folder;
  readonly shown: string;
  readonly depth: number;
}

/** One walk over everything that was named. */
class PathScan {
  readonly #files: ScannedFile[] = [];
  /** Files of folders that were looked at whole. */
  readonly #walked = new Set<string>();
  readonly #worker: ScanWorker;
  readonly #input: ScanPathsInput;

  constructor(worker: ScanWorker, input: ScanPathsInput) {
    this.#worker = worker;
    this.#input = input;
  }

  /** All that was scanned, with what only the files of a folder together show. */
  together(): readonly ScannedFile[] {
    const walked = this.#files.filter(({ path }) => this.#walked.has(path));
    const mismatches = findShardMismatches(
      walked.map((file) => ({
        path: file.path,
        content: 'report' in file ? file.report.content : undefined,
      })),
    );
    return this.#files.map((file) => {
      const found = mismatches.get(file.path);
      return found === undefined || !('report' in file)
        ? file
        : { ...file, report: withFindings(file.report, found) };
    });
  }

  async path(path: string): Promise<void> {
    await this.#told(path, async () => {
      const full = resolve(path);
      if (dirname(full) === full) {
        await using root = await Folder.open(full);
        await this.#folder({ folder: root, shown: full, depth: 0 });
        return;
      }
      await using parent = await Folder.open(dirname(full));
      await this.#entry({ folder: parent, shown: dirname(path), depth: 0 }, basename(full), path);
    });
  }

  async #folder(place: Place): Promise<void> {
    if (place.depth > MAX_INPUT_DEPTH) {
      const told = `folders nest deeper than ${MAX_INPUT_DEPTH}`;
      throw new StrongroomError('INPUT_TOO_LARGE', told);
    }
    const names = (await place.folder.entries()).map(({ name }) => name).sort();
    for (const name of names) {
      const shown = join(place.shown, name);
      this.#walked.add(shown);
      await this.#told(shown, () => this.#entry(place, name, shown));
    }
  }

  async #entry({ folder, depth }: Place, name: string, shown: string): Promise<void> {
    const status = await folder.status(name);
    if (status === undefined)
      throw new StrongroomError('STORAGE_MISSING', `there is no file or folder ${escapeText(shown)}`);
    if (status.kind === 'folder') {
      await using inner = await folder.folder(name);
      await this.#folder({ folder: inner, shown, depth: depth + 1 });
      return;
    }
    if (status.kind !== 'file') {
      const what =
        status.kind === 'link' ? 'a symbolic link, which is not followed' : 'a pipe, socket or device';
      throw new StrongroomError('STORAGE_PATH_UNSAFE', what);
    }
    await using file = await folder.openFile(name);
    await this.#file(file, shown);
  }

  async #file(file: FileSource, shown: string): Promise<void> {
    const { limits, signal, onProgress } = this.#input;
    const report = await this.#worker.scan(file, {
      name: basename(shown),
      limits,
      ...(signal !== undefined && { signal }),
      onProgress: (done) =>
        onProgress?.({ phase: `scanning ${basename(shown)}`, done, total: file.size, unit: 'bytes' }),
    });
    await file.assertUnchanged();
    this.#files.push({ path: shown, report });
  }

  /** Runs a step and tells its failure in the place of the report; giving up ends the walk. */
  async #told(path: string, step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      const shown = toStrongroomError(error);
      if (shown.code === 'ABORTED') throw shown;
      this.#files.push({ path, error: { code: shown.code, message: shown.message } });
    }
  }
}
