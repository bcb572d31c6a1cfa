import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  formatVersionRef,
  MAX_FILE_PATH_BYTES,
  MAX_NAME_CHARS,
  namespaceOf,
  parseAliasName,
  parseFilePath,
  parseModelName,
  parseNamespaceName,
  parseVersionRef,
  quoteForMessage,
} from '../../src/api/index.ts';
import { withCode } from '../storage/temporary-folder.ts';

const INVALID = withCode('NAME_INVALID');

/** Parts of names that look like others, hide something, or mean something to a shell, a path or a terminal. */
const HOSTILE_PARTS = [
  ...[
    '',
    ' ',
    '.',
    '..',
    '...',
    'a..b',
    '.a',
    'a.',
    '-a',
    'a-',
    '_a',
    'a_',
    'a b',
    'a\tb',
    'a\nb',
    'a\r',
    'a\n',
  ],
  ...['a\u0000', '\u001b[31m', 'a\u0007', '\u007f', 'a\u0085', 'a\u2028', 'a\u2029'],
  ...['\u0430cme', 'acm\u0435', 'a\u0441me', 'ac\u043ce', 'acm\u212e', '\uff41cme', 'ⅰ', 'ﬁ'],
  ...[
    'a\u200bb',
    'a\u200db',
    'a\u202eb',
    '\ufeffa',
    'a\u00adb',
    'a\u0301',
    'é',
    'ß',
    'İ',
    'ı',
    '😀',
    '\ud800',
  ],
  ...[
    'Acme',
    'ACME',
    'a\\b',
    'a:b',
    'a@b',
    'a;b',
    'a|b',
    'a$b',
    'a`b',
    'a%2fb',
    'a*',
    'a?',
    '"a"',
    "'a'",
    '~a',
  ],
  ...['a'.repeat(MAX_NAME_CHARS + 1), 'a'.repeat(100_000)],
];

test('takes plain names', () => {
  for (const name of ['a', '1', 'acme', 'acme-2', 'a.b_c-d', 'v1.2', 'a'.repeat(MAX_NAME_CHARS)]) {
    assert.equal(parseNamespaceName(name), name);
    assert.equal(parseModelName(`${name}/${name}`), `${name}/${name}`);
  }
});

test('refuses names with control, invisible, look-alike or meaningful characters', () => {
  for (const part of HOSTILE_PARTS) {
    assert.throws(() => parseNamespaceName(part), INVALID, JSON.stringify(part));
    assert.throws(() => parseAliasName(part), INVALID, JSON.stringify(part));
    assert.throws(() => parseModelName(`acme/${part}`), INVALID, JSON.stringify(part));
    assert.throws(() => parseModelName(`${part}/churn`), INVALID, JSON.stringify(part));
  }
});

test('takes no name that is not lower-case ASCII', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 12 }), (text) => {
      try {
        parseNamespaceName(text);
      } catch (error) {
        assert.equal((error as { code?: string }).code, 'NAME_INVALID');
        return;
      }
      assert.match(text, /^[a-z0-9._-]+$/);
      assert.equal(text.includes('..'), false);
    }),
  );
});

test('a model is a namespace and one name', () => {
  for (const text of [
    'acme',
    'acme/',
    '/churn',
    'acme/churn/x',
    'acme//churn',
    '../churn',
    'acme/..',
    '/',
    '',
  ]) {
    assert.throws(() => parseModelName(text), INVALID, text);
  }
  assert.equal(namespaceOf(parseModelName('acme/churn')), 'acme');
});

test('an alias is not a number', () => {
  for (const text of ['1', '007', '9'.repeat(20)]) assert.throws(() => parseAliasName(text), INVALID);
  assert.equal(parseAliasName('v1'), 'v1');
});

test('reads a model, one of its versions, or an alias, and writes them back', () => {
  for (const text of ['acme/churn', 'acme/churn@3', 'acme/churn:production']) {
    assert.equal(formatVersionRef(parseVersionRef(text)), text);
  }
  assert.deepEqual(parseVersionRef('acme/churn@3'), { model: 'acme/churn', version: 3 });
  assert.deepEqual(parseVersionRef('acme/churn:live'), { model: 'acme/churn', alias: 'live' });
});

test('refuses references that could be read in two ways', () => {
  const refused = [
    'acme/churn@',
    'acme/churn@0',
    'acme/churn@01',
    'acme/churn@-1',
    'acme/churn@1.5',
    'acme/churn@1e3',
  ];
  const more = [
    'acme/churn@9999999999',
    'acme/churn@1:a',
    'acme/churn:a@1',
    'acme/churn:',
    'acme/churn:1',
    'acme/churn:a:b',
  ];
  for (const text of [
    ...refused,
    ...more,
    'acme/churn@latest',
    '@1',
    ':a',
    'acme/churn\n',
    'acme/churn@1\n',
    'acme/churn@١',
  ]) {
    assert.throws(() => parseVersionRef(text), INVALID, JSON.stringify(text));
  }
});

test('takes relative paths of files in any script', () => {
  for (const path of [
    'a',
    'a/b.c',
    'Modell für Köln.onnx',
    '模型/重み.bin',
    'a/..b',
    'a/b..',
    '.hidden',
    '-x',
    "it's",
  ]) {
    assert.equal(parseFilePath(path), path);
  }
});

test('refuses paths that leave their folder, hide something or are not portable', () => {
  const leaving = [
    '',
    '.',
    '..',
    '/a',
    'a/',
    'a//b',
    './a',
    'a/./b',
    '../a',
    'a/../b',
    'a/..',
    '\\a',
    'a\\b',
    'c:a',
    'c:/a',
  ];
  const hiding = [
    'a\u0000',
    'a\nb',
    'a\u001bb',
    'a\u202eb',
    'a\u200bb',
    '\ufeffa',
    'a\u00adb',
    'a\ud800',
    'a\u2028',
    '\ue000',
  ];
  const unportable = [
    'a?',
    'a*',
    'a"',
    'a<b',
    'a>b',
    'a|b',
    ' a',
    'a ',
    'a/ b',
    'a\u00a0',
    'e\u0301',
    'a'.repeat(256),
  ];
  const long = Array.from({ length: 300 }, () => 'abc').join('/');
  assert.ok(long.length > MAX_FILE_PATH_BYTES);
  for (const path of [...leaving, ...hiding, ...unportable, long]) {
    assert.throws(() => parseFilePath(path), INVALID, JSON.stringify(path).slice(0, 60));
  }
});

test('a path that it takes stays below its folder', () => {
  const parts = fc.array(fc.oneof(fc.constantFrom('.', '..', '', '\\', '/'), fc.string({ maxLength: 4 })));
  fc.assert(
    fc.property(parts, (list) => {
      const text = list.join('/');
      try {
        parseFilePath(text);
      } catch {
        return;
      }
      const { pathname } = new URL(`file:///base/${text.split('/').map(encodeURIComponent).join('/')}`);
      assert.ok(pathname.startsWith('/base/'));
    }),
  );
});

test('quotes hostile text so that a terminal shows it and does not obey it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
      assert.match(quoteForMessage(text), /^"[\x20-\x7e]*"$/);
    }),
  );
  assert.ok(quoteForMessage('x'.repeat(1_000_000)).length < 100);
});

test('no namespace is called what grants call the whole strongroom', () => {
  assert.throws(() => parseNamespaceName('everything'), INVALID);
  assert.throws(() => parseModelName('everything/churn'), INVALID);
  assert.equal(parseModelName('acme/everything'), 'acme/everything');
});
