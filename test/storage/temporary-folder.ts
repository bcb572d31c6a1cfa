import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

/** An empty folder that the end of the test removes. */
export async function temporaryFolder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'strongroom-test-'));
  t.after(() => rm(path, { recursive: true, force: true }));
  return path;
}

/** Matches an error of ours by its code. */
export function withCode(code: string): { readonly name: string; readonly code: string } {
  return { name: 'StrongroomError', code };
}
