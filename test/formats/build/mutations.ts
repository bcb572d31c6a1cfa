import fc from 'fast-check';

/** A change of some bytes of a file: set, cut, doubled. */
export interface Mutation {
  readonly at: number;
  readonly kind: 'set' | 'cut' | 'double' | 'ones' | 'zeros';
  readonly value: number;
}

/** A few changes of a file; `at` is a part of its length. */
export const mutations: fc.Arbitrary<readonly Mutation[]> = fc.array(
  fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    kind: fc.constantFrom('set', 'set', 'set', 'ones', 'zeros', 'cut', 'double'),
    value: fc.integer({ min: 0, max: 255 }),
  }),
  { minLength: 1, maxLength: 4 },
);

/** The file with the changes made. */
export function mutate(file: Uint8Array, changes: readonly Mutation[]): Uint8Array<ArrayBuffer> {
  let bytes = Buffer.from(file);
  for (const { at, kind, value } of changes) {
    const place = Math.floor(at * bytes.length);
    if (kind === 'set') bytes.subarray(place, place + 1).fill(value);
    else if (kind === 'ones') bytes.subarray(place, place + 8).fill(0xff);
    else if (kind === 'zeros') bytes.subarray(place, place + 8).fill(0);
    else if (kind === 'cut') bytes = bytes.subarray(0, place);
    else bytes = Buffer.concat([bytes, bytes.subarray(place, place + 64)]);
  }
  return new Uint8Array(bytes);
}
