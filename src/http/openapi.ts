import { z } from 'zod';
import { ALL_ROUTES, API_PREFIX, type Method, type Route } from '../api/index.ts';
import { type ErrorCode, StrongroomError } from '../errors/index.ts';
import { statusOf } from './problem.ts';

type Json = Record<string, unknown>;

/** Errors that every route may give. */
const COMMON_ERRORS: readonly ErrorCode[] = ['INPUT_INVALID', 'INPUT_TOO_LARGE', 'SERVER_BUSY', 'INTERNAL'];
/** Those of routes that want to know who is asking. */
const CALLER_ERRORS: readonly ErrorCode[] = [
  'CREDENTIALS_MISSING',
  'ACCESS_DENIED',
  'ROUTE_MISSING',
  'AUTH_THROTTLED',
];
const BODY_ERRORS: readonly ErrorCode[] = ['MEDIA_TYPE_UNSUPPORTED', 'REQUEST_TOO_SLOW'];
const UNSAFE_ERRORS: readonly ErrorCode[] = [
  'IDEMPOTENCY_IN_FLIGHT',
  'IDEMPOTENCY_MISMATCH',
  'PRECONDITION_FAILED',
];

const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string(),
    code: z.string(),
    hint: z.string(),
    requestId: z.string(),
    errors: z.array(z.object({ pointer: z.string(), message: z.string() })).exactOptional(),
  })
  .meta({ id: 'Problem' });

/** The description of every call (OpenAPI 3.1), from the one table of routes. */
export function describeApi(): Json {
  const schemas: Json = {};
  const toSchema = (schema: z.ZodType): Json => hoist(schema, schemas);
  toSchema(problem);
  const paths: Record<string, Json> = {};
  for (const route of ALL_ROUTES) {
    const path = `${route.words.base ?? API_PREFIX}${route.words.path.replace('...}', '}')}`;
    const operations = (paths[path] ??= {});
    operations[route.words.method.toLowerCase()] = describeRoute(route, toSchema);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Strongroom',
      version: '1',
      summary: 'A self-hosted strongroom for machine-learning models.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: [...new Set(ALL_ROUTES.map(({ words }) => words.tag))].map((name) => ({ name })),
    paths,
    components: { schemas: sorted(schemas), responses: RESPONSES, securitySchemes: SECURITY_SCHEMES },
  };
}

const RESPONSES = {
  Problem: {
    description: 'What went wrong (RFC 9457).',
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  },
} as const;

const SECURITY_SCHEMES = {
  bearer: {
    type: 'http',
    scheme: 'bearer',
    description: 'An access token of a log-in, or a token that a user or service account has (srp_…, srs_…).',
  },
  basic: {
    type: 'http',
    scheme: 'basic',
    description: 'Any name, and a token as the password; for predictions only.',
  },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: '__Host-strongroom',
    description:
      'Of browsers; everything but reading also wants the header X-CSRF and comes from this server.',
  },
} as const;

function describeRoute(route: Route, toSchema: (schema: z.ZodType) => Json): Json {
  const { words, schemas } = route;
  const parameters = [
    ...parametersOf('path', schemas.params, toSchema),
    ...parametersOf('query', schemas.query, toSchema),
    ...headersOf(route),
  ];
  const body = bodyOf(route, toSchema);
  return {
    operationId: words.id,
    summary: words.summary,
    tags: [words.tag],
    security: securityOf(words),
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: body }),
    responses: { ...successOf(route, toSchema), ...failuresOf(route) },
  };
}

function securityOf({ isOpen, takesBasic }: Route['words']): readonly Json[] {
  if (isOpen === true) return [];
  return [{ bearer: [] }, { session: [] }, ...(takesBasic === true ? [{ basic: [] }] : [])];
}

function parametersOf(
  place: 'path' | 'query',
  schema: z.ZodType,
  toSchema: (schema: z.ZodType) => Json,
): Json[] {
  const object = toSchema(schema);
  const required = new Set((object['required'] as readonly string[] | undefined) ?? []);
  const properties = Object.entries((object['properties'] as Record<string, Json> | undefined) ?? {});
  return properties.map(([name, own]) => ({
    name,
    in: place,
    required: place === 'path' || required.has(name),
    schema: own,
  }));
}

function header(name: string, description: string, schema: Json = { type: 'string' }): Json {
  return { name, in: 'header', required: false, description, schema };
}

function headersOf(route: Route): Json[] {
  const { method, id } = route.words;
  if (id === 'versions.download') {
    return [
      header('Range', 'One range of bytes (RFC 9110).'),
      header('If-Range', 'The tag of what the client has a part of.'),
      header('If-None-Match', 'Tags of what the client has.'),
      header('Strongroom-Access-Code', 'The access code of the version, base64.'),
    ];
  }
  if (id === 'inference.infer') {
    return [
      header('Inference-Header-Content-Length', 'Where the JSON ends and binary data begins.', {
        type: 'integer',
        minimum: 0,
      }),
    ];
  }
  if (id === 'uploads.append') {
    return [
      {
        ...header('Upload-Offset', 'Where these bytes begin.', { type: 'integer', minimum: 0 }),
        required: true,
      },
    ];
  }
  if (method === 'GET') return [header('If-None-Match', 'Tags of what the client has.')];
  if (route.kind === 'identity' || route.kind === 'stream') return [];
  return [header('Idempotency-Key', 'Does it once, however often it is sent within a day.')];
}

function bodyOf(route: Route, toSchema: (schema: z.ZodType) => Json): Json | undefined {
  const content: Json = {};
  const { body } = route.schemas;
  if (body !== undefined) content['application/json'] = { schema: toSchema(body) };
  if (route.kind === 'stream') {
    for (const type of route.accepts) content[type] = { schema: contentOf(type) };
  }
  if (Object.keys(content).length === 0) return undefined;
  const isNeeded = body === undefined || !body.safeParse({}).success;
  return { required: isNeeded, content };
}

function contentOf(type: string): Json {
  if (type === 'application/json') return { type: 'object' };
  if (type.startsWith('text/') || type === 'application/x-ndjson') return { type: 'string' };
  if (type !== 'multipart/form-data') return { type: 'string', format: 'binary' };
  return {
    type: 'object',
    properties: {
      version: { type: 'string', contentMediaType: 'application/json' },
      file: { type: 'string', format: 'binary' },
    },
    required: ['file'],
  };
}

function successOf(route: Route, toSchema: (schema: z.ZodType) => Json): Json {
  const { answer } = route.schemas;
  if (route.words.id === 'versions.download') {
    const content = { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } };
    return {
      200: { description: 'The file.', content },
      206: { description: 'The range of it.', content },
      304: UNCHANGED,
    };
  }
  if (answer === undefined) return { 204: { description: 'Done.' } };
  const json = { schema: toSchema(answer) };
  const content = {
    'application/json': json,
    ...(route.kind === 'stream' &&
      Object.fromEntries(
        route.gives
          .filter((type) => type !== 'application/json')
          .map((type) => [type, { schema: { type: 'string' } }]),
      )),
    ...(route.kind === 'long' && { 'application/x-ndjson': { schema: { type: 'string' } } }),
  };
  const success = { [route.words.status ?? 200]: { description: 'Done.', content } };
  return route.words.method === 'GET' && route.kind !== 'identity' ? { ...success, 304: UNCHANGED } : success;
}

/** Whoever tries to prove who they are may fail, and try too often. */
const LOG_IN_ERRORS: readonly ErrorCode[] = ['AUTH_FAILED', 'AUTH_THROTTLED', 'AUTH_BUSY'];

const UNCHANGED = { description: 'The client has it already.' } as const;

function failuresOf(route: Route): Json {
  const { words } = route;
  const codes = new Set<ErrorCode>([
    ...COMMON_ERRORS,
    ...(words.isOpen === true ? [] : CALLER_ERRORS),
    ...(words.method === 'GET' || words.method === 'DELETE' ? [] : BODY_ERRORS),
    ...(isUnsafe(words.method) ? UNSAFE_ERRORS : []),
    ...(route.kind === 'identity' ? LOG_IN_ERRORS : []),
    ...(words.errors ?? []),
  ]);
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of codes) {
    const status = statusOf(new StrongroomError(code, ''));
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus]
      .sort(([a], [b]) => a - b)
      .map(([status, own]) => [
        status,
        { $ref: '#/components/responses/Problem', description: own.sort().join(', ') },
      ]),
  );
}

function isUnsafe(method: Method): boolean {
  return method !== 'GET' && method !== 'HEAD';
}

/** A schema as JSON Schema, its named parts moved to where all of them stand. */
function hoist(schema: z.ZodType, schemas: Json): Json {
  const json = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      // Ours says that nobody changes the value; OpenAPI's would say that it must not be sent.
      delete jsonSchema.readOnly;
    },
  }) as Json;
  const { $defs, $schema: _dialect, id: _id, ...own } = moved(json) as Json;
  for (const [name, part] of Object.entries(($defs as Json | undefined) ?? {}))
    schemas[name] = withoutId(part as Json);
  const { id } = json;
  if (typeof id !== 'string') return own;
  schemas[id] = own;
  return { $ref: `#/components/schemas/${id}` };
}

function withoutId({ id: _id, ...own }: Json): Json {
  return own;
}

/** References to named parts, as they stand in the description. */
function moved(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(moved);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      name === '$ref' && typeof inner === 'string'
        ? inner.replace('#/$defs/', '#/components/schemas/')
        : moved(inner),
    ]),
  );
}

function sorted(object: Json): Json {
  return Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));
}
