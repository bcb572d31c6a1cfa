import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseBlockList } from '../../src/access/block-list.ts';
import { acceptPassword, typedPassword } from '../../src/access/password-policy.ts';
import { SecretBytes, toHex, utf8Bytes, utf8Text } from '../../src/bytes/index.ts';
import { hash } from '../../src/crypto/index.ts';
import { withCode } from '../storage/temporary-folder.ts';
import { PASSWORD, secret } from './identity-kit.ts';

const POLICY = { minCodePoints: 15 };
const ADA = { name: 'ada.lovelace', email: 'countess@analytical.example' };
const accept = (text: string, policy: Parameters<typeof acceptPassword>[2] = POLICY) =>
  acceptPassword(secret(text), ADA, policy);

test('takes what nobody guesses first, whatever characters it is made of', async () => {
  for (const text of [
    PASSWORD,
    'tuning mauve granite otter',
    '483920174650293',
    'ЖДУВЕСНУИТЁПЛЫЕДНИ',
    '🦊🌋🎻🧊🛶🥝🪁🧭🪐🦕🫖🎲🧵🪗🛸',
    ` ${PASSWORD} `,
    'x'.concat('kqzjvwpmfh'.repeat(2), 'ygbtdnrcls'),
  ])
    await accept(text);
});

for (const text of [
  'fourteen chars',
  '123456789012345',
  'passwordpassword1',
  'aaaaaaaaaaaaaaaa',
  'Summer2024Summer2024!',
  'qwertyuiopasdfgh',
  '1q2w3e4r5t6y7u8i9o',
  'P@ssw0rdP@ssw0rd!',
  'strongroom-admin-2026',
  'ada.lovelace.2026',
  'Countess-Countess',
  'correct horse battery staple',
  'abcdefghijklmnopqrstuvwxyz',
  'ThisIsMyPassword123',
]) {
  test(`refuses ${text}`, () => assert.rejects(accept(text), withCode('PASSWORD_WEAK')));
}

test('counts characters, not bytes, and takes 128 of them but not more', async () => {
  const words = 'vintage llama orbits 42 moons over a green sea at nine ';
  const long = words.repeat(3).slice(0, 128);
  await accept(long);
  await assert.rejects(accept(`${long}x`), withCode('PASSWORD_WEAK'));
  await assert.rejects(accept('ü'.repeat(14)), withCode('PASSWORD_WEAK'));
});

test('the same text typed in another form of Unicode is the same password', async () => {
  const composed = await accept('zażółć gęślą jaźń nocą');
  const decomposed = await accept('zażółć gęślą jaźń nocą'.normalize('NFD'));
  assert.deepEqual(composed.expose(), decomposed.expose());
});

test('nothing is trimmed, cut or folded', () => {
  const typed = typedPassword(secret(' Ab c '));
  assert.equal(utf8Text(typed?.expose() ?? new Uint8Array(0)), ' Ab c ');
});

test('what is not text, empty or longer than 512 bytes is no password', () => {
  assert.equal(typedPassword(SecretBytes.take(Uint8Array.of(0xc3, 0x28))), undefined);
  assert.equal(typedPassword(secret('')), undefined);
  assert.equal(typedPassword(secret('x'.repeat(513))), undefined);
});

test('an operator’s list refuses plain lines and hashes, with or without counts', async () => {
  const sha1 = (text: string): string => toHex(hash('sha1', utf8Bytes(text))).toUpperCase();
  const list = parseBlockList(
    utf8Bytes(
      `tuning mauve granite otter\r\n${sha1(PASSWORD)}:4711\n${sha1('a seventh otter went home')}\n\n`,
    ),
  );
  const policy = { ...POLICY, isBlocked: (text: string) => Promise.resolve(list.has(text)) };
  for (const text of ['tuning mauve granite otter', PASSWORD, 'a seventh otter went home'])
    await assert.rejects(accept(text, policy), withCode('PASSWORD_WEAK'));
  await accept('an eighth otter stayed there', policy);
});

test('an empty list blocks nothing, and one that is not text is told so', () => {
  assert.equal(parseBlockList(new Uint8Array(0)).has(PASSWORD), false);
  assert.throws(() => parseBlockList(Uint8Array.of(0xff, 0xfe)), withCode('CONFIG_INVALID'));
});
