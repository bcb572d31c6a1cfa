import type { Progress } from '../api/index.ts';
import { utf8Bytes } from '../bytes/index.ts';

/** At most one line of progress in so many milliseconds; a client that is behind gets fewer. */
const INTERVAL_MS = 200;

/** After so long without a line an empty one is sent, so that nobody on the way takes the connection for dead. */
const HEARTBEAT_MS = 10_000;
const HEARTBEAT = utf8Bytes('\n');

export const NDJSON = 'application/x-ndjson';

/** Whether a client wants to be told how it goes. */
export function wantsProgress(accept: string | undefined): boolean {
  return (accept ?? '')
    .toLowerCase()
    .split(',')
    .some((type) => type.trim().startsWith(NDJSON));
}

/**
 * A call as lines of JSON: `{"progress":…}` now and then, and at the end `{"result":…}` or `{"problem":…}`. The status
 * was 200 before the end was known, so the last line decides. Empty lines mean nothing.
 */
export async function* linesOf(
  work: (onProgress: (progress: Progress) => void) => Promise<unknown>,
  toProblem: (error: unknown) => object,
  heartbeatMs = HEARTBEAT_MS,
): AsyncGenerator<Uint8Array> {
  let latest: Progress | undefined;
  const end = work((progress) => (latest = progress)).then(
    (result) => ({ result }),
    (error: unknown) => ({ problem: toProblem(error) }),
  );
  for (let quietMs = 0; ; quietMs += INTERVAL_MS) {
    const timer = Promise.withResolvers<undefined>();
    const waiting = setTimeout(() => timer.resolve(undefined), INTERVAL_MS);
    const ended = await Promise.race([end, timer.promise]);
    clearTimeout(waiting);
    if (latest !== undefined) {
      yield line({ progress: latest });
      quietMs = 0;
    }
    latest = undefined;
    if (ended === undefined) {
      if (quietMs >= heartbeatMs) {
        yield HEARTBEAT;
        quietMs = 0;
      }
      continue;
    }
    yield line(ended);
    return;
  }
}

function line(value: object): Uint8Array {
  return utf8Bytes(`${JSON.stringify(value)}\n`);
}
