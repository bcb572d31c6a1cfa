import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PlainDateTime, readPlainPickle } from '../../../src/formats/index.ts';

function plain(text: string) {
  return readPlainPickle(new Uint8Array(Buffer.from(text, 'latin1')));
}

test('gives plain data for plain data', () => {
  const dict = plain("(dS'a'\nI1\nsS'b'\n(lI2\naNasS'c'\n(F0.5\nI01\ntsS'a'\nI3\ns.");
  assert.deepEqual(
    dict,
    new Map<string, unknown>([
      ['a', 3],
      ['b', [2, null]],
      ['c', [0.5, true]],
    ]),
  );
});

test('builds the few harmless objects of Python', () => {
  const date = 'cdatetime\ndatetime\n(C\x0a\x07\xe9\x06\x0f\x0c\x1a\x28\x00\x00\x05tR.';
  assert.deepEqual(plain(date), new PlainDateTime('2025-06-15T12:26:40.000005'));
  const utc = 'cdatetime\ntimezone\n(cdatetime\ntimedelta\n(K\x00J\xf0\xf1\xff\xffK\x00tRtR';
  assert.deepEqual(
    plain(`cdatetime\ndatetime\n(C\x0a\x07\xe9\x06\x0f\x0c\x1a\x28\x00\x00\x05${utc}tR.`),
    new PlainDateTime('2025-06-15T12:26:40.000005-01:00'),
  );
  assert.deepEqual(plain("ccollections\nOrderedDict\n)R(S'x'\nK\x01u."), new Map([['x', 1]]));
  assert.deepEqual(plain('c__builtin__\nset\n((lI1\natR.'), new Set([1]));
  assert.deepEqual(plain('c_codecs\nencode\n(V\\u00ff\nVlatin1\ntR.'), Uint8Array.of(255));
  const half =
    'cnumpy._core.multiarray\nscalar\n(cnumpy\ndtype\n(Vf8\nI00\nI01\ntR(K\x03V<\nNNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tbC\x08\0\0\0\0\0\0\xe0?tR.';
  assert.equal(plain(half), 0.5);
});

test('refuses everything else that imports, calls or changes', () => {
  const unsafe = [
    "cos\nsystem\n(S'id'\ntR.",
    'cos\nsystem\n0N.',
    'ccollections\nOrderedDict\n.',
    'ccollections\nOrderedDict\n)R}b.',
    'ccollections\nOrderedDict\n)R)R.',
    "ccollections\nOrderedDict\n}S'a'\nNsb)R.",
    'c__builtin__\nset\n)RK\x01a.',
    '\x80\x03c__builtin__\nset\n)R.',
    'c__builtin__\neval\n.',
    'Pid\n.',
    '\x82\x01.',
    '\x97.',
    '\x80\x04\x8c\x0bcollections\x8c\x14OrderedDict.__init__\x93.',
    'cbase64\nb64decode\n.',
  ];
  for (const text of unsafe)
    assert.throws(() => plain(text), { code: 'FORMAT_UNSAFE' }, JSON.stringify(text));
});

test('refuses what is broken, contains itself, or goes on behind its end', () => {
  const malformed = [
    '',
    'N',
    'N.N',
    ']q\0h\0a.',
    '(K\x01',
    '}(K\x01K\x02\x86Nu.',
    'cdatetime\ndate\n(C\x01xtR.',
  ];
  for (const text of malformed)
    assert.throws(() => plain(text), { code: 'FORMAT_MALFORMED' }, JSON.stringify(text));
  assert.throws(() => plain(`${']'.repeat(100)}${'a'.repeat(99)}.`), { code: 'FORMAT_LIMIT' });
});

test('does not multiply what is shared', () => {
  // Each list holds the one before it twice: 2^40 leaves, written out.
  const levels = 40;
  let text = ']q\0';
  for (let level = 1; level <= levels; level++)
    text += `](h${String.fromCharCode(level - 1)}h${String.fromCharCode(level - 1)}eq${String.fromCharCode(level)}`;
  assert.ok(Array.isArray(plain(`${text}.`)));
});

test('says which name it refuses, and nothing a terminal would obey', () => {
  assert.throws(() => plain('cevil\x1b[2J\nname\n.'), { message: 'the pickle would import evil?[2J.name' });
});
