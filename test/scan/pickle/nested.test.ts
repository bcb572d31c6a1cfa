import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import {
  assemble,
  bytes,
  global,
  latin1,
  PAYLOAD,
  PAYLOAD_FILE,
  proto,
  reduce,
  stackGlobal,
  text,
  tuple,
} from './assemble.ts';
import { scanBytes, shown } from './scan-pickle.ts';

const INNER = assemble(proto(4), reduce(stackGlobal('os', 'system'), text('id')), '.');

/** A pickle of data alone that holds something in a dict. */
function holding(value: string): Uint8Array {
  return assemble(proto(4), `}${text('weights')}${value}s.`);
}

function base64(content: Uint8Array, encoding: BufferEncoding = 'base64'): string {
  return Buffer.from(content).toString(encoding);
}

function rot13(value: string): string {
  return value.replaceAll(/[a-z]/gi, (letter) => {
    const base = letter < 'a' ? 65 : 97;
    return String.fromCharCode(((letter.charCodeAt(0) - base + 13) % 26) + base);
  });
}

const HIDDEN: Readonly<Record<string, string>> = {
  'bytes as they are': bytes(INNER),
  'bytes of protocol 0, without PROTO': bytes(PAYLOAD_FILE),
  'a byte array': `\x96${'\0'.repeat(0)}${String.fromCharCode(INNER.length)}\0\0\0\0\0\0\0${latin1(INNER)}`,
  'a Python 2 string': `U${String.fromCharCode(INNER.length)}${latin1(INNER)}`,
  'text of protocol 0': text(PAYLOAD + '.'),
  base64: text(base64(INNER)),
  'base64 in bytes': bytes(base64(INNER)),
  'base64 for addresses, without padding': text(base64(INNER, 'base64url')),
  'base64 in lines': text(base64(INNER).replaceAll(/(.{20})/g, '$1\n')),
  hexadecimal: text(base64(INNER, 'hex')),
  'hexadecimal in capitals': text(base64(INNER, 'hex').toUpperCase()),
  'hexadecimal escapes': text(base64(INNER, 'hex').replaceAll(/(..)/g, '\\x$1')),
  zlib: bytes(deflateSync(INNER)),
  gzip: bytes(gzipSync(INNER)),
  zstd: bytes(zstdCompressSync(INNER)),
  'zlib in base64': text(base64(deflateSync(INNER))),
  'base64 in base64 in hexadecimal': text(base64(Buffer.from(base64(Buffer.from(base64(INNER)))), 'hex')),
  rot13: text(rot13(PAYLOAD + '.')),
  reversed: bytes(INNER.toReversed()),
  'a broken inner pickle': bytes(
    assemble(proto(4), reduce(stackGlobal('os', 'system'), text('id')), '\xff\xff\xff\xff'),
  ),
};

for (const [name, value] of Object.entries(HIDDEN)) {
  test(`finds a pickle inside a string: ${name}`, async () => {
    const report = await scanBytes(holding(value));
    assert.equal(report.verdict, 'malicious', shown(report));
    assert.ok(
      report.findings.some(({ rule }) => rule === 'PICKLE_NESTED'),
      shown(report),
    );
    assert.ok(
      report.findings.some(({ place }) => place.length === 1),
      shown(report),
    );
  });
}

test('finds a pickle in a pickle in a pickle', async () => {
  const report = await scanBytes(holding(bytes(holding(text(base64(INNER))))));
  assert.equal(report.verdict, 'malicious', shown(report));
});

test('finds it in bytes of bz2 and xz', async (t) => {
  const script =
    'import sys,bz2,lzma; d=bytes.fromhex(sys.argv[1]); print(bz2.compress(d).hex()); print(lzma.compress(d).hex()); print(lzma.compress(d,format=lzma.FORMAT_ALONE).hex())';
  const { status, stdout } = spawnSync('python3', ['-c', script, base64(INNER, 'hex')], { encoding: 'utf8' });
  if (status !== 0) {
    t.skip('python3 is not there');
    return;
  }
  for (const hex of stdout.trim().split('\n')) {
    const report = await scanBytes(holding(bytes(Buffer.from(hex, 'hex'))));
    assert.equal(report.verdict, 'malicious', `${hex.slice(0, 12)}: ${shown(report)}`);
  }
});

test('finds compiled Python, and programs behind an encoding', async () => {
  const marshalled = Buffer.from(
    `e3${'00000000'.repeat(3)}0200000040000000f30a000000${'97006400'.repeat(10)}`,
    'hex',
  );
  const program = "import os; exec(__import__('base64').b64decode('cHJpbnQoMSk='))";
  for (const value of [
    bytes(marshalled),
    text(base64(Buffer.from(program))),
    bytes(deflateSync(Buffer.from(program))),
  ]) {
    const report = await scanBytes(holding(value));
    assert.equal(report.verdict, 'suspicious', shown(report));
    assert.ok(
      report.findings.some(({ rule }) => rule === 'PICKLE_NESTED_CODE'),
      shown(report),
    );
  }
});

test('a payload given to loads is malicious for the call alone', async () => {
  for (const callee of [
    global('pickle', 'loads'),
    global('dill', 'loads'),
    global('torch.storage', '_load_from_bytes'),
  ]) {
    const report = await scanBytes(assemble(proto(2), reduce(callee, bytes(INNER)), '.'));
    assert.equal(report.verdict, 'malicious', shown(report));
  }
});

test('a storage of PyTorch inside a pickle is scanned as the file that it is', async () => {
  const magic = `${proto(2)}\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.`;
  const evil = assemble(
    magic,
    proto(2),
    'M\xe9\x03.',
    proto(2),
    '}.',
    proto(2),
    PAYLOAD,
    '.',
    proto(2),
    '].',
  );
  const report = await scanBytes(
    assemble(proto(2), reduce(global('torch.storage', '_load_from_bytes'), bytes(evil)), '.'),
  );
  assert.equal(report.verdict, 'malicious', shown(report));
  assert.ok(
    report.findings.some(({ place, rule }) => place.length === 1 && rule === 'PICKLE_DANGEROUS_CALL'),
    shown(report),
  );
});

test('words, keys, hashes and numbers are no payloads', async () => {
  const values = [
    text('bidirectional/forward/lstm_cell/kernel'),
    text('0123456789abcdef'.repeat(4)),
    text('VGhpcyBpcyBqdXN0IHRleHQsIG5vdGhpbmcgZWxzZS4='),
    text('(?u)\\b\\w\\w+\\b(?:[A-Za-z]+)'),
    bytes(new Uint8Array(Buffer.from(Float64Array.from({ length: 60 }, (_, at) => at / 7).buffer))),
    bytes('\x80\x02'.repeat(50)),
    bytes('c'.repeat(100)),
    bytes('MZ'.repeat(50)),
    text('a harmless note of some length.\nin two lines\n'),
    tuple(...Array.from({ length: 30 }, (_, at) => text(`token_number_${at}_of_a_vocabulary`))),
  ];
  for (const value of values) {
    const report = await scanBytes(holding(value));
    assert.equal(report.verdict, 'clean', shown(report));
  }
});

test('a pickle of plain data inside a string is data', async () => {
  const report = await scanBytes(holding(bytes(assemble(proto(4), `](K\x01K\x02e.`))));
  assert.equal(report.verdict, 'clean', shown(report));
});
