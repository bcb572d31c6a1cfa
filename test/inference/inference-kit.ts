import type { TestContext } from 'node:test';
import { memorySource } from '../../src/bytes/index.ts';
import { ModelSession, type OpenModel, type SessionOptions } from '../../src/inference/model-session.ts';
import { VersionCounts } from '../../src/inference/version-counts.ts';
import { RUNNER } from '../kit/runner-options.ts';

export const SESSION: SessionOptions = {
  ...RUNNER,
  isBatching: true,
  maxBatchRows: 64,
  maxRequests: 1000,
  maxBytes: 2 ** 20,
};

/** A model in memory, as one that was opened. */
export function openModel(bytes: Uint8Array): OpenModel {
  return {
    size: bytes.length,
    source: memorySource(bytes),
    // eslint-disable-next-line @typescript-eslint/require-await -- a stream by its type, ready by its nature
    async *read() {
      yield bytes;
    },
    close: () => Promise.resolve(),
  };
}

export interface TestSession {
  readonly session: ModelSession;
  readonly counts: VersionCounts;
  /** How often it was opened. */
  readonly opened: { times: number };
}

/** A session over a model in memory, closed after the test. */
export async function sessionOf(
  t: TestContext,
  model: Uint8Array,
  options: Partial<SessionOptions> = {},
): Promise<TestSession> {
  const counts = new VersionCounts();
  const opened = { times: 0 };
  const session = await ModelSession.open(
    { options: { ...SESSION, ...options }, counts, onClose: () => undefined },
    () => {
      opened.times += 1;
      return Promise.resolve(openModel(model));
    },
  );
  t.after(() => session.close());
  return { session, counts, opened };
}
