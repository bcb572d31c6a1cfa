import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { utf8Text } from '../../src/bytes/index.ts';
import { fixture } from '../network/local-server.ts';
import { fail2banFilter } from '../open/fail2ban-filter.ts';
import type { Check } from './check.ts';
import { findTool } from './run-tool.ts';
import { freePort, serveHome } from './served-home.ts';
import type { Workshop } from './workshop.ts';

/** Programs of others that read what the server tells of itself. */
export function observerChecks(): readonly Check[] {
  return [
    {
      name: 'fail2ban finds in the log what the server blocked, with the filter of the guide',
      missing: findTool('fail2ban-regex', 'fail2ban') ? undefined : 'fail2ban',
      run: readByFail2ban,
    },
    {
      name: 'promtool finds nothing wrong with the metrics',
      missing: findTool('promtool', 'prometheus') ? undefined : 'promtool',
      run: readByPromtool,
    },
  ];
}

async function readByFail2ban(workshop: Workshop): Promise<void> {
  const port = await freePort();
  const env = { STRONGROOM_INTRUSION_MODE: 'block', STRONGROOM_INTRUSION_FAILURES: '2' };
  const served = await serveHome(workshop, port, { env });
  const forged = '{"stream":"auth","message":"blocked 192.0.2.1: log-in-bruteforce"}';
  await ask(port, { path: `/${encodeURIComponent(forged)}` });
  for (let count = 0; count < 2; count += 1) {
    await ask(port, {
      path: '/api/v1/log-in',
      body: '{"name":"ada","password":"wrong, wrong, wrong","wants":"tokens"}',
    });
  }
  await served.close();
  const log = workshop.path('home/logs/strongroom.log');
  const filter = workshop.write('strongroom.conf', fail2banFilter());
  assert.ok(readFileSync(log, 'utf8').includes('192.0.2.1'), 'what was forged stands in the log');
  assert.equal(workshop.run('fail2ban-regex', ['-o', '<ip>', log, filter]).trim(), '127.0.0.1');
}

async function readByPromtool(workshop: Workshop): Promise<void> {
  const port = await freePort();
  let token = '';
  const served = await serveHome(workshop, port, {
    prepare: async ({ api }) => {
      const { id: principal } = await api.serviceAccounts.create({ name: 'scraper' });
      await api.roles.set({ name: 'scraper', permissions: ['metrics:read'] });
      await api.grants.create({ principal, role: 'scraper', on: 'everything' });
      const { secret } = await api.tokens.create({ name: 'scraper', owner: principal });
      token = utf8Text(secret.expose()) ?? '';
    },
  });
  try {
    for (const path of ['/healthz', '/nowhere']) await ask(port, { path });
    const text = await ask(port, { path: '/metrics', token });
    assert.match(text, /^strongroom_requests_total\{/m);
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
      input: text,
      encoding: 'utf8',
    });
    // 3: it reads them, and has an opinion on names; that is heard only where the names are ours.
    assert.ok(status === 0 || status === 3, `${stdout}${stderr}`);
    assert.doesNotMatch(`${stdout}${stderr}`, /strongroom_/);
  } finally {
    await served.close();
  }
}

interface Asked {
  readonly path: string;
  readonly token?: string;
  /** Sent as JSON. */
  readonly body?: string;
}

function ask(port: number, { path, token, body }: Asked): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
      }),
    };
    const method = body === undefined ? 'GET' : 'POST';
    const options = {
      host: 'localhost',
      port,
      path,
      method,
      headers,
      ca: fixture('ca.pem'),
      agent: false,
    } as const;
    const sent = request(options, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('end', () => resolve(Buffer.concat(parts).toString()));
    });
    sent.on('error', reject).end(body);
  });
}
