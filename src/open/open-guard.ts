import {
  alertOf,
  BlockTable,
  type Detection,
  Detector,
  Guard,
  parseSource,
  RateLimits,
  scenariosOf,
  sourceOf,
} from '../abuse/index.ts';
import type { Blocks } from '../access/index.ts';
import type { Block } from '../api/index.ts';
import { SecretBytes, toBase64Url, utf8Bytes } from '../bytes/index.ts';
import type { Config } from '../config.ts';
import { hmac, randomId, randomSecret } from '../crypto/index.ts';
import { StrongroomError, toStrongroomError } from '../errors/index.ts';
import {
  createDocumentFetch,
  type DocumentFetch,
  parseHostRule,
  parseIpNetwork,
  parseTarget,
} from '../network/index.ts';
import { readSecretFile } from '../storage/index.ts';
import type { Log, Metrics } from '../telemetry/index.ts';
import { authorities } from './open-log.ts';
import { wordsOf } from './words-of.ts';

/** How soon a block of another process holds here. */
const REFRESH_MS = 1000;
/** Alerts that wait for a webhook. */
const MAX_ALERTS = 100;
const MIN_SECRET_BYTES = 32;
const MAX_SECRET_BYTES = 4096;
/** Who decides what nobody decided. */
const DETECTOR = 'intrusion-detection';

export interface OpenGuardInput {
  readonly config: Config;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly blocks: Pick<Blocks, 'list' | 'add' | 'changes'>;
  readonly isKnownDevice: (user: string, device: string) => boolean;
  readonly record: (detection: Detection, blocked?: Pick<Block, 'source' | 'until'>) => Promise<void>;
}

/** A guard at work. */
export interface OpenGuard {
  readonly guard: Guard;
  /** Waits until what was noticed is stored and told. */
  readonly close: () => Promise<void>;
}

/** The guard as the configuration wants it. Throws `CONFIG_INVALID`. */
export async function openGuard(input: OpenGuardInput): Promise<OpenGuard> {
  const { config, metrics } = input;
  const now = () => Date.now();
  const key = randomSecret(32);
  const hide = (text: string) => toBase64Url(hmac('sha256', key, utf8Bytes(text)).subarray(0, 12));
  const table = new BlockTable({ allowed: allowedOf(config), now });
  const tell = await openWebhook(input);
  const running = new Set<Promise<void>>();
  const react = (detection: Detection): void => {
    const work = follow(detection, { ...input, table, tell }).catch((error: unknown) => {
      const { code, message } = toStrongroomError(error);
      input.log.write('system', { level: 'error', message, fields: { code, during: 'intrusion' } });
    });
    running.add(work);
    void work.finally(() => running.delete(work));
  };
  const shared = { hide, now, maxSources: config.rates.max_sources };
  const refresh = await startRefresh(input, table);
  const guard = new Guard({
    limits: new RateLimits({ ...shared, rates: ratesOf(config.rates) }),
    blocks: table,
    ...(config.intrusion.mode !== 'off' && {
      detector: new Detector({ ...shared, scenarios: scenariosOf(scenarioSettings(config)) }),
    }),
    isKnownDevice: input.isKnownDevice,
    decoys: new Set(wordsOf(config.intrusion.decoys)),
    onDetection: react,
    onRefusal: (policy) => metrics.refusal(policy),
  });
  return {
    guard,
    close: async () => {
      refresh.stop();
      await Promise.all(running);
      key.wipe();
    },
  };
}

function scenarioSettings({ intrusion }: Config) {
  return { failures: intrusion.failures, windowMs: intrusion.window_seconds * 1000 };
}

function ratesOf(rates: Config['rates']) {
  return {
    address: rates.address_per_minute,
    logIn: rates.log_in_per_minute,
    read: rates.read_per_minute,
    write: rates.write_per_minute,
    content: rates.content_per_minute,
    predict: rates.predict_per_minute,
  };
}

/** A proxy in front is where everybody seems to come from. */
function allowedOf({ intrusion, server }: Config) {
  try {
    return [...wordsOf(intrusion.allow), ...wordsOf(server.trusted_proxies)].map(parseSource);
  } catch (cause) {
    throw new StrongroomError('CONFIG_INVALID', 'intrusion.allow holds what is no address and no network', {
      cause,
    });
  }
}

interface Following extends OpenGuardInput {
  readonly table: BlockTable;
  readonly tell: Webhook | undefined;
}

/** What follows from a detection: counted and told in the log, blocked, recorded, and told to the webhook. */
async function follow(detection: Detection, by: Following): Promise<void> {
  const { scenario, notice } = detection;
  by.metrics.detection(scenario.name);
  const source = notice.address === undefined ? undefined : sourceOf(notice.address);
  const blocks = scenario.then === 'block' && by.config.intrusion.mode === 'block' && source !== undefined;
  const seconds = by.config.intrusion.block_seconds;
  // At once, before it is stored: the next request of the attacker may be here already.
  if (blocks) by.table.add({ source, until: detection.at + seconds * 1000 });
  const { severity, name, summary } = scenario;
  by.log.write('auth', {
    level: severity,
    message: blocks ? `blocked ${source}: ${name}` : `noticed ${name}`,
    fields: { scenario: name, summary, source, ...notice },
  });
  const block = blocks
    ? await by.blocks.add({ source, reason: summary, scenario: name, seconds, grows: true, by: DETECTOR })
    : undefined;
  if (block !== undefined) by.table.add(entryOf(block));
  await by.record(detection, block);
  by.tell?.(detection, block);
}

function entryOf({ source, until }: Block) {
  return { source, ...(until !== undefined && { until: Date.parse(until) }) };
}

/** Takes over what is blocked by other processes, and what is let in again. */
async function startRefresh({ blocks, metrics, log }: OpenGuardInput, table: BlockTable) {
  let known = -1;
  const look = async (): Promise<void> => {
    const changes = await blocks.changes();
    if (changes !== known) table.replace((await blocks.list()).map(entryOf));
    known = changes;
    metrics.blocks(table.size);
  };
  await look();
  let isLooking = false;
  const timer = setInterval(() => {
    if (isLooking) return;
    isLooking = true;
    look()
      .catch((error: unknown) => {
        const { code, message } = toStrongroomError(error);
        log.write('system', {
          level: 'error',
          message: `blocks cannot be read: ${message}`,
          fields: { code },
        });
      })
      .finally(() => {
        isLooking = false;
      });
  }, REFRESH_MS);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}

type Webhook = (detection: Detection, block: Block | undefined) => void;

async function openWebhook({ config, log }: OpenGuardInput): Promise<Webhook | undefined> {
  const { webhook_url: url, webhook_secret_file: file } = config.intrusion;
  if (url === undefined) return undefined;
  const bytes = file === undefined ? undefined : await readSecretFile(file, MAX_SECRET_BYTES);
  if (bytes === undefined || bytes.length < MIN_SECRET_BYTES) {
    throw new StrongroomError(
      'CONFIG_INVALID',
      'intrusion.webhook_secret_file must name a file of 32 bytes or more',
    );
  }
  const secret = SecretBytes.take(bytes);
  const fetch = await webhookFetch(config, url);
  let waiting = 0;
  return (detection, blocked) => {
    if (waiting >= MAX_ALERTS) return;
    waiting += 1;
    const { body, headers } = alertOf(detection, { id: randomId(), secret, ...(blocked && { blocked }) });
    fetch(url, { method: 'POST', headers, body })
      .then(({ status }) => {
        if (status >= 300) throw new StrongroomError('NETWORK_ANSWER_UNEXPECTED', `it answered ${status}`);
      })
      .catch((error: unknown) => {
        const { code, message } = toStrongroomError(error);
        log.write('system', {
          level: 'error',
          message: `an alert was not taken: ${message}`,
          fields: { code },
        });
      })
      .finally(() => {
        waiting -= 1;
      });
  };
}

async function webhookFetch({ intrusion }: Config, url: string): Promise<DocumentFetch> {
  const { host, port } = parseTarget(url);
  const ca = await authorities(intrusion.webhook_ca_file);
  return createDocumentFetch({
    hosts: [parseHostRule(`${host.includes(':') ? `[${host}]` : host}:${port}`)],
    networks: wordsOf(intrusion.webhook_networks).flatMap((text) => parseIpNetwork(text) ?? []),
    ...(ca !== undefined && { ca }),
  });
}
