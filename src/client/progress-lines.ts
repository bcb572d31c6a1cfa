import type { Progress } from '../api/index.ts';
import { concatBytes, utf8Text } from '../bytes/index.ts';
import { StrongroomError } from '../errors/index.ts';
import { readProblem, toError } from './problem.ts';
import type { IncomingAnswer } from './transport.ts';
import { parseDocument, readDocument, unexpectedAnswer } from './wire.ts';

const MAX_LINE_BYTES = 64 * 1024 * 1024;
const NEWLINE = 0x0a;

/** A line of an answer that takes its time. */
type Line =
  | { readonly progress: Progress }
  | { readonly result: unknown }
  | { readonly problem: Readonly<Record<string, unknown>> };

/**
 * The document of an answer that tells its progress line by line (NDJSON), or comes as one. Throws what its last line
 * tells of, `NETWORK_CUT` where there is none.
 */
export async function readLines(
  answer: IncomingAnswer,
  onProgress: ((progress: Progress) => void) | undefined,
): Promise<unknown> {
  if (!(answer.header('content-type') ?? '').startsWith('application/x-ndjson'))
    return await readDocument(answer);
  for await (const line of linesOf(answer.body)) {
    const event = parseDocument(line) as Line;
    if ('progress' in event) onProgress?.(event.progress);
    else if ('problem' in event) throw toError(readProblem(event.problem), answer);
    else if ('result' in event) return event.result;
    else throw unexpectedAnswer('a line of no known kind');
  }
  throw new StrongroomError('NETWORK_CUT', 'the answer ended before its last line', {
    hint: 'run it again; see before whether the work was done',
  });
}

async function* linesOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let rest: Uint8Array = new Uint8Array();
  for await (const chunk of body) {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      const line = utf8Text(concatBytes(rest, chunk.subarray(from, at)));
      rest = new Uint8Array();
      from = at + 1;
      if (line !== '') yield line ?? '';
    }
    rest = concatBytes(rest, chunk.subarray(from));
    if (rest.length > MAX_LINE_BYTES) throw unexpectedAnswer('a line without an end');
  }
}
