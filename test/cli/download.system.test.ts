import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { parseModelName } from '../../src/api/index.ts';
import { openStrongroom } from '../../src/open/index.ts';
import { bytesOf, temporaryFolder } from '../kit/temporary-home.ts';
import { digestOf, fixture, type LocalServer, serveFile, startServer } from '../network/local-server.ts';
import { runCommand } from './transcript.ts';

const MARK = 'NOBODY-SHALL-READ-THIS';
const CONTENT = Buffer.from(`${MARK} `.repeat(20_000));

interface Place {
  readonly folder: string;
  readonly home: string;
  /** Runs `download` of the server's file; more words may follow. */
  readonly download: (server: LocalServer, words?: string, sha256?: string) => Promise<readonly string[]>;
}

async function newHome(t: TestContext): Promise<Place> {
  const folder = await temporaryFolder(t);
  const home = join(folder, 'home');
  const authority = join(folder, 'ca.pem');
  await writeFile(authority, fixture('ca.pem'));
  await runCommand(`strongroom --home ${home} init`);
  return {
    folder,
    home,
    download: (server, words = '', sha256 = digestOf(CONTENT)) =>
      runCommand(
        `strongroom --home ${home} download https://127.0.0.1:${server.port}/models/churn.bin?token=s3cret acme/churn --sha256 ${sha256} --allow-host 127.0.0.1:${server.port} --allow-loopback --ca-file ${authority} ${words}`,
      ),
  };
}

/** Nothing visible, nothing stored, nothing readable. */
async function assertNothingStayed({ home }: Place): Promise<void> {
  assert.deepEqual(await runCommand(`strongroom --home ${home} ls`), ['no models yet']);
  assert.deepEqual(await readdir(join(home, 'blobs')), []);
  await assertNothingReadable(home);
}

async function assertNothingReadable(home: string): Promise<void> {
  for (const entry of await readdir(home, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const bytes = await readFile(join(entry.parentPath, entry.name));
    assert.ok(!bytes.includes(MARK), `${entry.name} holds plaintext`);
  }
}

test('a download becomes a sealed version that names its origin, without the query', async (t) => {
  const place = await newHome(t);
  const server = await startServer(t, serveFile(CONTENT, { cutAt: [100_000] }));
  const shown = await place.download(server, '--alias staging --meta framework=onnx');
  assert.equal(
    shown[0],
    'downloaded and sealed acme/churn@1 (449 KiB, sha256 as expected)',
    shown.join('\n'),
  );
  assert.match(shown[1] ?? '', /^! the connection to 127\.0\.0\.1 was cut; going on after /);
  await assertNothingReadable(place.home);
  await using strongroom = await openStrongroom({ home: place.home });
  const { versions } = strongroom.api;
  const ref = { model: parseModelName('acme/churn'), version: 1 };
  await using opened = await versions.open(ref);
  const [file] = opened.files;
  assert.ok(file);
  assert.deepEqual([file.path, opened.version.aliases], ['churn.bin', ['staging']]);
  assert.deepEqual(await bytesOf(file.read()), CONTENT);
  assert.deepEqual(opened.version.metadata, {
    framework: 'onnx',
    'download.url': `https://127.0.0.1:${server.port}/models/churn.bin`,
    'download.sha256': digestOf(CONTENT),
  });
});

test('while a file arrives nothing of it can be read in the home', async (t) => {
  const place = await newHome(t);
  let finish: (() => void) | undefined;
  const half = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const answers: ServerResponse[] = [];
  const server = await startServer(t, (_request, response) => {
    answers.push(response);
    response.writeHead(200, { 'content-length': CONTENT.length });
    response.write(CONTENT.subarray(0, 300_000), () => finish?.());
  });
  const running = place.download(server);
  await half;
  await assertNothingReadable(place.home);
  assert.deepEqual(await runCommand(`strongroom --home ${place.home} ls`), ['no models yet']);
  answers[0]?.end(CONTENT.subarray(300_000));
  assert.match((await running)[0] ?? '', /^downloaded and sealed/);
});

const FAILURES: readonly {
  readonly what: string;
  readonly serve: Parameters<typeof startServer>[1];
  readonly words?: string;
  readonly sha256?: string;
  readonly certificate?: string;
  readonly says: RegExp;
  readonly exit: number;
}[] = [
  {
    what: 'a wrong digest',
    serve: serveFile(CONTENT),
    sha256: 'ab'.repeat(32),
    says: /expected sha256 abab/,
    exit: 7,
  },
  { what: 'a wrong size', serve: serveFile(CONTENT), words: '--size 17', says: /expected 17 bytes/, exit: 7 },
  {
    what: 'a body that ends early, without anything to resume by',
    serve: (_request, response) => {
      response.writeHead(200, { 'content-length': CONTENT.length });
      response.write(CONTENT.subarray(0, 300_000), () => response.socket?.destroySoon());
    },
    says: /was cut, and nothing tells/,
    exit: 10,
  },
  {
    what: 'an endless body',
    serve: (_request, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(CONTENT));
      };
      response.on('drain', more);
      more();
    },
    words: '--max-bytes 3000000',
    says: /larger than 3000000 bytes/,
    exit: 9,
  },
  {
    what: 'a file that changed during the download',
    serve: (request, response) => {
      const isFirst = request.headers.range === undefined;
      serveFile(CONTENT, isFirst ? { cutAt: [300_000] } : { etag: '"two"' })(request, response);
    },
    says: /has another file there/,
    exit: 6,
  },
  {
    what: 'a redirect to a private address that is listed',
    serve: (_request, response) => response.writeHead(302, { location: 'https://10.0.0.1/x' }).end(),
    words: '--allow-host 10.0.0.1',
    says: /the address is of a private network/,
    exit: 8,
  },
  {
    what: 'a certificate of another host',
    serve: serveFile(CONTENT),
    certificate: 'other-host.pem',
    says: /not one of 127\.0\.0\.1/,
    exit: 8,
  },
  {
    what: 'a certificate of itself',
    serve: serveFile(CONTENT),
    certificate: 'self-signed.pem',
    says: /not trusted/,
    exit: 8,
  },
];

for (const { what, serve, words, sha256, certificate, says, exit } of FAILURES) {
  test(`${what} leaves no version, no blob and no plaintext`, async (t) => {
    const place = await newHome(t);
    const server = await startServer(t, serve, certificate === undefined ? {} : { certificate });
    const shown = await place.download(server, words, sha256);
    assert.match(shown.join('\n'), says);
    assert.equal(shown.at(-1), `[exit ${exit}]`, shown.join('\n'));
    await assertNothingStayed(place);
  });
}

test('hosts, limits and authorities come from the configuration too', async (t) => {
  const place = await newHome(t);
  const server = await startServer(t, serveFile(CONTENT));
  const download = (env: string): Promise<readonly string[]> =>
    runCommand(
      `${env} strongroom --home ${place.home} download https://127.0.0.1:${server.port}/churn.bin acme/churn --sha256 ${digestOf(CONTENT)}`,
    );
  const host = `STRONGROOM_DOWNLOAD_ALLOWED_HOSTS=example.org,127.0.0.1:${server.port}`;
  const network = 'STRONGROOM_DOWNLOAD_ALLOWED_NETWORKS=127.0.0.0/8';
  const authority = `STRONGROOM_DOWNLOAD_CA_FILE=${join(place.folder, 'ca.pem')}`;
  const cases: readonly (readonly [env: string, says: RegExp])[] = [
    [`${network} ${authority}`, /is not an allowed host/],
    [`${host} ${authority}`, /the address is of this machine/],
    [`${host} ${network}`, /not trusted/],
    [`${host} ${network} ${authority} STRONGROOM_DOWNLOAD_MAX_BYTES=1000`, /larger than 1000 bytes/],
    [`${host} ${network} ${authority} STRONGROOM_DOWNLOAD_PROXY=proxy.test`, /not the address of a proxy/],
    [`${host} STRONGROOM_DOWNLOAD_ALLOWED_NETWORKS=10.0.0.1/8 ${authority}`, /not a network: 10\.0\.0\.1\/8/],
    [`${host} ${network} STRONGROOM_DOWNLOAD_CA_FILE=${join(place.home, 'absent')}`, /there is no file/],
    [`${host} ${network} ${authority}`, /^downloaded and sealed acme\/churn@1/],
  ];
  for (const [env, says] of cases) assert.match((await download(env)).join('\n'), says);
});

test('what is asked for wrongly is refused before anybody is asked', async (t) => {
  const place = await newHome(t);
  const server = await startServer(t, serveFile(CONTENT));
  assert.match((await place.download(server, '', 'abc')).join('\n'), /not a sha256/);
  assert.match((await place.download(server, '--size 0')).join('\n'), /not a size/);
  assert.match((await place.download(server, '--name ../x')).join('\n'), /not a file path/);
  const nameless = `strongroom --home ${place.home} download https://127.0.0.1:${server.port}/ acme/churn --sha256 ${digestOf(CONTENT)} --allow-host 127.0.0.1:${server.port} --allow-loopback --ca-file ${join(place.folder, 'ca.pem')}`;
  assert.equal(server.requests.length, 0);
  assert.match(
    (await runCommand(nameless)).join('\n'),
    /names no file: ""\n! hint: give the file a name with --name/,
  );
  assert.match((await runCommand(`${nameless} --name churn.bin`)).join('\n'), /^downloaded and sealed/);
});
