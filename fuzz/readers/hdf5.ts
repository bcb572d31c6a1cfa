import fc from 'fast-check';
import { readHdf5 } from '../../src/formats/index.ts';
import {
  type BuiltMessage,
  externalLink,
  hardLink,
  hdf5File,
  objectHeader,
  textAttribute,
} from '../../test/formats/build/hdf5.ts';
import { symbolTableFile } from '../../test/formats/build/hdf5-old.ts';
import { changed, hostileName } from '../changed.ts';
import type { Fuzzer } from '../fuzzer.ts';
import { assertProblems, watchedSource } from '../watched-source.ts';

/** Addresses near the beginning are those of objects; others lead nowhere. */
const address = fc.oneof(fc.nat(400), fc.constant(48), fc.nat());
const message: fc.Arbitrary<BuiltMessage> = fc.oneof(
  fc
    .tuple(fc.constantFrom('model_config', 'x'), hostileName)
    .map(([name, text]) => textAttribute(name, text)),
  fc.tuple(hostileName, hostileName).map(([name, file]) => externalLink(name.slice(0, 50), file)),
  fc.tuple(hostileName, address).map(([name, to]) => hardLink(name.slice(0, 50), to)),
  // Link info, external files, layout, filters, symbol table, continuation, attribute info, whatever they hold.
  fc
    .tuple(
      fc.constantFrom(0x02, 0x06, 0x07, 0x08, 0x0b, 0x0c, 0x10, 0x11, 0x15),
      fc.uint8Array({ maxLength: 60 }),
    )
    .map(([type, body]): BuiltMessage => [type, body]),
  fc
    .tuple(fc.constantFrom(0x02, 0x10, 0x11, 0x15), fc.array(address, { minLength: 2, maxLength: 4 }))
    .map(([type, addresses]): BuiltMessage => {
      const body = Buffer.alloc(2 + 8 * addresses.length);
      for (const [at, value] of addresses.entries())
        body.writeBigUInt64LE(BigInt(value), (type % 2) * 2 + 8 * at);
      return [type, new Uint8Array(body)];
    }),
);
/** Structures behind the root: other objects, and what trees and heaps begin with. */
const part = fc.oneof(
  fc.array(message, { maxLength: 4 }).map((messages): Uint8Array => objectHeader(messages)),
  fc
    .tuple(
      fc.constantFrom('TREE', 'SNOD', 'HEAP', 'GCOL', 'FRHP', 'FHDB', 'FHIB', 'BTHD', 'BTIN', 'BTLF', 'OCHK'),
      fc.uint8Array({ maxLength: 120 }),
    )
    .map(([signature, body]) => new Uint8Array(Buffer.concat([Buffer.from(signature), body]))),
);
const modern = fc
  .tuple(fc.array(message, { maxLength: 6 }), fc.array(part, { maxLength: 4 }), fc.constantFrom(0, 512))
  .map(([messages, parts, userBlock]) => {
    return new Uint8Array(Buffer.concat([hdf5File(messages, userBlock), ...parts]));
  });

export const fuzzer: Fuzzer = {
  files: changed(fc.oneof(modern, fc.constant(new Uint8Array(symbolTableFile())))),
  async read(file) {
    const { problems } = await readHdf5(watchedSource(file), {
      attributes: ['model_config'],
      limits: { maxSteps: 20_000 },
    });
    assertProblems(problems, { size: file.length });
  },
};
