import { z } from 'zod';
import type { IdentityApi, Origin } from '../identity.ts';
import type { LongRunning } from '../model.ts';
import { queryNumber } from './fields.ts';
import {
  API_PREFIX,
  type CallRoute,
  type FullApi,
  type IdentityRoute,
  type ListRoute,
  type LongRoute,
  type Page,
  type RequestShape,
  type RouteWords,
  type StreamRoute,
} from './route.ts';

/** Schemas as a row names them; what is left out is empty. */
interface Parts<P extends z.ZodType, Q extends z.ZodRawShape, B extends z.ZodRawShape> {
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
}

/** No parameters: what `P` is where a row names none. */
type NoParams = z.ZodVoid;

/** What fields say of a call's input; no fields say nothing. */
type FieldsOf<S extends z.ZodRawShape> = string extends keyof S
  ? unknown
  : z.output<z.ZodObject<S, z.core.$strict>>;

/** What the call takes: parameters, query and body in one. */
type InputOf<P extends z.ZodType, Q extends z.ZodRawShape, B extends z.ZodRawShape> = (P extends NoParams
  ? unknown
  : z.output<P>) &
  FieldsOf<Q> &
  FieldsOf<B>;

/** A row for a call with one answer. */
export function defineCall<
  A extends z.ZodType,
  P extends z.ZodType = NoParams,
  Q extends z.ZodRawShape = z.ZodRawShape,
  B extends z.ZodRawShape = z.ZodRawShape,
>(
  row: RouteWords &
    Parts<P, Q, B> & {
      readonly answer: A;
      readonly call: (api: FullApi, input: InputOf<P, Q, B>) => Promise<z.output<A>>;
    },
): CallRoute<InputOf<P, Q, B>, z.output<A>> {
  return { kind: 'call', ...shapeOf(row, row.answer), ...codecOf(row.answer), call: row.call };
}

/** A row for a call that answers with nothing. */
export function defineAct<
  P extends z.ZodType = NoParams,
  Q extends z.ZodRawShape = z.ZodRawShape,
  B extends z.ZodRawShape = z.ZodRawShape,
>(
  row: RouteWords &
    Parts<P, Q, B> & { readonly call: (api: FullApi, input: InputOf<P, Q, B>) => Promise<void> },
): CallRoute<InputOf<P, Q, B>, void> {
  return { kind: 'call', ...shapeOf(row, undefined), ...NOTHING, call: row.call };
}

/** A row for a call that takes its time. */
export function defineLong<
  A extends z.ZodType,
  P extends z.ZodType = NoParams,
  Q extends z.ZodRawShape = z.ZodRawShape,
  B extends z.ZodRawShape = z.ZodRawShape,
>(
  row: RouteWords &
    Parts<P, Q, B> & {
      readonly answer: A;
      readonly call: (api: FullApi, input: InputOf<P, Q, B>, running: LongRunning) => Promise<z.output<A>>;
    },
): LongRoute<InputOf<P, Q, B>, z.output<A>> {
  return { kind: 'long', ...shapeOf(row, row.answer), ...codecOf(row.answer), call: row.call };
}

/** Most items of one page. */
const MAX_PAGE = 1000;

const PAGE_QUERY = z.strictObject({
  limit: queryNumber(1, MAX_PAGE).exactOptional(),
  cursor: z
    .string()
    .max(1024)
    .regex(/^[A-Za-z0-9_-]+$/)
    .exactOptional(),
});

/** A row for a list. */
export function defineList<
  I extends z.ZodType,
  P extends z.ZodType = NoParams,
  Q extends z.ZodRawShape = z.ZodRawShape,
>(
  row: RouteWords &
    Omit<Parts<P, Q, z.ZodRawShape>, 'body'> & {
      readonly item: I;
      readonly key: (item: z.output<I>) => string | number;
      /** The greatest key first. */
      readonly descending?: true;
      readonly call: (api: FullApi, input: InputOf<P, Q, z.ZodRawShape>) => Promise<readonly z.output<I>[]>;
    },
): ListRoute<InputOf<P, Q, z.ZodRawShape>, z.output<I>> {
  const page = z.object({ items: z.array(row.item), nextCursor: z.string().exactOptional() });
  const answer = page as unknown as z.ZodType<Page<z.output<I>>>;
  const shape = shapeOf<P, Q, z.ZodRawShape>(row, answer);
  const query = shape.schemas.query.extend(PAGE_QUERY.shape);
  return {
    kind: 'list',
    ...shape,
    schemas: { ...shape.schemas, query },
    read: ({ params, query: all, body }) => shape.read({ params, query: without(all, PAGE_QUERY), body }),
    readPage: (all) => z.parse(PAGE_QUERY, pick(all, PAGE_QUERY)),
    writePage: (page) => z.encode(PAGE_QUERY, page),
    ...codecOf(answer),
    order: { key: row.key, descending: row.descending === true },
    call: row.call,
  };
}

/** A row for a call of the IdentityApi. */
export function defineIdentity<
  A extends z.ZodType,
  P extends z.ZodType = NoParams,
  B extends z.ZodRawShape = z.ZodRawShape,
>(
  row: RouteWords &
    Omit<Parts<P, z.ZodRawShape, B>, 'query'> & {
      readonly answer: A;
      readonly call: (
        api: IdentityApi,
        input: InputOf<P, z.ZodRawShape, B>,
        origin: Origin,
      ) => Promise<z.output<A>>;
    },
): IdentityRoute<InputOf<P, z.ZodRawShape, B>, z.output<A>> {
  return { kind: 'identity', ...shapeOf(row, row.answer), ...codecOf(row.answer), call: row.call };
}

/** A row for a stream. */
export function defineStream<
  A extends z.ZodType,
  P extends z.ZodType = NoParams,
  Q extends z.ZodRawShape = z.ZodRawShape,
  B extends z.ZodRawShape = z.ZodRawShape,
>(
  row: RouteWords &
    Parts<P, Q, B> & {
      readonly answer?: A;
      readonly accepts?: readonly string[];
      readonly gives?: readonly string[];
    },
): StreamRoute<InputOf<P, Q, B>, z.output<A>> {
  const { answer, accepts = [], gives = [] } = row;
  const codec = answer === undefined ? NOTHING : codecOf(answer);
  return { kind: 'stream', ...shapeOf(row, answer), ...codec, accepts, gives };
}

interface Codec<Answer> {
  encode(answer: Answer): unknown;
  decode(wire: unknown): Answer;
}

const NOTHING: Codec<never> = { encode: () => undefined, decode: () => undefined as never };

function codecOf<A extends z.ZodType>(answer: A): Codec<z.output<A>> {
  return {
    encode: (value) => z.encode(answer, value),
    decode: (wire) => z.parse(answer, wire),
  };
}

function shapeOf<P extends z.ZodType, Q extends z.ZodRawShape, B extends z.ZodRawShape>(
  row: RouteWords & Parts<P, Q, B>,
  answer: z.ZodType | undefined,
): RequestShape<InputOf<P, Q, B>> {
  const params = row.params ?? z.strictObject({});
  const query = z.strictObject(row.query ?? {});
  const body: z.ZodObject | undefined = row.body && z.strictObject(row.body);
  return {
    words: wordsOf(row),
    schemas: { params, query, body, answer },
    read: (request) => {
      const read: object[] = [
        z.parse(params, request.params ?? {}) as object,
        z.parse(query, request.query ?? {}),
        body === undefined ? {} : z.parse(body, request.body ?? {}),
      ];
      return Object.assign({}, ...read) as InputOf<P, Q, B>;
    },
    write: (input) => ({
      path: `${row.base ?? API_PREFIX}${fillPath(row.path, z.encode(params as z.ZodType, ownOf(input, params)))}`,
      query: z.encode(query, pick(input, query)),
      ...(body && { body: z.encode(body, pick(input, body)) }),
    }),
  };
}

function wordsOf(row: RouteWords): RouteWords {
  const { id, method, path, summary, tag, base, alsoAt, status, errors, isOpen, takesBasic, givesSecret } =
    row;
  return {
    id,
    method,
    path,
    summary,
    tag,
    ...(base !== undefined && { base }),
    ...(alsoAt && { alsoAt }),
    ...(status && { status }),
    ...(errors && { errors }),
    ...(isOpen && { isOpen }),
    ...(takesBasic && { takesBasic }),
    ...(givesSecret && { givesSecret }),
  };
}

/** What a schema of the path takes of an input: codecs choose for themselves. */
function ownOf(input: unknown, params: z.ZodType): unknown {
  return params instanceof z.ZodObject ? pick(input, params) : input;
}

function pick(input: unknown, schema: z.ZodObject): Record<string, never> {
  const known = new Set(Object.keys(schema.shape));
  const own = Object.entries(input ?? {}).filter(([name, value]) => known.has(name) && value !== undefined);
  return Object.fromEntries(own) as Record<string, never>;
}

function without(input: unknown, schema: z.ZodObject): unknown {
  const entries = Object.entries(input ?? {}).filter(([name]) => !(name in schema.shape));
  return Object.fromEntries(entries);
}

/** Puts parameters into a path, escaped; slashes stay where the parameter takes them. */
function fillPath(path: string, params: unknown): string {
  const values = new Map<string, unknown>(Object.entries(params as object));
  return path.replace(/\{([a-zA-Z]+)(\.\.\.)?\}/g, (_all, name: string, takesSlashes: string | undefined) => {
    const parts =
      takesSlashes === undefined ? [String(values.get(name))] : String(values.get(name)).split('/');
    return parts.map(encodeURIComponent).join('/');
  });
}
