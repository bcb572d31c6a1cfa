import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Fuzzer } from './fuzzer.ts';

/** Where the fuzzers are: one file for each folder of src/formats, and `scan.ts` for all of them together. */
export const FUZZERS_FOLDER = join(import.meta.dirname, 'readers');

/** The names of the fuzzers in a folder. */
export function fuzzerNames(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.ts'))
    .map((name) => name.slice(0, -'.ts'.length))
    .sort();
}

/** A fuzzer by its name. */
export async function loadFuzzer(folder: string, name: string): Promise<Fuzzer> {
  const module = (await import(pathToFileURL(join(folder, `${name}.ts`)).href)) as { fuzzer: Fuzzer };
  return module.fuzzer;
}
