import assert from 'node:assert/strict';
import test from 'node:test';
import { scanBytes } from '../core/scan-bytes.ts';

// Beginnings of random files, as raw weights or encrypted archives have them: opcodes by chance, which CPython refuses.
const NOISE = {
  'an extension code': '4e83f549008fa86d20a3709acf4b7dec5fcb8222b5c7bd33',
  'a call of None': '4e4322a3b7750e132fdc62a35e2d0d3d3f0d1c3573ee884d',
  'an extension code of zero': '5d72a0611fdb8f840d9b13a3df5a9e36ef15b24a78307e37',
  'a call of a number': '4d998d4b5481b8c070e1db6a4875f817702204118f1427fb',
  'a malformed import': '631543796271e82e82b03fa300ff8511dde7754d1419b9bd',
  'a malformed number': '491bccab5fdaf17817e36c7081acb78b40225bbdced8abce',
  'a protocol that is none': '284e801b63a3215e77b2a0a90c05aa29df761f5aa40d9808',
};

for (const [what, hex] of Object.entries(NOISE)) {
  test(`noise that reads like ${what} is no malicious pickle`, async () => {
    const { verdict } = await scanBytes(Buffer.from(hex, 'hex'), 'weights.bin');
    assert.notEqual(verdict, 'malicious');
    assert.notEqual(verdict, 'clean');
  });
}
