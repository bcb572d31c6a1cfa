import fc from 'fast-check';
import type { ProtoSchema } from '../src/formats/protobuf/schema.ts';
import { type BuiltField, protobufMessage, varint } from '../test/formats/build/protobuf.ts';
import { hostileName, hostileNumber } from './changed.ts';

const WIRE_LENGTH = 2;

/** Fields that the schema does not know, of every wire type, groups and what is none. */
const stray: fc.Arbitrary<Uint8Array> = fc
  .tuple(fc.integer({ min: 0, max: 3000 }), fc.nat(7), fc.uint8Array({ maxLength: 12 }))
  .map(([number, wire, data]) => new Uint8Array(Buffer.concat([varint(number * 8 + wire), data])));

/** A field whose length says what it likes. */
const lying: fc.Arbitrary<Uint8Array> = fc
  .tuple(fc.integer({ min: 1, max: 30 }), hostileNumber, fc.uint8Array({ maxLength: 12 }))
  .map(
    ([number, length, data]) =>
      new Uint8Array(Buffer.concat([varint(number * 8 + WIRE_LENGTH), varint(length), data])),
  );

/** Messages of a schema: its fields in any order and number, a few of them wrong. */
export function protobufFiles(schema: ProtoSchema, root: string): fc.Arbitrary<Uint8Array> {
  const messages = fc.letrec<Record<string, Uint8Array>>((tie) =>
    Object.fromEntries(
      Object.entries(schema).map(([name, shape]) => {
        const fields = Object.entries(shape).map(([number, field]) => {
          const value: fc.Arbitrary<BuiltField[1]> =
            field.kind === 'message' && field.message !== undefined
              ? tie(field.message)
              : field.kind === 'varint'
                ? hostileNumber
                : fc.oneof(hostileName, fc.uint8Array({ maxLength: 20 }));
          return value.map((content) => protobufMessage([Number(number), content]));
        });
        const simple = fc.constant(new Uint8Array(0));
        const field = fc.oneof(
          { weight: 12, arbitrary: fc.oneof(...fields) },
          { weight: 1, arbitrary: stray },
          { weight: 1, arbitrary: lying },
        );
        const message = fc
          .array(field, { maxLength: 5 })
          .map((parts): Uint8Array => new Uint8Array(Buffer.concat(parts)));
        return [name, fc.oneof({ maxDepth: 7 }, simple, message, message)];
      }),
    ),
  );
  const whole = messages[root];
  if (whole === undefined) throw new Error(`no message ${root}`);
  return whole;
}

/** A message in a message, to any depth. */
export function nestedMessages(number: number): fc.Arbitrary<Uint8Array> {
  return fc.nat(400).map((depth) => {
    let message = new Uint8Array(0);
    for (let level = 0; level < depth; level++) message = protobufMessage([number, message]);
    return message;
  });
}
