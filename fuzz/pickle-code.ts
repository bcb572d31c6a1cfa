import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { OPCODE_OF_BYTE } from '../src/formats/index.ts';
import { hostileNumber } from './changed.ts';

const FIXTURES = join(import.meta.dirname, '../test/scan/pickle/fixtures/ordinary.json');
const CODES = OPCODE_OF_BYTE.flatMap((opcode, byte) => (opcode === undefined ? [] : [byte]));

/** Pickles, joblib files and archives as Python's libraries write them. */
export const ordinaryPickles: readonly Uint8Array[] = Object.values(
  JSON.parse(readFileSync(FIXTURES, 'utf8')) as Record<string, string>,
).map((content) => new Uint8Array(Buffer.from(content, 'base64')));

const words = fc
  .constantFrom(
    ...[
      'N',
      'K\x01',
      ']',
      '}',
      ')',
      '(',
      '0',
      '2',
      'Va\n',
      'I01\n',
      'L5L\n',
      'F1.5\n',
      "S'a'\n",
      '\x85',
      'q\x01',
    ],
    ...[
      'h\x01',
      'R',
      'b',
      'e',
      'u',
      'a',
      's',
      't',
      'd',
      'l',
      'o',
      '\x81',
      '\x92',
      '\x93',
      '\x94',
      '\x8c\x03int',
    ],
    ...[
      'cbuiltins\ngetattr\n',
      'ccollections\nOrderedDict\n',
      'cnumpy\ndtype\n',
      'ios\nsystem\n',
      'P1\n',
      'Q',
    ],
    ...[
      'ctorch._utils\n_rebuild_tensor_v2\n',
      'ccopyreg\n_reconstructor\n',
      'cfunctools\npartial\n',
      '\x80\x04',
    ],
    ...[
      'cnumpy.core.multiarray\n_reconstruct\n',
      'cjoblib.numpy_pickle\nNumpyArrayWrapper\n',
      '\x8f',
      '\x90',
      '\x91',
    ],
  )
  .map((text) => [...Buffer.from(text, 'latin1')]);
/** Opcodes with a length, and a length that lies. */
const counted = fc
  .tuple(
    fc.constantFrom(0x42, 0x58, 0x8d, 0x8e, 0x8b, 0x95, 0x96, 0x54),
    hostileNumber,
    fc.uint8Array({ maxLength: 12 }),
  )
  .map(([code, length, data]) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(length);
    const isWide = [0x8d, 0x8e, 0x95, 0x96].includes(code);
    return [code, ...bytes.subarray(0, isWide ? 8 : 4), ...data];
  });
const piece = fc.oneof(
  { weight: 4, arbitrary: words },
  { weight: 3, arbitrary: fc.constantFrom(...CODES).map((code) => [code]) },
  { weight: 1, arbitrary: counted },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 4 }).map((bytes) => [...bytes]) },
);
/** Many of one thing: deep stacks, long memos, marks upon marks. */
const heap = fc
  .tuple(fc.constantFrom('(', ']', '}', '\x85', '2', '\x8c\x01a\x94', ')R', '](K\x01e'), fc.nat(5000))
  .map(([text, count]) => [...Buffer.from(`N${text.repeat(count)}`, 'latin1')]);

/** Programs of the pickle machine, several in a row, well or badly formed. */
export const pickleCode: fc.Arbitrary<Uint8Array> = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.flat()) },
      { weight: 1, arbitrary: heap },
    ),
    { minLength: 1, maxLength: 3 },
  )
  .map((streams) => Uint8Array.from(streams.flatMap((stream) => [...stream, 0x2e])));
