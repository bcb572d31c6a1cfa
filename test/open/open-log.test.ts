import assert from 'node:assert/strict';
import { readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { createServer } from 'node:tls';
import { makeServerCertificate } from '../../src/crypto/index.ts';
import { Forwarder, parseHostRule } from '../../src/network/index.ts';
import { fetchFor } from '../../src/open/fetch-for.ts';
import { openLog } from '../../src/open/open-log.ts';
import { logSection } from '../../src/settings/index.ts';
import { RotatingFile } from '../../src/storage/index.ts';
import { createLog, syslogFrame } from '../../src/telemetry/index.ts';
import { temporaryFolder } from '../kit/temporary-home.ts';
import { withCode } from '../storage/temporary-folder.ts';

test('a file of the log is put aside when it is full, and the oldest goes', async (t) => {
  const folder = await temporaryFolder(t);
  const path = join(folder, 'strongroom.log');
  const lost: number[] = [];
  const options = { path, maxBytes: 1000, maxFiles: 3, onLost: (lines: number) => void lost.push(lines) };
  const file = await RotatingFile.open(options);
  for (let at = 0; at < 100; at += 1) file.write(`line ${String(at).padStart(4, '0')} ${'x'.repeat(89)}\n`);
  await file.close();
  assert.deepEqual((await readdir(folder)).sort(), [
    'strongroom.log',
    'strongroom.log.1',
    'strongroom.log.2',
  ]);
  const [newest, middle, oldest] = await Promise.all(
    ['', '.1', '.2'].map((ending) => readFile(`${path}${ending}`, 'utf8')),
  );
  const kept = `${oldest}${middle}${newest}`.trimEnd().split('\n');
  assert.deepEqual(
    kept.map((line) => Number(line.slice(5, 9))),
    Array.from({ length: kept.length }, (_, at) => 100 - kept.length + at),
  );
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  assert.deepEqual(lost, []);
  const again = await RotatingFile.open(options);
  again.write('one more\n');
  await again.close();
  assert.ok((await readFile(path, 'utf8')).endsWith('one more\n'));
});

test('a symbolic link in the place of the file is refused', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'elsewhere'), '');
  await symlink(join(folder, 'elsewhere'), join(folder, 'strongroom.log'));
  const options = {
    path: join(folder, 'strongroom.log'),
    maxBytes: 1000,
    maxFiles: 3,
    onLost: () => undefined,
  };
  await assert.rejects(RotatingFile.open(options), withCode('STORAGE_PATH_UNSAFE'));
});

test('a line becomes a syslog message as RFC 5424 has it, in the frame of RFC 5425', () => {
  const lines: string[] = [];
  const log = createLog({ destination: { write: (line) => void lines.push(line) } });
  log.write('auth', { level: 'critical', message: 'blocked 192.0.2.7' });
  log.write('access', { level: 'info', message: 'GET 200' });
  const frames = lines.map((line) => Buffer.from(syslogFrame(line, { host: 'vault-1', pid: 42 })).toString());
  const time = '\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z';
  assert.match(frames[0] ?? '', new RegExp(`^\\d+ <34>1 ${time} vault-1 strongroom 42 auth - \ufeff\\{`));
  assert.match(frames[1] ?? '', new RegExp(`^\\d+ <134>1 ${time} vault-1 strongroom 42 access - \ufeff\\{`));
  for (const frame of frames) {
    const [length, ...rest] = frame.split(' ');
    assert.equal(Buffer.byteLength(rest.join(' ')), Number(length));
  }
});

test('lines are forwarded over TLS in order, and again after the connection was cut', async (t) => {
  const { keyPem, certificatePem } = await makeServerCertificate({ names: ['localhost'] });
  let received = '';
  let connections = 0;
  const server = createServer({ key: Buffer.from(keyPem.expose()), cert: certificatePem }, (socket) => {
    connections += 1;
    const which = connections;
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      received += bytes.toString();
      if (which === 1) socket.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const { port } = server.address() as { port: number };
  const forwarder = new Forwarder({
    host: 'localhost',
    port,
    policy: { hosts: [parseHostRule(`localhost:${port}`)], allowLoopback: true, ca: certificatePem },
    onLost: () => undefined,
  });
  forwarder.send(Buffer.from('first;'));
  while (!received.includes('first;')) await new Promise((resolve) => setTimeout(resolve, 20));
  while (!received.includes('last;')) {
    forwarder.send(Buffer.from('last;'));
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await forwarder.close();
  assert.ok(connections >= 2);
});

test('a file of authorities that is missing, or holds none, stops what names it', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'empty.pem'), 'no certificate');
  for (const name of ['missing.pem', 'empty.pem']) {
    const caFile = join(folder, name);
    await assert.rejects(
      fetchFor({
        url: 'https://collector.example:4318/',
        networks: { name: 'traces.networks', value: '' },
        caFile,
      }),
      withCode('CONFIG_INVALID'),
    );
  }
});

test('a setting that lists something else than networks stops what it is for, and says which word', async (t) => {
  const folder = await temporaryFolder(t);
  for (const value of ['10.0.0.0/8, intranet', '10.0.0.1/8', '10.0.0.0/33']) {
    const wrong = value.split(', ').at(-1) ?? '';
    const refused = { ...withCode('CONFIG_INVALID'), message: new RegExp(RegExp.escape(wrong)) };
    await assert.rejects(
      fetchFor({
        url: 'https://collector.example:4318/',
        networks: { name: 'traces.networks', value },
        caFile: undefined,
      }),
      refused,
    );
    const config = logSection.parse({ syslog: 'collector.example:6514', syslog_networks: value });
    await assert.rejects(
      openLog({ home: folder, config, stdout: { write: () => undefined }, onLost: () => undefined }),
      refused,
    );
  }
});
