import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { FileInput, PutVersionInput, StrongroomApi } from '../../src/api/index.ts';
import { parseFilePath, parseModelName, parseNamespaceName } from '../../src/api/index.ts';
import { initHome, openStrongroom, type Strongroom } from '../../src/open/index.ts';
import { openScanner } from '../../src/open/open-scanner.ts';

const FOLDERS = new Set<string>();

// Not in a hook of the test: hooks run first come first served, and a home must be closed before its folder goes.
process.once('exit', () => {
  for (const folder of FOLDERS) rmSync(folder, { recursive: true, force: true });
});

/** The scanner as homes have it; its threads start once, not once for each home. They end with the process. */
export const SCANNER = openScanner();

/** The least that hashing a password may cost, for servers that are not about that. */
export const CHEAP_HASHING = { STRONGROOM_ACCESS_HASH_MEMORY_MIB: '19', STRONGROOM_ACCESS_HASH_PASSES: '2' };

/** A folder that is gone after the test file. */
export async function temporaryFolder(_t: Pick<TestContext, 'after'>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'strongroom-test-'));
  FOLDERS.add(folder);
  return folder;
}

/**
 * Lets content in that no reader knows: random bytes, which most tests put. What trust itself is about is tested with
 * the secure defaults.
 */
export async function trustUnknown({ api }: { readonly api: StrongroomApi }): Promise<void> {
  await api.trust.set({ namespace: parseNamespaceName('acme'), change: { enter: { unknown: 'allow' } } });
}

/** A fresh home with a key file inside, open, where `acme` lets in what no reader knows. */
export async function temporaryHome(
  t: Pick<TestContext, 'after'>,
): Promise<{ readonly folder: string; readonly home: string; readonly strongroom: Strongroom }> {
  const folder = await temporaryFolder(t);
  const home = join(folder, 'home');
  await initHome({ home });
  const strongroom = await openStrongroom({ home, scanner: SCANNER, env: CHEAP_HASHING });
  await trustUnknown(strongroom);
  t.after(() => strongroom.close());
  return { folder, home, strongroom };
}

/** A file in memory on its way in. */
export function fileOf(path: string, content: Uint8Array | string): FileInput {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  return {
    path: parseFilePath(path),
    size: bytes.length,
    // eslint-disable-next-line @typescript-eslint/require-await -- a stream by its type, ready by its nature
    async *open() {
      yield bytes;
    },
  };
}

/** What `put` takes, in fewer words. */
export function putOf(
  model: string,
  files: Readonly<Record<string, Uint8Array | string>>,
  more: Partial<PutVersionInput> = {},
): PutVersionInput {
  return {
    model: parseModelName(model),
    files: Object.entries(files).map(([path, content]) => fileOf(path, content)),
    ...more,
  };
}

/** The bytes of a stream. */
export async function bytesOf(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of stream) parts.push(Buffer.from(part));
  return Buffer.concat(parts);
}
