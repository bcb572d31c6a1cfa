import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isStrongroomError } from '../../src/errors/index.ts';
import {
  completeValue,
  joblibDataAfter,
  plainPickleValue,
  readPickle,
  readPickleBytes,
  readPickles,
  readPlainPickle,
} from '../../src/formats/index.ts';
import { changed } from '../changed.ts';
import type { Fuzzer } from '../fuzzer.ts';
import { ordinaryPickles, pickleCode } from '../pickle-code.ts';
import { watchedSource } from '../watched-source.ts';

/** The plain readers refuse by an error of ours; everything else does not throw. */
function refused(read: () => unknown): void {
  try {
    read();
  } catch (error) {
    if (!isStrongroomError(error)) throw error;
  }
}

export const fuzzer: Fuzzer = {
  files: fc.oneof(pickleCode, changed(pickleCode), changed(fc.constantFrom(...ordinaryPickles))),
  async read(file) {
    const options = { dataAfter: joblibDataAfter };
    const whole = readPickleBytes(file, options);
    assert.ok(whole.end <= file.length);
    assert.ok(whole.isComplete || whole.findings.length > 0, 'an end without a reason');
    const streamed = await readPickle(watchedSource(file), options);
    assert.equal(streamed.end, whole.end);
    assert.deepEqual(streamed.findings, whole.findings);
    await readPickles(watchedSource(file), options);
    refused(() => readPlainPickle(file));
    refused(() => plainPickleValue(completeValue(whole)));
  },
};
