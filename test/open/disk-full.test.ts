// A server whose disk is full.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFile, mkdir, rm } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';
import { test } from 'node:test';
import { utf8Text } from '../../src/bytes/index.ts';
import { initHome, openStrongroom, serveOverHttps } from '../../src/open/index.ts';
import { temporaryFolder } from '../kit/temporary-home.ts';

/** Writes until nothing fits any more. */
async function fill(path: string): Promise<void> {
  try {
    for (;;) await appendFile(path, new Uint8Array(4096));
  } catch (error) {
    assert.equal(error instanceof Error && 'code' in error && error.code, 'ENOSPC');
  }
}

function run(command: string, ...words: readonly string[]): void {
  execFileSync(command, words, { stdio: 'pipe' });
}

let looked = 0;

/** Lists the models of a namespace, another one each time, which is an entry of the record; gives status and code. */
function list(url: string, token: string): Promise<readonly [status: number, code: unknown]> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}` };
    const options = { headers, rejectUnauthorized: false, agent: false } as const;
    request(`${url}/api/v1/models?namespace=lab-${looked++}`, options, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('end', () => {
        const { code } = JSON.parse(Buffer.concat(parts).toString()) as { code?: unknown };
        resolve([answer.statusCode ?? 0, code]);
      });
    })
      .on('error', reject)
      .end();
  });
}

async function tokenOfReader(home: string): Promise<string> {
  await using strongroom = await openStrongroom({ home });
  const { id: principal } = await strongroom.api.serviceAccounts.create({ name: 'reader' });
  await strongroom.api.grants.create({ principal, role: 'viewer', on: 'everything' });
  const { secret } = await strongroom.api.tokens.create({ name: 'reader', owner: principal });
  return utf8Text(secret.expose()) ?? '';
}

test('a full disk is 503 for every act, and the server recovers by itself', async (t) => {
  const disk = join(await temporaryFolder(t), 'disk');
  await mkdir(disk);
  try {
    run('mount', '-t', 'tmpfs', '-o', 'size=8388608', 'tmpfs', disk);
  } catch {
    t.skip('no small file system can be mounted here (it takes root on Linux)');
    return;
  }
  try {
    const home = join(disk, 'home');
    await initHome({ home });
    const token = await tokenOfReader(home);
    const serving = await serveOverHttps({
      home,
      listen: 'localhost:0',
      env: { STRONGROOM_LOG_TO: 'stdout' },
      limits: { maxEventLoopDelayMs: 0 },
      logTo: { write: () => undefined },
    });
    try {
      assert.deepEqual(await list(serving.url, token), [200, undefined]);
      await fill(join(disk, 'ballast'));
      let answer = await list(serving.url, token);
      for (let tries = 0; answer[0] === 200; tries += 1) {
        assert.ok(tries < 200, 'a full disk is noticed');
        answer = await list(serving.url, token);
      }
      for (let tries = 0; tries < 3; tries += 1) {
        assert.deepEqual(await list(serving.url, token), [503, 'AUDIT_UNAVAILABLE']);
      }
      await rm(join(disk, 'ballast'));
      assert.deepEqual(await list(serving.url, token), [200, undefined]);
    } finally {
      await serving.close();
    }
    await using strongroom = await openStrongroom({ home });
    const { findings } = await strongroom.api.audit.verify();
    assert.deepEqual(findings, [], 'the record is whole');
  } finally {
    run('umount', '--lazy', disk);
  }
});
