import { z } from 'zod';
import {
  type CallRoute,
  type IdentityRoute,
  type ListRoute,
  type LongRoute,
  type LongRunning,
  quoteForMessage,
  type Route,
  type RouteWords,
  type WrittenRequest,
} from '../api/index.ts';
import { StrongroomError } from '../errors/index.ts';
import { readLines } from './progress-lines.ts';
import { readDocument, requestOf, unexpectedAnswer, type Wire } from './wire.ts';

/** Items of one page; the server may give fewer. */
const PAGE_ITEMS = 500;

/** What calls are about, without the ways to watch and stop them. */
type Asked = object | undefined;

/** Any row but those of streams. */
type PlainRoute = Exclude<Route, { readonly kind: 'stream' }>;

/** A call over the wire, as the row says it. Throws as the call does, `INPUT_INVALID` for what the row refuses. */
export function bindRoute(wire: Wire, route: PlainRoute): (input?: Asked) => Promise<unknown> {
  return (input) => {
    if (route.kind === 'list') return askPages(wire, route, input ?? {});
    if (route.kind === 'long') return askLong(wire, route, input ?? {});
    return askOnce(wire, route, input ?? {});
  };
}

/** One request, one answer. */
export async function askOnce<Input, Answer>(
  wire: Wire,
  route: CallRoute<Input, Answer> | IdentityRoute<Input, Answer>,
  input: Input,
): Promise<Answer> {
  const request = requestOf(route.words, written(route, input));
  return await wire.ask(request, async (answer) => decoded(route, await readDocument(answer)));
}

async function askPages<Input, Item>(
  wire: Wire,
  route: ListRoute<Input, Item>,
  input: Input,
): Promise<readonly Item[]> {
  const first = written(route, input);
  const items: Item[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = route.writePage({ limit: PAGE_ITEMS, ...(cursor !== undefined && { cursor }) });
    const query = { ...first.query, ...page };
    const request = requestOf(route.words, { ...first, query });
    const { items: found, nextCursor } = await wire.ask(request, async (answer) =>
      decoded(route, await readDocument(answer)),
    );
    items.push(...found);
    if (nextCursor === undefined) return items;
    if (found.length === 0) throw unexpectedAnswer('an empty page with another one behind it');
    cursor = nextCursor;
  }
}

async function askLong<Input, Answer>(
  wire: Wire,
  route: LongRoute<Input, Answer>,
  input: Input,
): Promise<Answer> {
  const { onProgress, signal } = input as LongRunning;
  const asked = requestOf(route.words, written(route, input), signal);
  const request = { ...asked, headers: { ...asked.headers, accept: LINES_FIRST } };
  return await wire.ask(request, async (answer) => decoded(route, await readLines(answer, onProgress)));
}

const LINES_FIRST = 'application/x-ndjson, application/json;q=0.9, application/problem+json';

/** The client's side of a row. */
interface Writable<Input> {
  readonly words: RouteWords;
  write(input: Input): WrittenRequest;
}

/** The request of a row. Throws `INPUT_INVALID` for what its schemas refuse, before anything is sent. */
export function written<Input>(route: Writable<Input>, input: Input): WrittenRequest {
  return refusing(route.words.id, () => route.write(input));
}

/** A document by its schema alone. Throws as `written`. */
export function encodedBody(schema: z.ZodType, input: unknown): unknown {
  return refusing('the upload', () => z.encode(schema, input));
}

function refusing<T>(name: string, encode: () => T): T {
  try {
    return encode();
  } catch (cause) {
    const issue = firstIssue(cause);
    if (issue === undefined) throw cause;
    throw new StrongroomError('INPUT_INVALID', `${name} refuses ${quoteForMessage(issue)}`, { cause });
  }
}

/** The answer of a row. Throws `NETWORK_ANSWER_UNEXPECTED` for what its schema refuses. */
export function decoded<Answer>(route: { decode(wire: unknown): Answer }, document: unknown): Answer {
  try {
    return route.decode(document);
  } catch (cause) {
    throw firstIssue(cause) === undefined ? cause : unexpectedAnswer(cause);
  }
}

/** What a schema said first: `name: too long`. */
function firstIssue(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('issues' in error) || !Array.isArray(error.issues)) return undefined;
  const [issue] = error.issues as readonly {
    readonly path: readonly PropertyKey[];
    readonly message: string;
  }[];
  if (issue === undefined) return undefined;
  const place = issue.path.map(String).join('.');
  return place === '' ? issue.message : `${place}: ${issue.message}`;
}
