import assert from 'node:assert/strict';
import { request } from 'node:https';
import { openStrongroom } from '../../src/open/index.ts';
import { fixture } from '../network/local-server.ts';
import type { Check } from './check.ts';
import { PROBED_PATHS } from './probed-paths.ts';
import { findTool, runTool } from './run-tool.ts';
import { callJson, freePort, serveHome } from './served-home.ts';
import type { Workshop } from './workshop.ts';

const OWNER_PASSWORD = 'vintage llama orbits 42 moons';
const ATTACK_SECONDS = 60;
/** Another address of this machine than the attacker's. */
const ORDINARY_ADDRESS = '127.0.0.2';

interface Attack {
  readonly name: string;
  /** What it must be noticed as: one of them. */
  readonly scenarios: readonly string[];
  /** The program that it needs and that is not there. */
  readonly missing: string | undefined;
  /** Attacks `https://127.0.0.1:port`, and gives what it printed. */
  readonly run: (port: number, workshop: Workshop) => Promise<string>;
}

/** An attack by a program of Debian. */
interface Program {
  readonly name: string;
  readonly program: string;
  readonly scenarios: readonly string[];
  readonly argue: (port: number, workshop: Workshop) => readonly string[];
}

const PROGRAMS: readonly Program[] = [
  {
    name: 'hydra guesses passwords: noticed and blocked, ordinary use goes on',
    program: 'hydra',
    scenarios: ['log-in-bruteforce'],
    argue: (port, workshop) => {
      const words = Array.from({ length: 60 }, (_, at) => `guess number ${at} of many`);
      const form = '/api/v1/log-in:{"name"\\:"^USER^","password"\\:"^PASS^","wants"\\:"tokens"}';
      return [
        ...['-l', 'ada', '-P', workshop.write('words.txt', `${words.join('\n')}\n`), '-t', '1', '-I'],
        ...['-s', String(port), '127.0.0.1', 'https-post-form'],
        `${form}:H=Content-Type\\: application/json:S=accessToken`,
      ];
    },
  },
  {
    name: 'sqlmap tries injections: noticed and blocked, ordinary use goes on',
    program: 'sqlmap',
    scenarios: [
      'schema-fuzzing',
      'address-probing',
      'id-probing',
      'log-in-bruteforce',
      'credential-stuffing',
    ],
    argue: (port, workshop) => [
      ...['-u', `https://127.0.0.1:${port}/api/v1/log-in`, '--batch', '--level', '2', '--flush-session'],
      ...['--data', '{"name":"ada*","password":"x*","wants":"tokens"}'],
      ...['--headers', 'Content-Type: application/json', '--ignore-code', '400,401,403,429'],
      ...['--disable-coloring', '--output-dir', workshop.path('sqlmap')],
    ],
  },
  {
    name: 'nikto looks for what web servers have: noticed and blocked, ordinary use goes on',
    program: 'nikto',
    scenarios: ['address-probing', 'schema-fuzzing'],
    argue: (port) => ['-h', `https://127.0.0.1:${port}`, '-ssl', '-nointeractive', '-maxtime', '50s'],
  },
];

/** In the place of nikto, which not every Debian has: what scanners of web servers ask for. */
const PROBES: Attack = {
  name: 'our own list of probes, after what scanners ask for: noticed and blocked, ordinary use goes on',
  scenarios: ['address-probing'],
  missing: undefined,
  run: async (port) => {
    const statuses = [];
    for (const path of PROBED_PATHS) statuses.push(await statusOf(port, { path }));
    const served = statuses.filter((status) => status < 400);
    assert.deepEqual(served, [], 'nothing of it is there');
    return statuses.join(' ');
  },
};

/** Attack tools of others against a server on this machine, which must notice them and shut them out. */
export function intrusionChecks(): readonly Check[] {
  return [...PROGRAMS.map(attackOf), PROBES].map((attack) => ({
    name: attack.name,
    missing: attack.missing,
    run: (workshop) => replay(attack, workshop),
  }));
}

function attackOf({ name, program, scenarios, argue }: Program): Attack {
  return {
    name,
    scenarios,
    missing: findTool(program, program) ? undefined : program,
    run: async (port, workshop) => {
      const attack = { command: program, args: argue(port, workshop), folder: workshop.folder };
      return (await runTool({ ...attack, seconds: ATTACK_SECONDS })).output;
    },
  };
}

async function replay({ run, scenarios }: Attack, workshop: Workshop): Promise<void> {
  const port = await freePort();
  // Older tools speak no TLS 1.3.
  const served = await serveHome(workshop, port, {
    env: { STRONGROOM_SERVER_TLS_MIN_VERSION: '1.2', STRONGROOM_INTRUSION_MODE: 'block' },
  });
  try {
    const bootstrap = { token: served.bootstrapToken, name: 'ada', password: OWNER_PASSWORD };
    const { accessToken } = await callJson(`${served.url}/api/v1/bootstrap`, bootstrap);
    const ordinary = watchOrdinaryUse(port, String(accessToken));
    const output = await run(port, workshop);
    const statuses = await ordinary.stop();
    assert.deepEqual(new Set(statuses), new Set([200]));
    assert.equal(await statusOf(port, { path: '/healthz' }), 403, output);
  } finally {
    await served.close();
  }
  await using strongroom = await openStrongroom({ home: workshop.path('home') });
  const [block] = await strongroom.api.blocks.list();
  assert.equal(block?.source, '127.0.0.1');
  assert.ok(scenarios.includes(block.scenario ?? ''), block.scenario ?? 'none');
  const [recorded] = await strongroom.api.audit.search({ action: 'intrusion.*' });
  assert.equal(recorded?.action, `intrusion.${block.scenario ?? ''}`);
}

/** Asks what the owner asks, four times a second, from another address. */
function watchOrdinaryUse(port: number, token: string): { readonly stop: () => Promise<readonly number[]> } {
  const statuses: number[] = [];
  const watch = { isOver: false };
  const running = (async () => {
    while (!watch.isOver) {
      const headers = { authorization: `Bearer ${token}` };
      statuses.push(
        await statusOf(port, { path: '/api/v1/namespaces', localAddress: ORDINARY_ADDRESS, headers }),
      );
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  })();
  return {
    stop: async () => {
      watch.isOver = true;
      await running;
      return statuses;
    },
  };
}

interface Asked {
  readonly path: string;
  readonly localAddress?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

function statusOf(port: number, { path, ...more }: Asked): Promise<number> {
  return new Promise((resolve, reject) => {
    const options = {
      host: '127.0.0.1',
      servername: 'localhost',
      port,
      path,
      ca: fixture('ca.pem'),
      ...more,
    };
    request({ ...options, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });
}
