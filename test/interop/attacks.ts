import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { callApi } from '../../bench/server/call-api.ts';
import { type StartedStrongroom, startStrongroom } from '../../bench/server/start-servers.ts';
import { tokenOf } from '../../bench/server/token-of.ts';
import type { Check } from './check.ts';
import { findPythonPeer, type PythonPeer } from './python-peer.ts';
import { findTool, runTool } from './run-tool.ts';
import type { Workshop } from './workshop.ts';

const SCHEMATHESIS: PythonPeer = {
  name: 'schemathesis',
  packages: ['schemathesis==4.32.5'],
  probe: 'import schemathesis',
};
/** What schemathesis holds an API to. */
const SCHEMA_CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_schema_conformance',
].join(',');
/** What a certificate that was made on the spot cannot have: an authority that answers for it. */
const OF_OWN_CERTIFICATES = ['cert_revocation', 'DNS_CAArecord'];

/** Tools of attackers against a server as it comes, on this machine. */
export function attackChecks(isQuick: boolean): Check[] {
  if (isQuick) return [];
  return [schemaCheck(), tlsCheck(), injectionCheck(), webCheck(), ...slowChecks()];
}

function schemaCheck(): Check {
  const python = findPythonPeer(SCHEMATHESIS);
  return {
    name: 'schemathesis finds no server error and no answer that the API description does not know',
    missing: python === undefined ? 'schemathesis' : undefined,
    run: (workshop) =>
      withServer(workshop, async (server) => {
        // What it tries ends log-ins, and a lockdown; with neither it would see refusals only.
        const token = await tokenOf(server, { name: 'fuzzer', role: 'admin', on: 'everything' });
        const { output, status } = await runTool({
          command: join(dirname(python ?? ''), 'schemathesis'),
          args: [
            'run',
            `https://127.0.0.1:${server.port}/api/v1/openapi.json`,
            ...['--tls-verify', server.certificateFile, '-H', `Authorization: Bearer ${token}`],
            ...['-c', SCHEMA_CHECKS, '--phases', 'coverage,fuzzing', '-n', '10', '--max-time', '240'],
            ...['--request-timeout', '30', '--generation-database', 'none', '--seed', '4', '--no-color'],
            // Credentials of its own invention would leave only refusals; and it cannot write partial uploads.
            ...['--generation-with-security-parameters', 'false', '--exclude-operation-id', 'uploads.append'],
            ...['--exclude-operation-id', 'lockdown.begin'],
            // It finds itself among those that it may end, and the rest would be refusals.
            ...['tokens.revoke', 'serviceAccounts.disable'].flatMap((id) => ['--exclude-operation-id', id]),
          ],
          folder: workshop.folder,
          seconds: 400,
        });
        assert.equal(status, 0, output);
        await callApi(server, { method: 'GET', path: '/healthz' });
      }),
  };
}

interface TlsFinding {
  readonly id: string;
  readonly severity: string;
  readonly finding: string;
}

function tlsCheck(): Check {
  return {
    name: 'testssl.sh finds nothing above low in the default configuration',
    missing: findTool('testssl', 'testssl.sh') ? undefined : 'testssl.sh',
    run: (workshop) =>
      withServer(workshop, async (server) => {
        const file = workshop.path('testssl.json');
        const { output } = await runTool({
          command: 'testssl',
          args: [
            ...['--quiet', '--color', '0', '--warnings', 'off', '--add-ca', server.certificateFile],
            // Everything but the simulation of old clients, which takes most of the time and finds nothing.
            ...['-p', '-s', '-f', '-P', '-S', '-h', '-U', '--jsonfile', file],
            `https://localhost:${server.port}`,
          ],
          folder: workshop.folder,
          seconds: 400,
        });
        const findings = JSON.parse(readFileSync(file, 'utf8')) as readonly TlsFinding[];
        assert.ok(
          findings.some(({ id, severity }) => id === 'TLS1_3' && severity === 'OK'),
          output,
        );
        const bad = findings.filter(
          ({ id, severity }) =>
            ['MEDIUM', 'HIGH', 'CRITICAL', 'FATAL'].includes(severity) && !OF_OWN_CERTIFICATES.includes(id),
        );
        assert.deepEqual(bad, []);
      }),
  };
}

function injectionCheck(): Check {
  return {
    name: 'sqlmap finds no injection in the parameters of the API',
    missing: findTool('sqlmap', 'sqlmap') ? undefined : 'sqlmap',
    run: (workshop) =>
      withServer(workshop, (server) => tryInjections(server, workshop), {
        // Debian's version of the tool speaks no TLS 1.3.
        STRONGROOM_SERVER_TLS_MIN_VERSION: '1.2',
      }),
  };
}

async function tryInjections(server: StartedStrongroom, workshop: Workshop): Promise<void> {
  await callApi(server, {
    method: 'POST',
    path: '/api/v1/namespaces',
    token: server.token,
    json: { name: 'acme' },
  });
  const base = `https://localhost:${server.port}/api/v1`;
  const targets = [
    [`${base}/models?namespace=acme*&limit=10*`],
    [`${base}/models/acme*/churn*`],
    [`${base}/system/record?limit=5*`],
    [`${base}/users/ada*`],
    [`${base}/log-in`, '--data', '{"name":"ada*","password":"x*","wants":"tokens"}'],
  ];
  for (const [url = '', ...more] of targets) {
    const { output } = await runTool({
      command: 'sqlmap',
      args: [
        ...['-u', url, ...more, '--batch', '--level', '2', '--risk', '1', '--flush-session'],
        ...['--headers', `Authorization: Bearer ${server.token}\nContent-Type: application/json`],
        ...['--technique', 'BEUS', '--ignore-code', '401,404,429', '--disable-coloring'],
        ...['--output-dir', workshop.path('sqlmap')],
      ],
      folder: workshop.folder,
      seconds: 120,
    });
    // What it says on the way (`appears to be … injectable`) is a guess, which answers of 401 and 429 in turn bring
    // about; it tries each guess again, and this is what it says of those that hold.
    assert.doesNotMatch(output, /is vulnerable|identified the following injection/);
    assert.match(output, /all tested parameters do not appear to be injectable/, output);
  }
}

function webCheck(): Check {
  return {
    name: 'nikto finds nothing',
    missing: findTool('nikto', 'nikto') ? undefined : 'nikto, which not every Debian has,',
    run: (workshop) =>
      withServer(workshop, async (server) => {
        const { output } = await runTool({
          command: 'nikto',
          args: ['-h', `https://localhost:${server.port}`, '-ssl', '-nointeractive', '-maxtime', '240s'],
          folder: workshop.folder,
          seconds: 300,
        });
        // What it says of the certificate and of its own run begins otherwise.
        const findings = output.match(/^\+ (?:\[\d+\] |OSVDB-\d+|\/).*/gm) ?? [];
        assert.deepEqual(findings, [], output);
      }),
  };
}

/** Slow headers, slow bodies, slow readers; others come from another address, as others do. */
function slowChecks(): Check[] {
  const isThere = findTool('slowhttptest', 'slowhttptest');
  return (['-H', '-B', '-X'] as const).map((mode) => ({
    name: `slowhttptest ${mode} leaves other clients served`,
    missing: isThere ? undefined : 'slowhttptest',
    run: (workshop) =>
      withServer(workshop, async (server) => {
        const attack = runTool({
          command: 'slowhttptest',
          args: [
            ...[mode, '-c', '1000', '-r', '200', '-l', '25', '-i', '5', '-p', '3', '-x', '32'],
            ...['-u', `https://127.0.0.1:${server.port}/api/v1/models`],
            ...(mode === '-X' ? ['-w', '1', '-y', '1', '-n', '5', '-z', '1'] : []),
          ],
          folder: workshop.folder,
          seconds: 60,
        });
        const answers: number[] = [];
        for (let round = 0; round < 15; round++) {
          await wait(1000);
          answers.push(await askFrom('127.0.0.2', server));
        }
        const { output } = await attack;
        assert.match(output, /slow|SLOW|connections/, output);
        assert.deepEqual(
          answers.filter((status) => status !== 200),
          [],
        );
      }),
  }));
}

/** Status of an authenticated call within five seconds; 0 when there was none. */
function askFrom(localAddress: string, { port, ca, token }: StartedStrongroom): Promise<number> {
  return new Promise((resolve) => {
    const outgoing = request({
      ...{ host: '127.0.0.1', port, ca, localAddress, agent: false, timeout: 5000 },
      path: '/api/v1/account',
      headers: { authorization: `Bearer ${token}` },
    });
    outgoing.on('timeout', () => outgoing.destroy());
    outgoing.on('error', () => resolve(0));
    outgoing.on('response', (answer) => {
      answer.resume();
      answer.on('end', () => resolve(answer.statusCode ?? 0));
    });
    outgoing.end();
  });
}

async function withServer(
  workshop: Workshop,
  work: (server: StartedStrongroom) => Promise<void>,
  settings: Readonly<Record<string, string>> = {},
): Promise<void> {
  const server = await startStrongroom(workshop.folder, settings);
  try {
    await work(server);
  } finally {
    await server.stop();
  }
}
