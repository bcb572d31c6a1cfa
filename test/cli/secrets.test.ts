import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { createLineReader } from '../../src/cli/line-reader.ts';
import { createPerson } from '../../src/cli/person.ts';
import { createSecretReader, MAX_SECRET_BYTES, secretText } from '../../src/cli/secrets.ts';
import { createOperations } from '../../src/cli/wiring.ts';
import { isStrongroomError } from '../../src/errors/index.ts';
import { temporaryFolder } from '../kit/temporary-home.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A reader whose standard input holds `stdin`, with the warnings it gave. */
function readerOf(stdin = ''): { reader: ReturnType<typeof createSecretReader>; warnings: string[] } {
  const warnings: string[] = [];
  const reader = createSecretReader(
    { stdin: new Blob([stdin]).stream(), person: undefined, operations: createOperations({}) },
    (text) => {
      warnings.push(text);
      return Promise.resolve();
    },
  );
  return { reader, warnings };
}

test('one trailing newline of a secret does not count, a second one does', () => {
  assert.equal(secretText(utf8('a b\n'), 'f'), 'a b');
  assert.equal(secretText(utf8('a\r\n'), 'f'), 'a');
  assert.equal(secretText(utf8('a\n\n'), 'f'), 'a\n');
});

test('an empty secret and one that is no text are refused', () => {
  for (const bytes of [utf8(''), utf8('\n'), new Uint8Array([0xff, 0xfe])]) {
    assert.throws(
      () => secretText(bytes, '-'),
      (error) => isStrongroomError(error, 'INPUT_INVALID'),
    );
  }
});

test('a secret file that others may read is used with a warning', async (t) => {
  const file = join(await temporaryFolder(t), 'secret');
  await writeFile(file, 'hush\n', { mode: 0o600 });
  const { reader, warnings } = readerOf();
  assert.equal(await reader.readText(file), 'hush');
  assert.deepEqual(warnings, []);
  await chmod(file, 0o640);
  assert.equal(await reader.readText(file), 'hush');
  assert.match(warnings.join(), /others may read .*chmod 600/);
});

test('a secret file beyond the limit is refused before it is read, a missing one named', async (t) => {
  const folder = await temporaryFolder(t);
  const file = join(folder, 'big');
  await writeFile(file, Buffer.alloc(MAX_SECRET_BYTES + 1, 'a'), { mode: 0o600 });
  const { reader } = readerOf();
  await assert.rejects(reader.readText(file), (error) => isStrongroomError(error, 'STORAGE_TOO_LARGE'));
  await assert.rejects(reader.readText(join(folder, 'none')), (error) =>
    isStrongroomError(error, 'STORAGE_MISSING'),
  );
});

test('standard input gives one secret, and not a second', async () => {
  const { reader } = readerOf('from stdin\n');
  assert.equal(await reader.readText('-'), 'from stdin');
  await assert.rejects(reader.readText('-'), (error) => isStrongroomError(error, 'INPUT_INVALID'));
  const large = readerOf('a'.repeat(MAX_SECRET_BYTES + 1)).reader;
  await assert.rejects(large.readText('-'), (error) => isStrongroomError(error, 'INPUT_TOO_LARGE'));
});

test('without a person a question ends in a hint', async () => {
  await assert.rejects(
    readerOf().reader.ask('root passphrase', 'name a file'),
    (error) => isStrongroomError(error, 'INPUT_INVALID') && error.hint === 'name a file',
  );
});

test('a line is edited by Backspace and Ctrl-U, arrows mean nothing, what follows is kept', () => {
  const reader = createLineReader();
  assert.deepEqual(reader.feed('wrong\u0015pas\u001b[Asx\u007f'), { type: 'typing' });
  assert.deepEqual(reader.feed('é\rnext\r'), { type: 'line', text: 'passé', rest: 'next\r' });
});

test('Ctrl-C and the end of an empty line abort', () => {
  assert.deepEqual(createLineReader().feed('abc\u0003'), { type: 'abort' });
  assert.deepEqual(createLineReader().feed('\u0004'), { type: 'abort' });
});

/** A keyboard that tells how it was used. */
class FakeKeyboard extends EventEmitter {
  readonly modes: boolean[] = [];
  setRawMode(isRaw: boolean): void {
    this.modes.push(isRaw);
  }
  resume(): void {}
  pause(): void {}
}

test('a secret is asked for without echo, also when both answers were pasted at once', async () => {
  const keyboard = new FakeKeyboard();
  let shown = '';
  const person = createPerson({
    openKeyboard: () => ({ keyboard, close: () => undefined }),
    write: (text) => void (shown += text),
    signal: new AbortController().signal,
  });
  const first = person.askSecret('passphrase: ');
  keyboard.emit('data', Buffer.from('hush\rhush\r'));
  assert.equal(await first, 'hush');
  assert.equal(await person.askSecret('once more: '), 'hush');
  assert.equal(shown, 'passphrase: \nonce more: \n');
  assert.deepEqual(keyboard.modes, [true, false, true, false]);
});

test('an interrupt ends a question and gives the terminal back', async () => {
  const keyboard = new FakeKeyboard();
  const controller = new AbortController();
  const person = createPerson({
    openKeyboard: () => ({ keyboard, close: () => undefined }),
    write: () => undefined,
    signal: controller.signal,
  });
  const asked = person.askSecret('passphrase: ');
  controller.abort();
  await assert.rejects(asked, (error) => isStrongroomError(error, 'ABORTED'));
  assert.deepEqual(keyboard.modes, [true, false]);
});
