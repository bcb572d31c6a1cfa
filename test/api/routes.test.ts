// The table of routes: server, client and the OpenAPI description stand on it.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { ZodError, z } from 'zod';
import {
  ALL_ROUTES,
  parseAliasName,
  parseFilePath,
  parseModelName,
  type RawRequest,
  ROUTES,
  type Route,
} from '../../src/api/index.ts';
import { Passphrase, utf8Text } from '../../src/bytes/index.ts';

const model = parseModelName('acme/churn');

/** How schemas are read for what comes in; what JSON Schema cannot say does not matter here. */
const IN = { io: 'input', unrepresentable: 'any' } as const;

/** Where a schema takes objects with members that it does not name. */
function laxObjects(schema: unknown, at: string): readonly string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  if (Array.isArray(schema)) return schema.flatMap((each) => laxObjects(each, at));
  const { properties, items, additionalProperties, anyOf, oneOf, allOf } = schema as Record<string, unknown>;
  const isLax = properties !== undefined && additionalProperties !== false;
  return [
    ...(isLax ? [at] : []),
    ...Object.entries(properties ?? {}).flatMap(([name, each]) => laxObjects(each, `${at}.${name}`)),
    ...[items, anyOf, oneOf, allOf].flatMap((each) => laxObjects(each, at)),
    ...(typeof additionalProperties === 'object' ? laxObjects(additionalProperties, at) : []),
  ];
}

/** Parameters as a router finds them in a path. */
function paramsOf(template: string, path: string): Record<string, string> {
  const pattern = template.replace(/\{([a-zA-Z]+)(\.\.\.)?\}/g, (_all, name: string, slashes?: string) =>
    slashes === undefined ? `(?<${name}>[^/]+)` : `(?<${name}>.+)`,
  );
  const found = new RegExp(`^/api/v1${pattern}$`).exec(path)?.groups ?? {};
  return Object.fromEntries(Object.entries(found).map(([name, text]) => [name, decodeURIComponent(text)]));
}

suite('routes', () => {
  test('no two have the same id, or the same method and path', () => {
    const ids = ALL_ROUTES.map(({ words }) => words.id);
    assert.equal(new Set(ids).size, ids.length);
    const addresses = ALL_ROUTES.map(({ words }) => `${words.method} ${words.path.replace(/\{\w+/g, '{')}`);
    assert.equal(new Set(addresses).size, addresses.length);
  });

  test('fields that nobody knows are refused, also deep inside of what comes in', () => {
    // What an authenticator answers is its own, and may have more in it than is looked at.
    const foreign = ['account.confirmPasskey body.response', 'identity.finishPasskey body.response'];
    const lax = ALL_ROUTES.flatMap(({ words, schemas: { params, query, body } }) =>
      Object.entries({ params, query, body }).flatMap(([part, schema]) =>
        schema === undefined
          ? []
          : laxObjects(z.toJSONSchema(schema, IN), part).map((at) => `${words.id} ${at}`),
      ),
    );
    assert.deepEqual(lax.toSorted(), foreign);
  });

  test('every id is the noun and verb that the row stands under', () => {
    for (const [noun, rows] of Object.entries<object>(ROUTES)) {
      for (const [verb, { words }] of Object.entries<Route>(rows as Record<string, Route>)) {
        if (words.id === 'versions.put') continue;
        assert.equal(words.id, `${noun}.${verb}`);
      }
    }
  });

  test('what the client writes, the server reads', () => {
    const production = parseAliasName('production');
    const path = parseFilePath('weights/part one#1.bin');
    const cases = [
      [ROUTES.versions.get, { model, version: 7 }],
      [ROUTES.versions.get, { model, alias: production }],
      [ROUTES.versions.get, { model }],
      [ROUTES.versions.download, { model, version: 7, path }],
      [ROUTES.aliases.set, { model, alias: production, version: 7 }],
      [ROUTES.versions.addMetrics, { model, version: 1, metrics: { accuracy: 0.97 } }],
      [ROUTES.versions.verify, { ref: { model, version: 3 }, depth: 'sealed' }],
      [ROUTES.models.list, { namespace: 'acme' }],
      [ROUTES.grants.create, { principal: 'user:ada', role: 'viewer', on: 'everything' }],
      [ROUTES.signatures.add, { model, version: 1, content: new Uint8Array([1, 2, 3]) }],
      [ROUTES.users.configure, { name: 'ada', displayName: 'Ada' }],
      [ROUTES.audit.search, { limit: 5, outcome: 'refused', before: 9 }],
    ] as const;
    for (const [route, input] of cases) {
      const {
        path: written,
        query,
        body,
      } = (route.write as (input: unknown) => ReturnType<typeof route.write>)(input);
      const params = paramsOf(route.words.path, written);
      const wire: unknown = body === undefined ? undefined : JSON.parse(JSON.stringify(body));
      assert.deepEqual(route.read({ params, query, body: wire }), input, route.words.id);
    }
  });

  test('a secret crosses the border as text and is a secret on both sides', () => {
    const accessCode = Passphrase.fromText('open sesame');
    const { body } = ROUTES.versions.open.write({ model, accessCode });
    assert.deepEqual(body, { accessCode: 'open sesame' });
    const params = { namespace: 'acme', model: 'churn', version: '1' };
    const read = ROUTES.versions.open.read({ params, query: {}, body });
    assert.ok(read.accessCode instanceof Passphrase);
    assert.equal(utf8Text(read.accessCode.expose()), 'open sesame');
  });

  test('refuses what it does not know, in path, query and body', () => {
    const params = { namespace: 'acme', model: 'churn', version: '1' };
    const read = (request: RawRequest) => ROUTES.versions.get.read(request);
    const bad = [
      { params: { ...params, extra: 'x' }, query: {}, body: undefined },
      { params, query: { fast: '1' }, body: undefined },
      { params: { ...params, version: '0' }, query: {}, body: undefined },
      { params: { ...params, version: '007' }, query: {}, body: undefined },
      { params: { ...params, model: '../churn' }, query: {}, body: undefined },
      { params: { ...params, namespace: 'ACME' }, query: {}, body: undefined },
    ];
    for (const request of bad) assert.throws(() => read(request), ZodError);
    assert.throws(
      () => ROUTES.namespaces.create.read({ params: {}, query: {}, body: { name: 'acme', owner: 'me' } }),
      ZodError,
    );
  });

  test('text is normalised, and control characters are refused', () => {
    const name = (displayName: string) =>
      ROUTES.users.configure.read({ params: { name: 'ada' }, query: {}, body: { displayName } });
    assert.equal(name('Ame\u0301lie').displayName, 'Am\u00e9lie');
    for (const text of ['a\u0000b', 'a\nb', 'a\u001b[2Jb', 'a\u2028b', 'a\ud800b']) {
      assert.throws(() => name(text), ZodError);
    }
  });

  test('an answer shows what its schema names and nothing else', () => {
    const namespace = {
      name: 'acme',
      createdAt: '2026-01-01T00:00:00.000Z',
      encryption: 'on',
      keyScope: 'namespace',
      modelCount: 1,
    };
    const encoded = ROUTES.namespaces.get.encode({ ...namespace, internal: 'x' } as never);
    assert.deepEqual(encoded, namespace);
  });

  test('a list has its limit and cursor beside its own query', () => {
    const query = { namespace: 'acme', limit: '10', cursor: 'abc' };
    assert.deepEqual(ROUTES.models.list.read({ params: {}, query, body: undefined }), { namespace: 'acme' });
    assert.deepEqual(ROUTES.models.list.readPage(query), { limit: 10, cursor: 'abc' });
    assert.throws(() => ROUTES.models.list.readPage({ limit: '100000' }), ZodError);
  });
});
