import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import test from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import {
  type ByteSource,
  concatBytes,
  formatCanonicalJson,
  memorySource,
  toHex,
  utf8Bytes,
} from '../../../src/bytes/index.ts';
import { sha256 } from '../../../src/crypto/index.ts';
import { isStrongroomError } from '../../../src/errors/index.ts';
import { RULE_SET, RULES, type Rule, ScanWorker, scanInWorker, scanSource } from '../../../src/scan/index.ts';
import { buildTar } from '../../kit/tar-builder.ts';
import { buildZip } from '../../kit/zip-builder.ts';
import { HARMLESS, PAYLOAD, rulesOf, scanBytes } from './scan-bytes.ts';

test('an empty file, text and a picture are clean; noise is unknown', async () => {
  assert.equal((await scanBytes(new Uint8Array(0))).verdict, 'clean');
  assert.equal((await scanBytes('just words', 'a.txt')).verdict, 'clean');
  const report = await scanBytes(concatBytes(Uint8Array.of(0, 1, 2, 3), randomBytes(500)));
  assert.deepEqual([report.verdict, report.status], ['unknown', 'complete']);
});

test('a name that promises a format which the content is not is held against it', async () => {
  for (const [name, bytes] of [
    ['model.safetensors', randomBytes(100)],
    ['a.npy', utf8Bytes('text')],
    ['config.json', new Uint8Array(gzipSync('{}'))],
    ['a.png', utf8Bytes('#!/bin/sh\n')],
  ] as const) {
    assert.ok(rulesOf(await scanBytes(bytes, name)).includes('FORMAT_EXTENSION_MISMATCH'), name);
  }
});

test('the rule set has a digest over all that rules say', () => {
  const { version, digest } = RULE_SET;
  assert.equal(digest, toHex(sha256(utf8Bytes(formatCanonicalJson({ version, rules: RULES })))));
});

test('every rule speaks: a title, what it means, what to do, and a name that tells its area', () => {
  for (const [id, { title, about, advice, severity, verdict }] of Object.entries<Rule>(RULES)) {
    assert.match(id, /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/);
    for (const text of [title, about, advice]) assert.ok(text.length > 3, id);
    assert.ok(!title.endsWith('.') && !advice.endsWith('.'), id);
    if (verdict === 'malicious') assert.ok(['critical', 'high'].includes(severity), id);
  }
});

test('time, bytes and operations end a scan as inconclusive', async () => {
  const zip = buildZip({
    members: [
      { name: 'a.pkl', content: HARMLESS },
      { name: 'b.txt', content: 'x'.repeat(100_000), deflate: true },
    ],
  });
  for (const limits of [{ maxMs: -1 }, { maxBytes: 50 }, { maxOperations: 3 }, { maxDepth: 0 }]) {
    const report = await scanBytes(zip, 'a.zip', limits);
    assert.deepEqual([report.verdict, report.status], ['unknown', 'inconclusive'], JSON.stringify(limits));
    assert.ok(rulesOf(report).includes('SCAN_LIMIT'));
  }
});

test('what was found before a limit is told', async () => {
  const zip = buildZip({
    members: [
      { name: 'a.pkl', content: PAYLOAD },
      { name: 'b.txt', content: 'x'.repeat(1 << 20), deflate: true },
    ],
  });
  const report = await scanBytes(zip, 'a.zip', { maxBytes: 1 << 19 });
  assert.deepEqual([report.verdict, report.status], ['malicious', 'inconclusive']);
});

test('a flood of trifles does not hide what counts', async () => {
  const links = Array.from({ length: 50 }, (_, at) => ({ name: `f${at}`, content: 'x', type: 'S' }));
  const report = await scanBytes(buildTar([...links, { name: 'p', content: PAYLOAD }]), 'a.tar', {
    maxFindings: 20,
  });
  assert.equal(report.verdict, 'malicious');
  assert.equal(report.findings.length, 20);
  assert.ok(report.findingsDropped > 0);
});

test('a source that fails is no finding: its error is thrown', async () => {
  const failing: ByteSource = {
    size: 100,
    read: (offset) =>
      offset > 0 ? Promise.reject(new Error('disk')) : Promise.resolve(utf8Bytes('PK\x03\x04')),
  };
  await assert.rejects(scanSource(failing, { name: 'x' }), /disk/);
  await assert.rejects(scanInWorker(failing, { name: 'x' }), /disk/);
});

test('a scan can be given up', async () => {
  const source = memorySource(utf8Bytes('text'));
  const isAborted = (error: unknown): boolean => isStrongroomError(error, 'ABORTED');
  await assert.rejects(scanSource(source, { name: 'x', signal: AbortSignal.abort() }), isAborted);
  await assert.rejects(scanInWorker(source, { name: 'x', signal: AbortSignal.abort() }), isAborted);
  const stuck: ByteSource = { size: 100, read: () => new Promise(() => undefined) };
  const controller = new AbortController();
  const scan = scanInWorker(stuck, { name: 'x', signal: controller.signal });
  controller.abort();
  await assert.rejects(scan, isAborted);
});

test('a worker reports what a scan in place reports, for one file after another', async () => {
  await using worker = new ScanWorker();
  for (const bytes of [PAYLOAD, HARMLESS, buildZip({ members: [{ name: 'x', content: PAYLOAD }] })]) {
    const source = memorySource(bytes);
    assert.deepEqual(await worker.scan(source, { name: 'x' }), await scanSource(source, { name: 'x' }));
  }
});

test('a scan that hangs is killed, is inconclusive, and the next one has a fresh thread', async () => {
  await using worker = new ScanWorker();
  const stuck: ByteSource = { size: 100, read: () => new Promise(() => undefined) };
  const report = await worker.scan(stuck, { name: 'x', limits: { maxMs: -1990 } });
  assert.deepEqual([report.verdict, report.status], ['unknown', 'inconclusive']);
  assert.equal((await worker.scan(memorySource(HARMLESS), { name: 'x' })).verdict, 'clean');
});

/** An archive whose pickle is found, and whose last member is never handed over. */
function stuckArchive(): ByteSource {
  const zip = buildZip({
    members: [
      { name: 'm/data.pkl', content: PAYLOAD },
      { name: 'm/last.pkl', content: concatBytes(HARMLESS.subarray(0, -1), new Uint8Array(1 << 20)) },
    ],
  });
  const source = memorySource(zip);
  return {
    size: zip.length,
    read(offset, length) {
      // Only the last member is read in pieces as long as this.
      return length > 500_000 ? new Promise(() => undefined) : source.read(offset, length);
    },
  };
}

test('a scan that is killed keeps what it had found', async () => {
  await using worker = new ScanWorker();
  // The thread is there when the time begins to count.
  await worker.scan(memorySource(HARMLESS), { name: 'x' });
  const found: string[] = [];
  const report = await worker.scan(stuckArchive(), {
    name: 'm.pt',
    limits: { maxMs: 500 },
    onFound: (each) => found.push(each.kind === 'finding' ? each.finding.rule : each.format),
  });
  assert.deepEqual([report.verdict, report.status], ['malicious', 'inconclusive'], JSON.stringify(report));
  assert.ok(report.formats.includes('zip'));
  assert.ok(found.includes('zip'));
  for (const rule of rulesOf(report)) assert.ok(rule === 'SCAN_LIMIT' || found.includes(rule), rule);
});

test('memory beyond a file costs no more than its budget: reads are bounded by what is left', async () => {
  const endless: ByteSource = {
    size: Number.MAX_SAFE_INTEGER,
    read: (_offset, length) => Promise.resolve(new Uint8Array(Math.min(length, 1 << 20)).fill(0x20)),
  };
  const report = await scanSource(endless, { name: 'x', limits: { maxBytes: 1 << 24 } });
  assert.equal(report.status, 'inconclusive');
});

const SEEDS: readonly Uint8Array[] = [
  buildZip({
    members: [
      { name: 'm/data.pkl', content: PAYLOAD, deflate: true },
      { name: 'm/data/0', content: randomBytes(64), descriptor: 'signed' },
    ],
  }),
  buildTar([
    { name: 'a', content: HARMLESS },
    { name: 'c.json', content: '{"a": [1]}' },
  ]),
  new Uint8Array(gzipSync(buildTar([{ name: 'a', content: PAYLOAD }]))),
  new Uint8Array(zstdCompressSync(HARMLESS)),
  utf8Bytes('a: !!python/tuple [1]\n'),
  PAYLOAD,
];

test('mutated files never crash a scan, and are never clean beyond the budget', async () => {
  const change = fc.record({ at: fc.nat(), bytes: fc.uint8Array({ minLength: 1, maxLength: 8 }) });
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...SEEDS),
      fc.array(change, { minLength: 1, maxLength: 3 }),
      async (seed, changes) => {
        const bytes = new Uint8Array(seed);
        for (const { at, bytes: patch } of changes) {
          const place = at % bytes.length;
          bytes.set(patch.subarray(0, bytes.length - place), place);
        }
        const report = await scanBytes(bytes, 'x', { maxBytes: 1 << 24, maxMs: 20_000 });
        assert.notEqual(report.status, 'error', JSON.stringify(report.findings));
        assert.ok(report.verdict !== 'clean' || report.status === 'complete');
      },
    ),
    { numRuns: 400 },
  );
});

test('random bytes never crash a scan', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 600 }),
      fc.constantFrom('x', 'a.pkl', 'b.json', 'c.py'),
      async (bytes, name) => {
        const report = await scanBytes(bytes, name);
        assert.notEqual(report.status, 'error', JSON.stringify(report.findings));
      },
    ),
    { numRuns: 300 },
  );
});
