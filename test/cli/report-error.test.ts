import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { formatDocument } from '../../src/cli/document.ts';
import { EXIT_CODES, exitCodeOf, OTHER_EXIT_CODES } from '../../src/cli/exit-codes.ts';
import { formatError } from '../../src/cli/report-error.ts';
import { CATALOGUE, StrongroomError } from '../../src/errors/index.ts';

const terminal = { isTerminal: false, hasColor: false, columns: undefined };

test('every kind of error in the catalogue has an exit code of its own', () => {
  const kinds = new Set(Object.values(CATALOGUE).map((entry) => entry.kind));
  for (const kind of kinds) assert.ok(EXIT_CODES[kind].code > 0);
  const codes = [...Object.values(EXIT_CODES), ...OTHER_EXIT_CODES].map(({ code }) => code);
  assert.equal(new Set(codes).size, codes.length);
  assert.ok(codes.every((code) => code < 126 || code > 128));
});

test('errors end in the exit code of their kind, unknown ones in 1, an interrupt in 130', () => {
  assert.equal(exitCodeOf(new StrongroomError('KEY_REFUSED', 'x')), 4);
  assert.equal(exitCodeOf(new Error('x')), 1);
  assert.equal(exitCodeOf(new StrongroomError('ABORTED', 'x')), 130);
});

test('an error is a message and a hint, without a stack', () => {
  const text = formatError(new StrongroomError('KEY_REFUSED', 'refused', { hint: 'try another' }), {
    json: false,
    debug: false,
    terminal,
  });
  assert.equal(text, 'strongroom: refused\nhint: try another\n');
});

test('what is unknown is not shown, except with --debug', () => {
  const fault = new Error('secret detail');
  assert.doesNotMatch(formatError(fault, { json: false, debug: false, terminal }), /secret detail/);
  assert.match(formatError(fault, { json: false, debug: true, terminal }), /secret detail[\s\S]*at /);
});

test('with --json an error is one line of JSON', () => {
  const text = formatError(new StrongroomError('NAME_INVALID', 'x\u001by'), {
    json: true,
    debug: false,
    terminal,
  });
  assert.equal(text.split('\n').length, 2);
  const { error } = JSON.parse(text) as { error: Record<string, string> };
  assert.deepEqual(Object.keys(error), ['code', 'kind', 'message', 'hint']);
});

test('a message cannot act on a terminal', () => {
  const text = formatError(new StrongroomError('NAME_INVALID', 'a\u001b[2Jb\nc'), {
    json: false,
    debug: false,
    terminal,
  });
  assert.equal(text.split('\n')[0], 'strongroom: a\\u{1b}[2Jb\\u{a}c');
});

test('a document escapes what could act on a terminal and stays the same value', () => {
  const document = { name: 'a\u009b2J\u202e\u007f\u{e0001}' };
  const text = formatDocument(document);
  assert.doesNotMatch(text, /[\u007f-\u009f\u202e]|\u{e0001}/u);
  assert.deepEqual(JSON.parse(text), document);
});

test('the guide lists every exit code with its meaning', () => {
  const page = readFileSync(new URL('../../docs/guides/command-line.md', import.meta.url), 'utf8');
  // A formatter may align the columns.
  const guide = page.replaceAll(/ +/g, ' ');
  for (const [kind, { code, meaning }] of Object.entries(EXIT_CODES)) {
    assert.ok(guide.replaceAll('`', '').includes(`| ${code} | ${kind} | ${meaning} |`), kind);
  }
  for (const { code, meaning } of OTHER_EXIT_CODES) assert.ok(guide.includes(`| ${code} | | ${meaning} |`));
});
