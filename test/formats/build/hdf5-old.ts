import { concatBytes, utf8Bytes } from '../../../src/bytes/index.ts';
import { u32, u64 } from './gguf.ts';
import { u16 } from './hdf5.ts';

const UNDEFINED = new Uint8Array(8).fill(0xff);
const padded = (text: string, length: number): Uint8Array => utf8Bytes(text.padEnd(length, '\0'));

/** A file of superblock 0: a group with a symbol table of one soft and one hard link, an attribute in the global heap. */
export function symbolTableFile(): Uint8Array {
  const message = (type: number, body: Uint8Array) =>
    concatBytes(u16(type), u16(body.length), new Uint8Array(4), body);
  const entry = (name: number, address: Uint8Array, [cache, scratch]: readonly [number, number]) =>
    concatBytes(u64(name), address, u32(cache), u32(0), u32(scratch), new Uint8Array(12));
  const attribute = concatBytes(
    Uint8Array.of(1, 0),
    u16(13),
    u16(16),
    u16(8),
    padded('model_config', 16),
    concatBytes(Uint8Array.of(0x19, 1, 0, 0), u32(16), new Uint8Array(8)),
    Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0),
    concatBytes(u32(2), u64(600), u32(1)),
  );
  const messages = concatBytes(
    message(0x11, concatBytes(u64(300), u64(400))),
    message(0x0c, padTo8(attribute)),
  );
  const root = concatBytes(Uint8Array.of(1, 0), u16(2), u32(1), u32(messages.length), u32(0), messages);
  const file = new Uint8Array(800);
  const put = (at: number, ...parts: Uint8Array[]) => {
    file.set(concatBytes(...parts), at);
  };
  put(
    0,
    Uint8Array.of(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0, 0, 8, 8, 0),
    u16(4),
    u16(16),
    u32(0),
  );
  put(24, u64(0), UNDEFINED, u64(800), UNDEFINED, entry(0, u64(96), [0, 0]));
  put(96, root);
  put(300, utf8Bytes('TREE'), Uint8Array.of(0, 0), u16(1), UNDEFINED, UNDEFINED, u64(0), u64(500), u64(8));
  put(400, utf8Bytes('HEAP'), new Uint8Array(4), u64(32), UNDEFINED, u64(440));
  put(440, padded('', 8), padded('soft', 8), padded('/target', 8), padded('hard', 8));
  put(
    500,
    utf8Bytes('SNOD'),
    Uint8Array.of(1, 0),
    u16(2),
    entry(8, UNDEFINED, [2, 16]),
    entry(24, u64(700), [0, 0]),
  );
  put(
    600,
    utf8Bytes('GCOL'),
    Uint8Array.of(1, 0, 0, 0),
    u64(48),
    u16(1),
    u16(1),
    u32(0),
    u64(2),
    utf8Bytes('{}'),
  );
  put(700, Uint8Array.of(1, 0), u16(0), u32(1), u32(0), u32(0));
  return file;
}

function padTo8(bytes: Uint8Array): Uint8Array {
  return concatBytes(bytes, new Uint8Array((8 - (bytes.length % 8)) % 8));
}
