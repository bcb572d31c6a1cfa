import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const BIN = join(import.meta.dirname, '../../src/bin.ts');

/** A folder of its own for one check, with a home in it, and the commands to work there. */
export class Workshop {
  readonly folder = mkdtempSync(join(tmpdir(), 'strongroom-interop-'));

  path(name: string): string {
    return join(this.folder, name);
  }

  /** Writes a file and returns its path. */
  write(name: string, content: string | Uint8Array): string {
    writeFileSync(this.path(name), content, { mode: 0o600 });
    return this.path(name);
  }

  /** A file of random bytes, which nothing compresses. */
  writeRandom(name: string, bytes: number): string {
    return this.write(name, randomBytes(bytes));
  }

  exists(name: string): boolean {
    return existsSync(this.path(name));
  }

  /** Changes one bit of a file. */
  flipByte(path: string, at: number): void {
    const bytes = readFileSync(path);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    writeFileSync(path, bytes);
  }

  /** Our own command line as a user has it, in this folder's home; returns what it printed. */
  strongroom(...args: readonly string[]): string {
    return this.run(process.execPath, [BIN, ...args, '--home', this.path('home')]);
  }

  /** Our own command line for work on files, where no home is needed. */
  strongroomFiles(...args: readonly string[]): string {
    return this.run(process.execPath, [BIN, ...args]);
  }

  /** Somebody else's command; throws when it fails. */
  run(command: string, args: readonly string[]): string {
    const { status, stdout, stderr, error } = spawnSync(command, args, {
      cwd: this.folder,
      encoding: 'utf8',
      maxBuffer: 64 * 2 ** 20,
    });
    if (error !== undefined) throw error;
    if (status !== 0)
      throw new Error(`${command} ${args.join(' ')} ended with ${status ?? 'a signal'}: ${stderr}${stdout}`);
    return stdout;
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** SHA-256 of a file, for comparing large ones. */
export function digestOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}
