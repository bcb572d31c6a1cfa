import fc from 'fast-check';
import { mutate, mutations } from '../test/formats/build/mutations.ts';

/**
 * Files as they were built, or with a few bytes set, cut or doubled; more of the changed ones. The first keep what the
 * grammar says, so that its lies are reached; the others break what no grammar would.
 */
export function changed(files: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> {
  return fc
    .tuple(files, fc.option(mutations, { freq: 2 }))
    .map(([file, changes]) => (changes === null ? file : mutate(file, changes)));
}

/** Texts with pieces left out, doubled and exchanged, as bytes; broken bytes too. */
export function changedText(texts: fc.Arbitrary<string>): fc.Arbitrary<Uint8Array> {
  return changed(texts.map((text) => new Uint8Array(Buffer.from(text, 'utf8'))));
}

/** A length or offset such as only an attacker writes: around the widths that readers compute in. */
export const hostileNumber: fc.Arbitrary<bigint> = fc.oneof(
  fc.bigInt({ min: 0n, max: 300n }),
  fc.constantFrom(0n, 1n, 0x7fn, 0xffn, 0xffffn, 0x7fffffffn, 0x80000000n, 0xffffffffn, 0x100000000n),
  fc.constantFrom((1n << 53n) - 1n, 1n << 53n, (1n << 63n) - 1n, 1n << 63n, (1n << 64n) - 1n),
  fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
);

/** Names such as archives and models have, and such as attackers give them. */
export const hostileName: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom('a', 'data.pkl', 'm/data/0', '../x', '/etc/passwd', 'C:\\x', 'a\0b', '', '.', '__proto__'),
  fc.string({ maxLength: 12, unit: 'grapheme' }),
);
