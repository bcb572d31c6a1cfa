// Every row of the table, over TLS: without credentials, with credentials that may nothing, with those that may.
import assert from 'node:assert/strict';
import { before, suite, test } from 'node:test';
import {
  ALL_ROUTES,
  parseAliasName,
  parseFilePath,
  parseModelName,
  type Route,
} from '../../src/api/index.ts';
import { Passphrase, SecretBytes, utf8Bytes } from '../../src/bytes/index.ts';
import { type Answer, putVersion, type ServedHome, serveHome } from './server-kit.ts';

const model = parseModelName('acme/churn');
const secret = () => SecretBytes.copyOf(utf8Bytes('nothing'));
const passphrase = () => Passphrase.fromText('a passphrase of nobody');
const version = { model, version: 1 };

/** What comes of these has tests of its own; that nobody else may is shown here. */
const ELSEWHERE = 0;

/** What is sent to each route, and the status that an administrator gets. */
const CASES: Readonly<Record<string, readonly [input: object, status: number]>> = {
  'namespaces.create': [{ name: 'lab' }, 201],
  'namespaces.list': [{}, 200],
  'namespaces.get': [{ name: 'acme' }, 200],
  'namespaces.configure': [{ name: 'acme', keyScope: 'namespace' }, 200],
  'namespaces.remove': [{ name: 'acme' }, 409],
  'models.list': [{}, 200],
  'models.get': [{ model }, 200],
  'models.configure': [{ model, description: 'churn' }, 200],
  'models.remove': [{ model: parseModelName('acme/other') }, 404],
  'versions.list': [{ model }, 200],
  'versions.get': [version, 200],
  'versions.open': [version, 200],
  'versions.download': [{ ...version, path: parseFilePath('m.bin') }, 200],
  'versions.best': [{ model }, 400],
  'versions.verify': [{}, 200],
  'versions.addMetrics': [{ ...version, metrics: { accuracy: 0.5 } }, 200],
  'versions.remove': [{ model, version: 99 }, 404],
  'versions.put': [{ model, path: parseFilePath('n.bin') }, 201],
  'uploads.create': [{ model, files: [{ path: 'a.bin', size: 3 }] }, 201],
  'uploads.get': [{ id: 'nothing-here' }, 404],
  'uploads.append': [{ id: 'nothing-here' }, 404],
  'uploads.finish': [{ id: 'nothing-here' }, 404],
  'uploads.cancel': [{ id: 'nothing-here' }, 404],
  'aliases.set': [{ model, alias: parseAliasName('gold'), version: 1 }, 200],
  'aliases.remove': [{ model, alias: parseAliasName('tin') }, 404],
  'keys.list': [{}, 200],
  'keys.rotate': [{ name: 'acme' }, 200],
  'keys.retire': [{ name: 'acme', version: 9 }, 404],
  'keys.destroy': [{ name: 'acme', version: 9 }, 404],
  'keys.backup': [{ passphrase: passphrase() }, 200],
  'root.list': [{}, 200],
  'root.add': [{ seal: { kind: 'passphrase', passphrase: passphrase(), kdf: 'pbkdf2-sha256' } }, 201],
  'root.remove': [{ id: 'nothing-here' }, 404],
  'root.change': [{ seals: [{ kind: 'shares', total: 2, threshold: 3 }] }, 400],
  'trust.get': [{ namespace: 'acme' }, 200],
  'trust.set': [{ namespace: 'acme', change: { approvals: 2 } }, 200],
  'signingKeys.list': [{}, 200],
  'signingKeys.generate': [{ name: 'ours' }, 201],
  'signingKeys.import': [{ name: 'theirs', key: new Uint8Array(4) }, 400],
  'signingKeys.revoke': [{ id: 'nothing-here', reason: 'lost' }, 404],
  'signatures.list': [version, 200],
  'signatures.sign': [{ ...version, keyId: 'nothing-here' }, 404],
  'signatures.add': [{ ...version, content: new Uint8Array(4) }, 422],
  'scans.get': [version, 200],
  'scans.rescan': [{}, 200],
  'rollouts.get': [{ model, alias: 'production' }, 404],
  'rollouts.set': [{ model, alias: 'production', shadow: 1 }, 404],
  'rollouts.promote': [{ model, alias: 'production' }, 404],
  'rollouts.rollback': [{ model, alias: 'production' }, 404],
  'schemas.set': [{ model, schema: { features: [{ name: 'age', min: 0, max: 120 }] } }, 200],
  'schemas.get': [version, 200],
  'schemas.remove': [{ model }, 204],
  'predictions.metadata': [version, 409],
  'predictions.isReady': [version, 200],
  'predictions.index': [{}, 200],
  'predictions.load': [version, 409],
  'predictions.unload': [version, 204],
  'predictions.statistics': [{}, 200],
  'inference.server': [{}, 200],
  'inference.models': [{}, 200],
  'inference.statistics': [{}, 200],
  'inference.metadata': [version, 409],
  'inference.config': [version, 409],
  'inference.modelReady': [version, 409],
  'inference.modelStatistics': [version, 200],
  'inference.infer': [version, 409],
  'inference.index': [{}, 200],
  'inference.load': [version, 409],
  'inference.unload': [version, 200],
  'inference.predict': [version, 409],
  'quarantine.list': [{}, 200],
  'quarantine.get': [version, 409],
  'quarantine.release': [{ ...version, reason: 'because' }, 409],
  'quarantine.remove': [version, 409],
  'system.status': [{}, 200],
  'audit.search': [{ limit: 5 }, 200],
  'audit.verify': [{}, 200],
  'audit.key': [{}, 200],
  'audit.prove': [{ index: 0 }, 200],
  'audit.consistency': [{ size: 1 }, 200],
  'audit.checkpoint': [{}, 200],
  'audit.tiles': [{ tiles: [] }, 200],
  'audit.archives': [{}, 200],
  'audit.witnessed': [{}, 200],
  'audit.witness': [{ key: 'none' }, ELSEWHERE],
  'audit.cosign': [{ growth: 'none' }, ELSEWHERE],
  'blocks.list': [{}, 200],
  'blocks.add': [{ source: '192.0.2.7', reason: 'a test' }, 201],
  'blocks.remove': [{ source: '192.0.2.8' }, ELSEWHERE],
  'lockdown.status': [{}, 200],
  'lockdown.begin': [{ reason: 'a test' }, ELSEWHERE],
  'lockdown.lift': [{ reason: 'a test' }, ELSEWHERE],
  'defence.status': [{}, 200],
  'defence.configure': [{ mode: 'act', reason: 'a test' }, 200],
  'defence.learn': [{ model: 'acme/none' }, 404],
  'defence.forgive': [{ model: 'acme/none', principal: 'user:nobody' }, 404],
  'audit.receipt': [{ requestId: 'nothing-here' }, 404],
  'users.list': [{}, 200],
  'users.get': [{ name: 'nobody' }, 404],
  'users.invite': [{ name: 'grace' }, 201],
  'users.reset': [{ name: 'nobody' }, 404],
  'users.configure': [{ name: 'nobody', displayName: 'Nobody' }, 404],
  'users.disable': [{ name: 'nobody' }, 404],
  'users.enable': [{ name: 'nobody' }, 404],
  'users.identities': [{ name: 'nobody' }, 404],
  'users.link': [{ name: 'nobody', provider: 'corp', subject: '1' }, 404],
  'users.unlink': [{ name: 'nobody', id: 'nothing-here' }, 404],
  'serviceAccounts.list': [{}, 200],
  'serviceAccounts.get': [{ name: 'nobody' }, 404],
  'serviceAccounts.create': [{ name: 'builder' }, 201],
  'serviceAccounts.disable': [{ name: 'nobody' }, 404],
  'serviceAccounts.enable': [{ name: 'nobody' }, 404],
  'roles.list': [{}, 200],
  'roles.set': [{ name: 'reader', permissions: ['model:read'] }, 200],
  'roles.remove': [{ name: 'nothing' }, 404],
  'grants.list': [{}, 200],
  'grants.create': [{ principal: 'user:nobody', role: 'viewer', on: 'everything' }, 404],
  'grants.remove': [{ id: 'nothing-here' }, 404],
  'tokens.list': [{}, 200],
  'tokens.create': [{ name: 'mine', owner: 'service-account:nobody' }, 404],
  'tokens.revoke': [{ id: 'nothing-here' }, 404],
  'approvals.list': [{}, 200],
  'approvals.request': [{ action: 'key:destroy', resource: 'key acme@1', reason: 'old' }, 400],
  'approvals.decide': [{ id: 'nothing-here', decision: 'approved', reason: 'yes' }, 403],
  'clientCertificates.list': [{}, 200],
  'clientCertificates.bind': [{ serviceAccount: 'nobody', certificate: new Uint8Array(3) }, 422],
  'clientCertificates.unbind': [{ id: 'nothing-here' }, 204],
  'workloads.list': [{}, 200],
  'workloads.set': [
    {
      name: 'ci',
      issuer: 'https://token.actions.githubusercontent.com',
      audience: 'strongroom',
      claims: { repository_id: '1', environment: 'production' },
    },
    200,
  ],
  'workloads.remove': [{ name: 'nothing' }, 404],
  'account.endSession': [{ id: 'nothing-here' }, 404],
  'account.changePassword': [{ current: secret(), next: secret() }, 403],
  'account.beginTotp': [{}, 403],
  'account.confirmTotp': [{ code: '123456' }, 403],
  'account.removeTotp': [{}, 403],
  'account.beginPasskey': [{}, 403],
  'account.confirmPasskey': [{ name: 'mine', response: {} }, 403],
  'account.removePasskey': [{ id: 'nothing-here' }, 403],
  'account.get': [{}, 200],
  'account.sessions': [{}, 200],
  'account.passkeys': [{}, 200],
  'identity.logOut': [{}, 204],
};

/** What is sent to those addresses of predictions that want a body. */
const DOCUMENTS: Readonly<Record<string, string>> = {
  'inference.infer': '{"inputs":[]}',
  'inference.index': '{}',
  'inference.load': '{}',
  'inference.unload': '{}',
  'inference.predict': '{"features":[1]}',
};

/** Whoever is known may ask these about themselves. */
const OWN =
  /^(?:account|identity)\.|^inference\.server$|^(?:tokens\.list|approvals\.(?:list|request)|uploads\.(?:get|append|finish|cancel))$/;
/** Lists leave out what one may not see instead of refusing. */
const LISTS = /^(?:namespaces|models|grants)\.list$/;

async function ask(served: ServedHome, route: Route, token?: string): Promise<Answer> {
  const [input] = CASES[route.words.id] ?? [{}];
  const { path, query, body } = route.write(input);
  const search = new URLSearchParams(query).toString();
  const isStream = route.kind === 'stream' && route.accepts.length > 0;
  return await served.call(search === '' ? path : `${path}?${search}`, {
    method: route.words.method,
    ...(token !== undefined && { token }),
    ...(body !== undefined && { json: body }),
    ...(isStream && {
      body: 'abc',
      headers: { 'content-type': 'application/octet-stream', 'upload-offset': '0' },
    }),
    ...(route.words.id in DOCUMENTS && {
      body: DOCUMENTS[route.words.id],
      headers: { 'content-type': 'application/json' },
    }),
    ...(route.words.id === 'uploads.append' && {
      headers: { 'content-type': 'application/partial-upload', 'upload-offset': '0' },
    }),
  });
}

function assertProblem(answer: Answer, what: string): void {
  assert.match(String(answer.headers['content-type']), /^application\/problem\+json/, what);
  assert.equal(answer.json['status'], answer.status, what);
  assert.match(String(answer.json['code']), /^[A-Z][A-Z0-9_]+$/, what);
  assert.equal(answer.json['requestId'], answer.headers['x-request-id'], what);
}

suite('every route', () => {
  let served: ServedHome;
  let admin: string;
  let nobody: string;
  const cleanUp: (() => Promise<void> | void)[] = [];

  before(async () => {
    served = await serveHome({ after: (work) => void cleanUp.push(work as () => Promise<void>) });
    await putVersion(served, { 'm.bin': 'weights' });
    admin = await served.tokenOf('admin');
    nobody = await served.tokenOf();
  });
  test.after(async () => {
    for (const work of cleanUp.reverse()) await work();
  });

  test('refuses whoever shows nothing, before it looks at what is asked', async () => {
    for (const route of ALL_ROUTES.filter(({ words }) => words.isOpen !== true)) {
      const answer = await ask(served, route);
      assert.equal(answer.status, 401, route.words.id);
      assert.equal(answer.json['code'], 'CREDENTIALS_MISSING', route.words.id);
      assert.match(String(answer.headers['www-authenticate']), /^Bearer/, route.words.id);
      assertProblem(answer, route.words.id);
    }
  });

  test('gives nothing to whoever was granted nothing', async () => {
    for (const route of ALL_ROUTES.filter(({ words }) => words.isOpen !== true && words.id in CASES)) {
      const { id } = route.words;
      if (OWN.test(id)) continue;
      const answer = await ask(served, route, nobody);
      if (answer.status === 200) assert.deepEqual([LISTS.test(id), answer.json['items']], [true, []], id);
      else {
        assert.ok([403, 404].includes(answer.status), `${id}: ${answer.status} ${answer.text}`);
        assertProblem(answer, id);
      }
    }
  });

  test('does what an administrator asks', async () => {
    for (const route of ALL_ROUTES) {
      const known = CASES[route.words.id];
      if (known === undefined || known[1] === ELSEWHERE || route.words.id === 'identity.logOut') continue;
      const answer = await ask(served, route, admin);
      assert.equal(answer.status, known[1], `${route.words.id}: ${answer.text}`);
      if (answer.status >= 400) assertProblem(answer, route.words.id);
    }
  });

  test('every row that wants a caller stands in this table', () => {
    const missing = ALL_ROUTES.map(({ words }) => words)
      .filter(({ id, isOpen }) => isOpen !== true && !(id in CASES))
      .map(({ id }) => id);
    assert.deepEqual(missing, []);
  });
});
