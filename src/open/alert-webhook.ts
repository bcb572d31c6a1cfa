import { setTimeout as delay } from 'node:timers/promises';
import { alertOf, type Detection } from '../abuse/index.ts';
import type { Block } from '../api/index.ts';
import { SecretBytes } from '../bytes/index.ts';
import { randomId } from '../crypto/index.ts';
import { StrongroomError, toStrongroomError } from '../errors/index.ts';
import type { DocumentFetch } from '../network/index.ts';
import type { IntrusionSettings } from '../settings/index.ts';
import { readSecretFile } from '../storage/index.ts';
import type { Log } from '../telemetry/index.ts';
import { fetchFor } from './fetch-for.ts';

/** Alerts that wait for a webhook; those beyond it are told in the log only. */
const MAX_WAITING = 100;
const MIN_SECRET_BYTES = 32;
const MAX_SECRET_BYTES = 4096;
/** Before each further try: a receiver that restarts is back by then. */
const PAUSES_MS: readonly number[] = [1000, 10_000, 60_000, 300_000];

/** Tells somebody elsewhere of what was noticed. */
export interface AlertWebhook {
  /** Never throws and does not wait: what cannot be delivered is told in the log. */
  tell(detection: Detection, blocked: Pick<Block, 'source' | 'until'> | undefined): void;
  /** Ends the waiting between tries and gives each alert that waits a last one. */
  close(): Promise<void>;
}

export interface AlertWebhookDeps {
  readonly settings: IntrusionSettings;
  readonly log: Log;
  /** By default five tries within some six minutes. */
  readonly pausesMs?: readonly number[];
}

/** The webhook that the configuration names; `undefined` where it names none. Throws `CONFIG_INVALID`. */
export async function openAlertWebhook(deps: AlertWebhookDeps): Promise<AlertWebhook | undefined> {
  const { settings } = deps;
  const { webhook_url: url } = settings;
  if (url === undefined) return undefined;
  const secret = await readSecret(settings.webhook_secret_file);
  const fetch = await fetchFor({
    url,
    networks: { name: 'intrusion.webhook_networks', value: settings.webhook_networks },
    caFile: settings.webhook_ca_file,
  });
  const ended = new AbortController();
  const running = new Set<Promise<void>>();
  const delivery = { url, secret, fetch, pausesMs: deps.pausesMs ?? PAUSES_MS, ended: ended.signal };
  return {
    tell: (detection, blocked) => {
      if (running.size >= MAX_WAITING) {
        tellLost(deps.log, 'too many alerts wait already', 'SERVER_BUSY');
        return;
      }
      const work = deliver(delivery, detection, blocked).catch((error: unknown) => {
        const { code, message } = toStrongroomError(error);
        tellLost(deps.log, message, code);
      });
      running.add(work);
      void work.finally(() => running.delete(work));
    },
    close: async () => {
      ended.abort();
      await Promise.all(running);
      secret.wipe();
    },
  };
}

async function readSecret(file: string | undefined): Promise<SecretBytes> {
  const bytes = file === undefined ? undefined : await readSecretFile(file, MAX_SECRET_BYTES);
  if (bytes !== undefined && bytes.length >= MIN_SECRET_BYTES) return SecretBytes.take(bytes);
  throw new StrongroomError(
    'CONFIG_INVALID',
    'intrusion.webhook_secret_file must name a file of 32 bytes or more',
  );
}

function tellLost(log: Log, message: string, code: string): void {
  log.write('system', { level: 'error', message: `an alert was not taken: ${message}`, fields: { code } });
}

interface Delivery {
  readonly url: string;
  readonly secret: SecretBytes;
  readonly fetch: DocumentFetch;
  readonly pausesMs: readonly number[];
  readonly ended: AbortSignal;
}

/** Tries until it is taken or refused for good; every try has the same id and a time and signature of its own. */
async function deliver(
  { url, secret, fetch, pausesMs, ended }: Delivery,
  detection: Detection,
  blocked: Pick<Block, 'source' | 'until'> | undefined,
): Promise<void> {
  const id = randomId();
  const pauses = pausesMs.values();
  for (;;) {
    // Asked before the try: once the server ends, the try after that is the last.
    const isLast = ended.aborted;
    try {
      const words = { id, secret, sentAt: Date.now(), ...(blocked && { blocked }) };
      const { status } = await fetch(url, { method: 'POST', ...alertOf(detection, words) });
      if (status < 300) return;
      throw refusal(status);
    } catch (error) {
      const pause = pauses.next();
      if (isLast || pause.done === true || !mayPass(error)) throw error;
      await delay(pause.value, undefined, { signal: ended, ref: false }).catch(() => undefined);
    }
  }
}

/** Answers that another try may change: too early, too often, too slow (RFC 9110 §15.5, RFC 6585, RFC 8470). */
const PASSING: ReadonlySet<number> = new Set([408, 425, 429]);

function refusal(status: number): StrongroomError {
  const told = `the webhook answered ${status}`;
  const isPassing = status >= 500 || PASSING.has(status);
  return new StrongroomError(isPassing ? 'NETWORK_BUSY' : 'NETWORK_ACCESS_REFUSED', told);
}

/** Whether the trouble is the network's or the receiver's, not that the address may not be reached. */
function mayPass(error: unknown): boolean {
  return toStrongroomError(error).kind === 'unavailable';
}
