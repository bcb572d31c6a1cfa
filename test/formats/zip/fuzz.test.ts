import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { memorySource } from '../../../src/bytes/index.ts';
import { openZipMember, readZip } from '../../../src/formats/index.ts';
import { buildZip } from '../../kit/zip-builder.ts';

const SEED = buildZip({
  members: [
    { name: 'a/data.pkl', content: 'abc', descriptor: 'signed' },
    { name: 'b', content: 'x'.repeat(500), deflate: true },
    { name: 'inner.zip', content: buildZip({ members: [{ name: 'c', content: 'd' }] }) },
  ],
  comment: new Uint8Array(30),
});

async function readAll(bytes: Uint8Array): Promise<void> {
  const source = memorySource(bytes);
  const { members, gaps } = await readZip(source, { maxMembers: 100 });
  assert.ok(members.length <= 400);
  for (const { start, end } of gaps) assert.ok(start >= 0 && start <= end && end <= bytes.length);
  for (const member of members) {
    assert.ok(
      member.data.start <= member.data.end && member.data.end <= Math.max(bytes.length, member.data.start),
    );
    const content = openZipMember(source, member);
    if (content.kind !== 'deflated') continue;
    let size = 0;
    for await (const chunk of content.open(() => undefined)) if ((size += chunk.length) > 1 << 20) break;
  }
}

test('mutated archives never throw and stay within their file', async () => {
  const change = fc.record({
    at: fc.nat(SEED.length - 1),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 6 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
      const mutated = new Uint8Array(SEED);
      for (const { at, bytes } of changes) mutated.set(bytes.subarray(0, mutated.length - at), at);
      await readAll(mutated);
    }),
    { numRuns: 400 },
  );
});

test('archives cut or spliced anywhere never throw', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(SEED.length), fc.nat(SEED.length), async (a, b) => {
      await readAll(Buffer.concat([SEED.subarray(0, a), SEED.subarray(b)]));
    }),
    { numRuns: 300 },
  );
});
