import {
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
import { toBase64Url, utf8Bytes } from '../bytes/index.ts';
import type { Config } from '../config.ts';
import { hmac, randomSecret } from '../crypto/index.ts';
import { StrongroomError, toStrongroomError } from '../errors/index.ts';
import type { Log, Metrics } from '../telemetry/index.ts';
import { type AlertWebhook, openAlertWebhook } from './alert-webhook.ts';
import { wordsOf } from './words-of.ts';

/** How soon a block of another process holds here. */
const REFRESH_MS = 1000;
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
  const webhook = await openAlertWebhook({ settings: config.intrusion, log: input.log });
  const running = new Set<Promise<void>>();
  const react = (detection: Detection): void => {
    const work = follow(detection, { ...input, table, webhook }).catch((error: unknown) => {
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
      await webhook?.close();
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
  readonly webhook: AlertWebhook | undefined;
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
  by.webhook?.tell(detection, block);
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
