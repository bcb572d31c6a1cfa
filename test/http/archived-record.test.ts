// The record over HTTP, after old entries were moved out of it.
import assert from 'node:assert/strict';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { openStrongroom } from '../../src/open/index.ts';
import { lookAround } from '../kit/look-around.ts';
import { serveHome } from './server-kit.ts';

test('who asks for archived entries is told that they are in an archive, and what is left comes as before', async (t) => {
  const served = await serveHome(t);
  {
    await using owner = await openStrongroom({ home: served.home });
    await lookAround(owner.api, 300);
    const destination = join(dirname(served.home), 'old.sraudit');
    await owner.archives.create({ destination, before: '2999-01-01T00:00:00.000Z' });
  }
  const token = await served.tokenOf('auditor');
  const tiles = (level: number | 'entries') =>
    served.call('/api/v1/audit/tiles', {
      method: 'POST',
      token,
      json: { tiles: [{ level, index: 0, width: 256 }] },
    });
  const proof = await served.call('/api/v1/audit/proof?index=0', { token });
  for (const { status, headers, json } of [await tiles('entries'), proof]) {
    assert.deepEqual([status, json['code'], headers['retry-after']], [404, 'AUDIT_ARCHIVED', undefined]);
    assert.match(String(json['detail']), /^the entries 0 to 255 are in an archive/);
    assert.match(String(json['hint']), /audit unarchive FILE/);
  }
  assert.equal((await tiles(0)).status, 200);
});
