import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StrongroomError } from '../../src/errors/index.ts';
import { quotePath, storageError } from '../../src/storage/storage-error.ts';
import { withCode } from './temporary-folder.ts';

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: something`), { code, syscall: 'write', errno: -1 });
}

test('every refusal of the system has a code of ours', () => {
  const expected = {
    ENOSPC: 'STORAGE_FULL',
    EDQUOT: 'STORAGE_FULL',
    EFBIG: 'STORAGE_FULL',
    EACCES: 'STORAGE_DENIED',
    EPERM: 'STORAGE_DENIED',
    EROFS: 'STORAGE_DENIED',
    ELOOP: 'STORAGE_PATH_UNSAFE',
    ENOTDIR: 'STORAGE_PATH_UNSAFE',
    EISDIR: 'STORAGE_PATH_UNSAFE',
    ENXIO: 'STORAGE_PATH_UNSAFE',
    ENAMETOOLONG: 'STORAGE_PATH_UNSAFE',
    ENOENT: 'STORAGE_MISSING',
    EEXIST: 'STORAGE_CONFLICT',
    ENOTEMPTY: 'STORAGE_CONFLICT',
    ESTALE: 'STORAGE_CHANGED',
    EIO: 'STORAGE_FAILED',
    EMFILE: 'STORAGE_FAILED',
  };
  for (const [errno, code] of Object.entries(expected)) {
    const error = storageError(systemError(errno), 'write "x"');
    assert.ok(error instanceof StrongroomError);
    assert.equal(error.code, code, errno);
    assert.match(error.message, /^cannot write "x": /);
  }
});

test('errors of ours and faults of the program pass through', () => {
  const ours = new StrongroomError('STORAGE_FULL', 'x');
  const fault = new TypeError('x is not a function');
  assert.equal(storageError(ours, 'write'), ours);
  assert.equal(storageError(fault, 'write'), fault);
  assert.throws(() => {
    throw storageError(systemError('EEXIST'), 'write');
  }, withCode('STORAGE_CONFLICT'));
});

test('a path in a message is escaped and short', () => {
  assert.equal(quotePath('a"\n\u202e\u00e9'), '"a\\"\\n\\u202e\\u00e9"');
  assert.ok(quotePath('x'.repeat(5000)).length < 200);
});
