import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import type { CompressedFormat } from '../src/formats/index.ts';

const FIXTURES = join(import.meta.dirname, '../test/formats/compressed/fixtures/compressed.json');

/** Files of a format as its own tool made them. */
export function madeFiles(format: CompressedFormat): fc.Arbitrary<Uint8Array> {
  const { files } = JSON.parse(readFileSync(FIXTURES, 'utf8')) as {
    readonly files: readonly { readonly format: string; readonly base64: string }[];
  };
  const ours = files.filter((file) => file.format === format);
  return fc.constantFrom(...ours.map(({ base64 }) => new Uint8Array(Buffer.from(base64, 'base64'))));
}

/** Contents worth compressing: noise, runs, and both. */
export const contents: fc.Arbitrary<Uint8Array> = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.tuple(fc.nat(255), fc.nat(3000)).map(([byte, count]) => new Uint8Array(count).fill(byte)),
      fc.constantFrom('strongroom ', '\0', 'abcabcabd').map((text) => new Uint8Array(Buffer.from(text))),
    ),
    { maxLength: 8 },
  )
  .map((parts) => new Uint8Array(Buffer.concat(parts)));
