import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { CompactRange } from '../../src/audit/tree/compact-range.ts';
import type { NodeAddress } from '../../src/audit/tree/node-address.ts';
import {
  proveConsistency,
  proveInclusion,
  verifyConsistency,
  verifyInclusion,
} from '../../src/audit/tree/proofs.ts';
import { leafHash } from '../../src/audit/tree/tree-hash.ts';
import { utf8Bytes } from '../../src/bytes/index.ts';

const entries = Array.from({ length: 300 }, (_, at) => utf8Bytes(`entry ${at}`));
const size = fc.integer({ min: 1, max: entries.length });

/** The definition of RFC 6962 §2.1, word for word. */
function referenceRoot(leaves: readonly Uint8Array[]): Buffer {
  const [only] = leaves;
  if (only === undefined) return createHash('sha256').digest();
  if (leaves.length === 1) return createHash('sha256').update(Uint8Array.of(0)).update(only).digest();
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return createHash('sha256')
    .update(Uint8Array.of(1))
    .update(referenceRoot(leaves.slice(0, split)))
    .update(referenceRoot(leaves.slice(split)))
    .digest();
}

function treeOf(count: number) {
  const nodes = new Map<string, Uint8Array>();
  const range = new CompactRange();
  for (const entry of entries.slice(0, count)) {
    range.append(leafHash(entry), ({ level, index }, hash) => nodes.set(`${level}/${index}`, hash));
  }
  const read = ({ level, index }: NodeAddress) => Promise.resolve(nodes.get(`${level}/${index}`)!);
  return { size: count, root: range.root(), read };
}

test('the root is the one that RFC 6962 defines, for every size', () => {
  for (let count = 0; count <= 130; count++) {
    assert.deepEqual(
      Buffer.from(treeOf(count).root),
      referenceRoot(entries.slice(0, count)),
      `size ${count}`,
    );
  }
});

test('every leaf has a path to the root, which proves no other leaf, place, size or root', async () => {
  await fc.assert(
    fc.asyncProperty(size, fc.nat(), fc.nat(), async (count, pick, other) => {
      const tree = treeOf(count);
      const index = pick % count;
      const proof = await proveInclusion(tree.read, index, count);
      const leaf = leafHash(entries[index]!);
      assert.ok(verifyInclusion({ leaf, index }, tree, proof));
      assert.ok(!verifyInclusion({ leaf: leafHash(utf8Bytes('forged')), index }, tree, proof));
      if (other % count !== index)
        assert.ok(!verifyInclusion({ leaf: leaf, index: other % count }, tree, proof));
      assert.ok(!verifyInclusion({ leaf, index }, { ...tree, root: leafHash(entries[0]!).fill(1) }, proof));
      assert.ok(!verifyInclusion({ leaf, index }, tree, [...proof, leaf]));
      assert.ok(proof.length === 0 || !verifyInclusion({ leaf, index }, tree, proof.slice(1)));
    }),
  );
});

test('every older tree is proved to be the beginning of a newer one, and of no other', async () => {
  await fc.assert(
    fc.asyncProperty(size, size, async (a, b) => {
      const [older, newer] = [treeOf(Math.min(a, b)), treeOf(Math.max(a, b))];
      const proof = await proveConsistency(newer.read, older.size, newer.size);
      assert.ok(verifyConsistency(older, newer, proof));
      const changed = { ...older, root: Uint8Array.from(older.root, (byte) => byte ^ 1) };
      assert.ok(!verifyConsistency(changed, newer, proof));
      assert.ok(!verifyConsistency(older, newer, [...proof, older.root]));
      if (older.size < newer.size) {
        const grown = { ...newer, root: Uint8Array.from(newer.root, (byte) => byte ^ 1) };
        assert.ok(!verifyConsistency(older, grown, proof));
      }
    }),
  );
});

test('a proof with a changed byte proves nothing', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 2, max: 300 }), fc.nat(), fc.nat(), async (count, pick, at) => {
      const tree = treeOf(count);
      const index = pick % count;
      const proof = await proveInclusion(tree.read, index, count);
      const which = at % proof.length;
      const forged = proof.map((hash, place) => (place === which ? hash.map((byte) => byte ^ 0x80) : hash));
      assert.ok(!verifyInclusion({ leaf: leafHash(entries[index]!), index }, tree, forged));
    }),
  );
});
