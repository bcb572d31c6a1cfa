import { setTimeout as delay } from 'node:timers/promises';
import { SecretBytes, toHex, utf8Text } from '../bytes/index.ts';
import type { Config } from '../config.ts';
import { randomBytes, randomId } from '../crypto/index.ts';
import { StrongroomError, toStrongroomError } from '../errors/index.ts';
import type { DocumentFetch } from '../network/index.ts';
import { readSecretFile } from '../storage/index.ts';
import {
  createTracer,
  formatOtlpTraces,
  type Log,
  type Metrics,
  type Span,
  type Tracer,
} from '../telemetry/index.ts';
import { fetchFor } from './fetch-for.ts';

/** Spans that wait; those beyond it are counted as lost. */
const MAX_WAITING = 4096;
const MAX_AT_ONCE = 512;
const EVERY_MS = 5000;
const LONGEST_PAUSE_MS = 60_000;
const MAX_TOKEN_BYTES = 4096;

export interface OpenTracesInput {
  readonly config: Config['traces'];
  readonly version: string;
  readonly log: Log;
  readonly metrics: Pick<Metrics, 'lostSpans'>;
  /** By default spans leave every five seconds. */
  readonly everyMs?: number;
}

/** Traces at work. */
export interface OpenTraces {
  readonly tracer: Tracer;
  /** Sends what waits, once, and ends. */
  close(): Promise<void>;
}

/** The traces that the configuration wants; `undefined` where it wants none. Throws `CONFIG_INVALID`. */
export async function openTraces(input: OpenTracesInput): Promise<OpenTraces | undefined> {
  const { config } = input;
  if (config.url === undefined) return undefined;
  const fetch = await fetchFor({
    url: config.url,
    networks: { name: 'traces.networks', value: config.networks },
    caFile: config.ca_file,
  });
  const token = await readToken(config.token_file);
  const exporter = new SpanExporter(input, { url: config.url, fetch, token });
  const tracer = createTracer({
    randomHex: (bytes) => toHex(randomBytes(bytes)),
    percent: config.percent,
    now: () => performance.timeOrigin + performance.now(),
    onSpan: (span) => exporter.take(span),
  });
  return { tracer, close: () => exporter.close() };
}

async function readToken(file: string | undefined): Promise<SecretBytes | undefined> {
  if (file === undefined) return undefined;
  const bytes = await readSecretFile(file, MAX_TOKEN_BYTES);
  const end = bytes?.findLastIndex((byte) => byte > 0x20) ?? -1;
  const token = bytes?.subarray(0, end + 1);
  if (bytes !== undefined && token?.every((byte) => byte > 0x20 && byte < 0x7f) === true && end >= 0) {
    const secret = SecretBytes.copyOf(token);
    bytes.fill(0);
    return secret;
  }
  throw new StrongroomError('CONFIG_INVALID', 'traces.token_file must name a file with a token');
}

interface Collector {
  readonly url: string;
  readonly fetch: DocumentFetch;
  readonly token: SecretBytes | undefined;
}

/** Sends spans in batches; the server never waits for it, and what waits is bounded. */
class SpanExporter {
  readonly #input: OpenTracesInput;
  readonly #collector: Collector;
  readonly #instance = randomId();
  readonly #ended = new AbortController();
  #waiting: Span[] = [];
  #running: Promise<void> | undefined;
  #isTold = false;

  constructor(input: OpenTracesInput, collector: Collector) {
    this.#input = input;
    this.#collector = collector;
  }

  take(span: Span): void {
    if (this.#waiting.length >= MAX_WAITING) this.#input.metrics.lostSpans(1);
    else this.#waiting.push(span);
    this.#running ??= this.#run();
  }

  async close(): Promise<void> {
    this.#ended.abort();
    await this.#running;
    await this.#send();
    this.#collector.token?.wipe();
    this.#input.metrics.lostSpans(this.#waiting.length);
  }

  async #run(): Promise<void> {
    const { everyMs = EVERY_MS } = this.#input;
    let pause = everyMs;
    const { signal } = this.#ended;
    while (this.#waiting.length > 0 && !signal.aborted) {
      const isTime = await delay(pause, true, { signal, ref: false }).catch(() => false);
      if (!isTime) break;
      pause = (await this.#send()) ? everyMs : Math.min(pause * 2, LONGEST_PAUSE_MS);
    }
    this.#running = undefined;
  }

  /** Sends all that waits. `false`: it was not taken now, and waits for another time. */
  async #send(): Promise<boolean> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.slice(0, MAX_AT_ONCE);
      try {
        await this.#post(batch);
      } catch (error) {
        this.#tell(error);
        // What a collector refuses for good it will refuse again.
        if (toStrongroomError(error).kind === 'unavailable') return false;
        this.#input.metrics.lostSpans(batch.length);
      }
      this.#waiting = this.#waiting.slice(batch.length);
    }
    return true;
  }

  async #post(batch: readonly Span[]): Promise<void> {
    const { url, fetch, token } = this.#collector;
    const { status } = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token !== undefined && { authorization: `Bearer ${utf8Text(token.expose())}` }),
      },
      body: formatOtlpTraces(batch, { version: this.#input.version, instance: this.#instance }),
    });
    if (status < 300) {
      this.#isTold = false;
      return;
    }
    // The answers that OTLP/HTTP says to try again after.
    const code = [429, 502, 503, 504].includes(status) ? 'NETWORK_BUSY' : 'NETWORK_ACCESS_REFUSED';
    throw new StrongroomError(code, `the collector answered ${status}`);
  }

  /** Once, until it works again: a collector that is away must not fill the log. */
  #tell(error: unknown): void {
    if (this.#isTold) return;
    this.#isTold = true;
    const { code, message } = toStrongroomError(error);
    this.#input.log.write('system', {
      level: 'warn',
      message: `spans are not taken: ${message}`,
      fields: { code },
    });
  }
}
