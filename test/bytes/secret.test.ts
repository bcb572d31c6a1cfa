import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { SecretBytes, utf8Bytes } from '../../src/bytes/index.ts';

test('a secret that came as text is its UTF-8 bytes, however it is asked for first', () => {
  for (const text of ['', 'srp_abc', 'Schlüssel 🔑']) {
    const [first, second] = [SecretBytes.ofText(text), SecretBytes.ofText(text)];
    assert.equal(first.exposeToHash(), text);
    assert.deepEqual(Buffer.from(first.expose()), Buffer.from(utf8Bytes(text)));
    assert.deepEqual(first.exposeToHash(), first.expose());
    assert.equal(second.length, utf8Bytes(text).length);
  }
});

test('a secret that came as text is zeros once it was wiped, and never prints', () => {
  const secret = SecretBytes.ofText('srp_abc');
  for (const shown of [String(secret), JSON.stringify({ secret }), inspect(secret)])
    assert.doesNotMatch(shown, /srp/);
  secret.wipe();
  assert.deepEqual([...secret.expose()], [0, 0, 0, 0, 0, 0, 0]);
});
