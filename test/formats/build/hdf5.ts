import { concatBytes, utf8Bytes } from '../../../src/bytes/index.ts';
import { u64 } from './gguf.ts';

const ROOT_ADDRESS = 48;
const SIGNATURE = Uint8Array.of(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a);
const UNDEFINED = new Uint8Array(8).fill(0xff);

export function u16(value: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(value & 0xff, value >> 8);
}

/** A message of an object header: type and body. */
export type BuiltMessage = readonly [type: number, body: Uint8Array];

/** An HDF5 file (superblock 2, object header 2, no check sums) whose root group has these messages. */
export function hdf5File(
  messages: readonly BuiltMessage[],
  userBlock: number | Uint8Array = 0,
): Uint8Array<ArrayBuffer> {
  const root = objectHeader(messages);
  const front = typeof userBlock === 'number' ? new Uint8Array(userBlock) : userBlock;
  const end = front.length + ROOT_ADDRESS + root.length;
  const superblock = concatBytes(
    SIGNATURE,
    Uint8Array.of(2, 8, 8, 0),
    u64(front.length),
    UNDEFINED,
    u64(end),
    u64(ROOT_ADDRESS),
    new Uint8Array(4),
  );
  return concatBytes(front, superblock, root);
}

/** An object header of version 2 with a chunk of four-byte size. */
export function objectHeader(messages: readonly BuiltMessage[]): Uint8Array<ArrayBuffer> {
  const body = concatBytes(
    ...messages.map(([type, bytes]) =>
      concatBytes(Uint8Array.of(type), u16(bytes.length), Uint8Array.of(0), bytes),
    ),
  );
  const size = new Uint8Array(4);
  new DataView(size.buffer).setUint32(0, body.length, true);
  return concatBytes(utf8Bytes('OHDR'), Uint8Array.of(2, 2), size, body, new Uint8Array(4));
}

/** An attribute (version 3) with a text of fixed length. */
export function textAttribute(name: string, text: string): BuiltMessage {
  const bytes = utf8Bytes(text);
  const nameBytes = utf8Bytes(`${name}\0`);
  const size = new Uint8Array(4);
  new DataView(size.buffer).setUint32(0, bytes.length, true);
  const type = concatBytes(Uint8Array.of(0x13, 0, 0, 0), size);
  const space = Uint8Array.of(2, 0, 0, 0);
  const head = concatBytes(
    Uint8Array.of(3, 0),
    u16(nameBytes.length),
    u16(type.length),
    u16(space.length),
    Uint8Array.of(0),
  );
  return [0x0c, concatBytes(head, nameBytes, type, space, bytes)];
}

/** A link message to another file. */
export function externalLink(name: string, file: string): BuiltMessage {
  const value = utf8Bytes(`\0${file}\0/data\0`);
  const nameBytes = utf8Bytes(name);
  return [
    0x06,
    concatBytes(Uint8Array.of(1, 0x08, 64, nameBytes.length), nameBytes, u16(value.length), value),
  ];
}

/** A link message to an object of this file. */
export function hardLink(name: string, address: number): BuiltMessage {
  const nameBytes = utf8Bytes(name);
  return [0x06, concatBytes(Uint8Array.of(1, 0, nameBytes.length), nameBytes, u64(address))];
}
