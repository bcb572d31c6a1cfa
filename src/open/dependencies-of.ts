import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { utf8Text } from '../bytes/index.ts';
import type { Dependency } from '../doctor/index.ts';
import { readSmallFile } from '../storage/index.ts';

const MAX_MANIFEST_BYTES = 1 << 20;

const ownManifest = z.object({ dependencies: z.record(z.string(), z.string()).default({}) });
const otherManifest = z.object({ version: z.string() });

/** What package.json asks for, and what of it is installed where this runs from, in src/ and in dist/ alike. */
export async function installedDependencies(): Promise<readonly Dependency[]> {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const { dependencies } = ownManifest.parse(await readJson(join(root, 'package.json')));
  const found = Object.entries(dependencies).map(async ([name, wanted]): Promise<Dependency> => {
    const version = await findVersion(root, name);
    return { name, wanted, ...(version !== undefined && { found: version }) };
  });
  return await Promise.all(found);
}

/** As Node looks: in the folder's node_modules, then in those above. */
async function findVersion(from: string, name: string): Promise<string | undefined> {
  for (let folder = from; ; folder = dirname(folder)) {
    const manifest = await readJson(join(folder, 'node_modules', name, 'package.json'));
    if (manifest !== undefined) return otherManifest.safeParse(manifest).data?.version;
    if (dirname(folder) === folder) return undefined;
  }
}

async function readJson(path: string): Promise<unknown> {
  const bytes = await readSmallFile(path, MAX_MANIFEST_BYTES);
  return bytes === undefined ? undefined : JSON.parse(utf8Text(bytes) ?? 'null');
}
