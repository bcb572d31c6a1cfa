// What tests of several processes on one home share.
import assert from 'node:assert/strict';
import type { FileInput } from '../../src/api/index.ts';
import type { Strongroom } from '../../src/open/index.ts';
import { fileOf } from '../kit/temporary-home.ts';
import { leftovers } from './home-kit.ts';

/** The numbers that a child of `put-many.ts` had acknowledged. */
export const numbersIn = (output: string): number[] => JSON.parse(output) as number[];

/** Every version is whole, and nothing temporary lies about. */
export async function assertSound(strongroom: Strongroom, home: string): Promise<void> {
  const { findings } = await strongroom.api.versions.verify({});
  assert.deepEqual(findings, []);
  assert.deepEqual(await leftovers(home), []);
}

/** A file in the middle of which everything stands still until it is let go. */
export function stalledFile(): {
  readonly file: FileInput;
  readonly started: Promise<void>;
  readonly letGo: () => void;
} {
  const start = Promise.withResolvers<undefined>();
  const end = Promise.withResolvers<undefined>();
  const { path } = fileOf('m.bin', '');
  const file = {
    path,
    async *open() {
      yield new Uint8Array(300_000);
      start.resolve(undefined);
      await end.promise;
      yield new Uint8Array(300_000);
    },
  };
  return { file, started: start.promise, letGo: () => end.resolve(undefined) };
}
