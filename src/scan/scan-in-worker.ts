import type { ByteSource } from '../bytes/index.ts';
import { StrongroomError } from '../errors/index.ts';
import { Thread } from '../runtime/index.ts';
import { FindingList } from './finding-list.ts';
import type { FormatName } from './format-name.ts';
import { DEFAULT_SCAN_LIMITS } from './limits.ts';
import type { ScanReport } from './report.ts';
import { RULE_SET, ruleOf } from './rules/index.ts';
import type { ScanOptions } from './scan.ts';
import type { Found } from './scan-run.ts';
import type { FromWorker, ToWorker } from './worker-messages.ts';

/** Time that a thread gets beyond its own deadline to say what it found, in milliseconds. */
const GRACE_MS = 2000;
/** Heap of the scanning thread: a scan of ordinary models takes a tenth of it. */
const MAX_HEAP_MIB = 1024;
/** Longest piece that is handed to the thread at once; it asks for far less. */
const MAX_READ_BYTES = 1 << 28;

// Sources run as they stand and are published compiled; a thread starts from whichever this file is.
const WORKER_URL = new URL(
  import.meta.url.endsWith('.ts') ? './scan-worker.ts' : './scan-worker.js',
  import.meta.url,
);

/** A thread that scans one file after another and is started anew when one of them had to be killed. */
export class ScanWorker {
  #thread: Thread | undefined;
  #isBusy = false;

  /**
   * As `scanSource`, in a thread that is killed when it runs over its time, its heap or the caller's patience: then
   * the report says `inconclusive`, and holds what was found until then. One scan at a time. Throws what the source throws, and `ABORTED`.
   */
  async scan(source: ByteSource, options: ScanOptions): Promise<ScanReport> {
    if (this.#isBusy) throw new StrongroomError('INTERNAL', 'the scanning thread is busy');
    if (options.signal?.aborted === true) throw aborted();
    this.#isBusy = true;
    const thread = (this.#thread ??= this.#start());
    thread.hold(true);
    const scan = new RemoteScan(thread, source, options);
    this.#current = scan;
    try {
      return await scan.run();
    } finally {
      this.#current = undefined;
      this.#isBusy = false;
      thread.hold(false);
      if (!scan.isReusable) await this.close();
    }
  }

  /** Ends the thread. A later `scan` starts another one. */
  async close(): Promise<void> {
    const thread = this.#thread;
    this.#thread = undefined;
    await thread?.kill();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #current: RemoteScan | undefined;

  #start(): Thread {
    const thread = new Thread(WORKER_URL, { name: 'strongroom-scan', maxHeapMiB: MAX_HEAP_MIB });
    thread.onMessage((message) => this.#current?.take(message as FromWorker));
    thread.onEnd((cause) => {
      if (this.#thread === thread) this.#thread = undefined;
      this.#current?.end(cause);
    });
    return thread;
  }
}

/** One scan in a thread of its own, which ends with it. For several files use one `ScanWorker`. */
export async function scanInWorker(source: ByteSource, options: ScanOptions): Promise<ScanReport> {
  await using worker = new ScanWorker();
  return await worker.scan(source, options);
}

/** The caller's side of one scan in a thread. */
class RemoteScan {
  /** Whether the thread is fit for another scan. */
  isReusable = false;
  readonly #thread: Thread;
  readonly #source: ByteSource;
  readonly #options: ScanOptions;
  readonly #outcome = Promise.withResolvers<ScanReport>();
  readonly #findings: FindingList;
  readonly #formats: FormatName[] = [];
  #bytesRead = 0;

  constructor(thread: Thread, source: ByteSource, options: ScanOptions) {
    this.#thread = thread;
    this.#source = source;
    this.#options = options;
    this.#findings = new FindingList(options.limits?.maxFindings ?? DEFAULT_SCAN_LIMITS.maxFindings);
  }

  async run(): Promise<ScanReport> {
    const { name, limits = {}, signal } = this.#options;
    const abort = (): void => this.#outcome.reject(aborted());
    signal?.addEventListener('abort', abort, { once: true });
    const maxMs = limits.maxMs ?? DEFAULT_SCAN_LIMITS.maxMs;
    const timer = setTimeout(() => this.#kill(`more than ${maxMs} ms`), maxMs + GRACE_MS);
    this.#say({ kind: 'scan', name, size: this.#source.size, limits });
    try {
      return await this.#outcome.promise;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    }
  }

  take(message: FromWorker): void {
    switch (message.kind) {
      case 'read':
        void this.#serve(message);
        return;
      case 'progress':
        this.#options.onProgress?.(message.bytesRead);
        return;
      case 'found':
        this.#keep(message.found);
        return;
      case 'report':
        this.isReusable = true;
        this.#outcome.resolve(message.report);
        return;
      case 'failed':
        this.#outcome.reject(
          new StrongroomError('INTERNAL', 'the scanner failed', { cause: message.message }),
        );
    }
  }

  /** The thread is gone. */
  end(cause: unknown): void {
    const isMemory = cause instanceof Error && 'code' in cause && cause.code === 'ERR_WORKER_OUT_OF_MEMORY';
    this.#kill(isMemory ? `more than ${MAX_HEAP_MIB} MiB of memory` : 'the scanning thread ended');
  }

  #keep(found: Found): void {
    if (found.kind === 'finding') this.#findings.add(found.finding);
    else this.#formats.push(found.format);
    this.#options.onFound?.(found);
  }

  #kill(reason: string): void {
    this.#outcome.resolve(this.#killedReport(reason));
  }

  /** What is known of a file whose scan had to be killed: what was found until then, and that it took too much. */
  #killedReport(reason: string): ScanReport {
    const { severity, advice } = ruleOf('SCAN_LIMIT');
    this.#findings.add({ rule: 'SCAN_LIMIT', severity, place: [], message: reason, advice });
    return {
      verdict: this.#findings.worst() ?? 'unknown',
      status: 'inconclusive',
      findings: this.#findings.sorted(),
      findingsDropped: this.#findings.dropped,
      reasons: [reason],
      formats: this.#formats,
      ruleSet: RULE_SET,
      bytesRead: this.#bytesRead,
      bytesTotal: this.#source.size,
      operations: 0,
    };
  }

  async #serve({ id, offset, length }: Extract<FromWorker, { kind: 'read' }>): Promise<void> {
    try {
      const read = await this.#source.read(offset, Math.min(length, MAX_READ_BYTES));
      // The source may use its memory again, and what is sent moves away.
      const bytes = new Uint8Array(read);
      this.#bytesRead += bytes.length;
      this.#say({ kind: 'bytes', id, bytes }, [bytes.buffer]);
    } catch (error) {
      this.#outcome.reject(error);
    }
  }

  #say(message: ToWorker, moved: readonly ArrayBuffer[] = []): void {
    this.#thread.send({ message, moved });
  }
}

function aborted(): StrongroomError {
  return new StrongroomError('ABORTED', 'the scan was given up');
}
