import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { concatBytes, memorySource, toHex, utf8Bytes } from '../../../src/bytes/index.ts';
import { type CompressedFormat, DECODERS, type FormatProblem } from '../../../src/formats/index.ts';

interface Fixtures {
  readonly sha256: string;
  readonly size: number;
  readonly files: readonly {
    readonly name: string;
    readonly format: CompressedFormat;
    readonly base64: string;
  }[];
  readonly unsupported: string;
}

const FIXTURES = JSON.parse(
  readFileSync(new URL('fixtures/compressed.json', import.meta.url), 'utf8'),
) as Fixtures;

interface Decoded {
  readonly content: Uint8Array;
  readonly end: number;
  readonly problems: readonly FormatProblem[];
}

async function decode(format: CompressedFormat, bytes: Uint8Array, maxBytes = 1 << 24): Promise<Decoded> {
  const problems: FormatProblem[] = [];
  const stream = DECODERS[format]({
    source: memorySource(bytes),
    start: 0,
    note: (problem) => problems.push(problem),
  });
  const parts: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const next = await stream.next();
    if (next.done === true) return { content: concatBytes(...parts), end: next.value, problems };
    parts.push(next.value);
    size += next.value.length;
    if (size > maxBytes) {
      await stream.return(0);
      return { content: concatBytes(...parts), end: 0, problems };
    }
  }
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const bytesOf = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, 'base64'));
const plain = utf8Bytes('strongroom '.repeat(2000));
const OURS: readonly { readonly format: CompressedFormat; readonly bytes: Uint8Array }[] = [
  { format: 'gzip', bytes: new Uint8Array(gzipSync(plain)) },
  { format: 'zlib', bytes: new Uint8Array(deflateSync(plain)) },
  { format: 'zstd', bytes: new Uint8Array(zstdCompressSync(plain)) },
];
const ALL = [...OURS, ...FIXTURES.files.map(({ format, base64 }) => ({ format, bytes: bytesOf(base64) }))];

for (const { name, format, base64 } of FIXTURES.files) {
  test(`decompresses ${name} as its own tool made it`, async () => {
    const bytes = bytesOf(base64);
    const { content, end, problems } = await decode(format, bytes);
    assert.deepEqual(problems, []);
    assert.equal(content.length, FIXTURES.size);
    assert.equal(sha256(content), FIXTURES.sha256);
    assert.equal(end, bytes.length);
  });
}

for (const { format, bytes } of OURS) {
  test(`decompresses ${format}, also several one after another where the format allows it`, async () => {
    assert.equal(toHex((await decode(format, bytes)).content), toHex(plain));
    if (format === 'zlib') return;
    const twice = await decode(format, concatBytes(bytes, bytes));
    assert.equal(toHex(twice.content), toHex(concatBytes(plain, plain)));
    assert.deepEqual(twice.problems, []);
  });
}

for (const { format, bytes } of ALL) {
  test(`tells where ${format} of ${bytes.length} bytes ends when more follows`, async () => {
    const { end, problems } = await decode(format, concatBytes(bytes, utf8Bytes('something that follows')));
    assert.equal(end, bytes.length);
    assert.deepEqual(problems, []);
  });

  test(`gives what comes before the cut of ${format} of ${bytes.length} bytes, and notes the cut`, async () => {
    const whole = (await decode(format, bytes)).content;
    const { content, problems } = await decode(format, bytes.subarray(0, bytes.length - 5));
    assert.ok(problems.some(({ severity }) => severity === 'error'));
    assert.equal(toHex(content), toHex(whole.subarray(0, content.length)));
  });

  test(`bad bytes in ${format} of ${bytes.length} bytes never throw, hang or expand without end`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.integer({ min: 1, max: 255 }), async (place, change) => {
        const mutated = new Uint8Array(bytes);
        const at = place % mutated.length;
        mutated[at] = (mutated[at] ?? 0) ^ change;
        const { content } = await decode(format, mutated, 1 << 22);
        assert.ok(content.length <= (1 << 22) + (1 << 24));
      }),
      { numRuns: 40 },
    );
  });
}

test('notes a wrong check sum after the content was given', async () => {
  for (const [format, fromEnd] of [
    ['gzip', 6],
    ['lz4', 2],
  ] as const) {
    const bytes = new Uint8Array(ALL.find((each) => each.format === format)!.bytes);
    bytes[bytes.length - fromEnd]! ^= 0xff;
    const { content, problems } = await decode(format, bytes);
    assert.ok(content.length > 0);
    assert.deepEqual(
      problems.map(({ code }) => code),
      [`${format.toUpperCase()}_CHECKSUM`],
    );
  }
});

test('says that it cannot follow other filters of xz than LZMA2', async () => {
  const { problems } = await decode('xz', bytesOf(FIXTURES.unsupported));
  assert.deepEqual(
    problems.map(({ code, severity }) => [code, severity]),
    [['XZ_UNSUPPORTED', 'limit']],
  );
});

test('a window that is larger than a safe limit is refused, not allocated', async () => {
  // A zstd frame whose window descriptor asks for 2^41 bytes.
  const frame = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xf8, 0x01, 0x00, 0x00);
  assert.equal((await decode('zstd', frame)).problems[0]?.severity, 'error');
});

for (const format of Object.keys(DECODERS) as CompressedFormat[]) {
  test(`random bytes as ${format} end without an exception`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (bytes) => {
        await decode(format, bytes, 1 << 20);
      }),
      { numRuns: 60 },
    );
  });
}
