import type { z } from 'zod';
import type { ErrorCode } from '../../errors/index.ts';
import type { AccessApi } from '../access.ts';
import type { IdentityApi, Origin } from '../identity.ts';
import type { LongRunning } from '../model.ts';
import type { StrongroomApi } from '../strongroom-api.ts';

/** All that can be called over HTTP. */
export type FullApi = StrongroomApi & AccessApi;

/** Where every route begins. */
export const API_PREFIX = '/api/v1';

export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** What a route says of itself: for the router, the reference and the client alike. */
export interface RouteWords {
  /** `versions.get`: noun and verb of the API. */
  readonly id: string;
  readonly method: Method;
  /** Below `API_PREFIX` or `base`, parameters in braces; a `{name...}` at the end takes slashes too. */
  readonly path: string;
  /** What the path stands below in place of `API_PREFIX`. */
  readonly base?: string;
  /** Further paths that lead to the same. */
  readonly alsoAt?: readonly string[];
  /** One sentence. */
  readonly summary: string;
  /** Heading that it stands under in the reference. */
  readonly tag: string;
  /** Status of a success; by default 200, or 204 without an answer. */
  readonly status?: 200 | 201 | 202 | 204 | 206;
  /** Errors beyond those that every route may give. */
  readonly errors?: readonly ErrorCode[];
  /** Works without credentials. */
  readonly isOpen?: true;
  /** Also takes a token as the password of HTTP Basic authentication, for clients that know nothing else. */
  readonly takesBasic?: true;
  /** What it answers holds a secret that is shown once: the answer is never kept for an `Idempotency-Key`. */
  readonly givesSecret?: true;
}

/** Body of requests: text in, and what the call takes. */
type Body = z.ZodObject | undefined;

/** A route's schemas; each says what stands on the wire and what the API takes. */
interface RouteSchemas {
  /** Parameters of the path. */
  readonly params: z.ZodType;
  readonly query: z.ZodObject;
  readonly body: Body;
  /** Absent: no content. */
  readonly answer: z.ZodType | undefined;
}

/** A request as it came, before anybody believes it. */
export interface RawRequest {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

/** A request as the client sends it: the path is complete. */
export interface WrittenRequest {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** What both sides do with the requests of a route. Throws `z.ZodError` for what its schemas refuse. */
export interface RequestShape<Input> {
  readonly words: RouteWords;
  readonly schemas: RouteSchemas;
  /** The server's side: a raw request into what the call takes. */
  read(request: RawRequest): Input;
  /** The client's side of the same. */
  write(input: Input): WrittenRequest;
}

/** A call with one answer. */
export interface CallRoute<Input, Answer> extends RequestShape<Input> {
  readonly kind: 'call';
  call(api: FullApi, input: Input): Promise<Answer>;
  encode(answer: Answer): unknown;
  decode(wire: unknown): Answer;
}

/** A call that takes its time: it tells its progress where it is asked to. */
export interface LongRoute<Input, Answer> extends RequestShape<Input> {
  readonly kind: 'long';
  call(api: FullApi, input: Input, running: LongRunning): Promise<Answer>;
  encode(answer: Answer): unknown;
  decode(wire: unknown): Answer;
}

/** A list, page by page. */
export interface ListRoute<Input, Item> extends RequestShape<Input> {
  readonly kind: 'list';
  /** What the items are sorted by; no two of a list have the same. */
  readonly order: { key(item: Item): string | number; readonly descending: boolean };
  /** The server's side of `limit` and `cursor`, which stand in the query of every list. */
  readPage(query: unknown): PageRequest;
  writePage(page: PageRequest): Readonly<Record<string, string>>;
  call(api: FullApi, input: Input): Promise<readonly Item[]>;
  encode(page: Page<Item>): unknown;
  decode(wire: unknown): Page<Item>;
}

/** Which part of a list is asked for. */
export interface PageRequest {
  /** At most so many items, by default 100. */
  readonly limit?: number;
  /** `nextCursor` of the page before. */
  readonly cursor?: string;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Goes into the next request; absent on the last page. */
  readonly nextCursor?: string;
}

/** A call before there is a caller. */
export interface IdentityRoute<Input, Answer> extends RequestShape<Input> {
  readonly kind: 'identity';
  call(api: IdentityApi, input: Input, origin: Origin): Promise<Answer>;
  encode(answer: Answer): unknown;
  decode(wire: unknown): Answer;
}

/** Bytes go in or out as a stream: server and client each have code of their own for it. */
export interface StreamRoute<Input, Answer> extends RequestShape<Input> {
  readonly kind: 'stream';
  /** Media types of the body that comes in, beside JSON where `body` is set. */
  readonly accepts: readonly string[];
  /** Media types of the answer; empty where it is JSON or nothing. */
  readonly gives: readonly string[];
  encode(answer: Answer): unknown;
  decode(wire: unknown): Answer;
}

/** Any row of the table. The methods take what `read` and the call itself gave, so nothing is lost by not knowing it. */
export type Route =
  | CallRoute<unknown, unknown>
  | LongRoute<unknown, unknown>
  | ListRoute<unknown, unknown>
  | IdentityRoute<unknown, unknown>
  | StreamRoute<unknown, unknown>;
