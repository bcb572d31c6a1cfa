import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  deriveToken,
  hintOfToken,
  kindOfToken,
  mintToken,
  TOKEN_CHARS,
  type TokenKind,
} from '../../src/access/token-text.ts';
import { SecretBytes, utf8Bytes } from '../../src/bytes/index.ts';
import { secret, textOf } from './identity-kit.ts';

const KINDS: readonly TokenKind[] = ['personal', 'service-account', 'refresh', 'bootstrap', 'invitation'];

test('a token tells its kind, has 42 characters and the shape that scanners look for', () => {
  for (const kind of KINDS) {
    const token = mintToken(kind);
    assert.equal(kindOfToken(token), kind);
    assert.match(textOf(token), /^sr[psrbi]_[0-9A-Za-z]{38}$/);
    assert.equal(token.length, TOKEN_CHARS);
  }
});

test('no two tokens are the same, and every digit comes up', () => {
  const tokens = Array.from({ length: 2000 }, () => textOf(mintToken('personal')));
  assert.equal(new Set(tokens).size, tokens.length);
  assert.equal(new Set(tokens.join('').replaceAll('_', '')).size, 62);
});

test('one changed character is seen without any look-up', () => {
  const text = textOf(mintToken('service-account'));
  for (let at = 0; at < text.length; at++) {
    const other = text[at] === 'A' ? 'B' : 'A';
    assert.equal(kindOfToken(secret(text.slice(0, at) + other + text.slice(at + 1))), undefined, `at ${at}`);
  }
});

test('of random texts in the right shape none is taken for a token', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[0-9A-Za-z]{38}$/), (body) => {
      assert.equal(kindOfToken(secret(`srp_${body}`)), undefined);
    }),
    { numRuns: 2000 },
  );
});

test('what is no text at all is no token', () => {
  for (const bytes of [new Uint8Array(TOKEN_CHARS).fill(0xff), new Uint8Array(0), new Uint8Array(100_000)])
    assert.equal(kindOfToken(SecretBytes.take(bytes)), undefined);
});

test('a derived token is the same every time, and another under another key or label', () => {
  const derive = (key: string, label: string) =>
    textOf(deriveToken('refresh', secret(key.padEnd(32, '.')), utf8Bytes(label)));
  assert.equal(derive('a', 'x'), derive('a', 'x'));
  assert.notEqual(derive('a', 'x'), derive('b', 'x'));
  assert.notEqual(derive('a', 'x'), derive('a', 'y'));
  assert.equal(kindOfToken(secret(derive('a', 'x'))), 'refresh');
});

test('the hint shows eight characters of forty-two', () => {
  const token = mintToken('personal');
  const text = textOf(token);
  assert.equal(hintOfToken(token), `${text.slice(0, 8)}…${text.slice(-4)}`);
});
