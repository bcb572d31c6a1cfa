import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { StrongroomError } from '../../errors/index.ts';
import { type FrameLimits, FrameReader, wholeFrame } from './frames.ts';
import type { Request } from './messages.ts';
import { type Reply, replySchema } from './reply-schema.ts';

/** Heap of its JavaScript; models and tensors are outside of it. */
const HEAP_MIB = 256;
/** What Node reserves and does not use, 1.2 GiB of it for code and stacks of threads (`VmData` of one that rests). */
const RESERVE_BYTES = 1.5 * 2 ** 30;

/**
 * Limits that the kernel keeps, then the program in the place of the shell: no core dump, not a byte into any file
 * (pipes are none), and memory; where less is allowed already it stays at that.
 */
const UNDER_LIMITS =
  'ulimit -c 0 && ulimit -f 0 && { ulimit -d "$1" 2>/dev/null || :; } && umask 077 && shift && exec "$@"';

/**
 * All of its environment. Without this word ONNX Runtime (1.30 on Linux) keeps a log in the folder for temporary files,
 * and reports what it loads and runs to its makers over the network.
 */
const ENVIRONMENT = { ORT_DISABLE_TELEMETRY: '1' };

export interface RunnerProcessOptions {
  /** Memory that it may have; the kernel refuses it a good deal more. */
  readonly memoryBytes: number;
  readonly limits: FrameLimits;
  readonly onReply: (reply: Reply, body: Uint8Array<ArrayBuffer>) => void;
  /** Told once, with what to tell those who wait. */
  readonly onEnd: (error: StrongroomError) => void;
}

/** What keeps a process waiting for it, or not. */
interface Held {
  ref(): void;
  unref(): void;
}

/**
 * A Node of its own: nothing of our environment, no file but our code and ONNX Runtime to read, none to write, its standard
 * output for answers only. Its native code is held by the limits of the kernel alone.
 */
export class RunnerProcess {
  readonly #child: ChildProcess;
  readonly #options: RunnerProcessOptions;
  readonly #gone: Promise<void>;
  #hasEnded = false;

  /** Throws `RUNTIME_MISSING`. */
  constructor(options: RunnerProcessOptions) {
    this.#options = options;
    const kibibytes = String(Math.ceil((options.memoryBytes + RESERVE_BYTES) / 1024));
    const runtime = findRuntime();
    const program = [process.execPath, ...nodeFlags(runtime), fileURLToPath(moduleUrl('./child')), runtime];
    this.#child = spawn('/bin/sh', ['-c', UNDER_LIMITS, 'strongroom-runner', kibibytes, ...program], {
      cwd: '/',
      env: ENVIRONMENT,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    this.#gone = new Promise((resolve) => {
      this.#child.once('close', () => {
        resolve();
      });
      this.#child.once('error', () => {
        resolve();
      });
    });
    this.#listen();
  }

  /** `undefined` where it could not even be started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  send(request: Request, parts: readonly Uint8Array[] = []): void {
    this.#child.stdin?.write(wholeFrame(request, parts));
  }

  /** Resolves when the kernel has taken it, so that the memory of the parts is free again. */
  async sendThrough(request: Request, parts: readonly Uint8Array[]): Promise<void> {
    const frame = wholeFrame(request, parts);
    await new Promise<void>(
      (resolve) =>
        this.#child.stdin?.write(frame, () => {
          resolve();
        }) ?? resolve(),
    );
    frame.fill(0);
  }

  /** Whether our process stays for its sake. */
  hold(isHeld: boolean): void {
    for (const held of [this.#child, this.#child.stdin, this.#child.stdout]) {
      if (isHeld) (held as Held | null)?.ref();
      else (held as Held | null)?.unref();
    }
  }

  /** Ends it in the middle of whatever it does. Those who wait are told the error. */
  kill(error: StrongroomError): void {
    this.#child.kill('SIGKILL');
    this.#end(error);
  }

  /** Resolves when the system has let go of it. */
  async gone(): Promise<void> {
    // Whoever waits for the end must not end before it.
    this.hold(true);
    await this.#gone;
  }

  #listen(): void {
    const reader = new FrameReader(this.#options.limits, ({ head, body }) => {
      const reply = replySchema.safeParse(head);
      if (!reply.success)
        throw new StrongroomError('PREDICTION_UNAVAILABLE', 'a runner answered out of turn');
      this.#options.onReply(reply.data, body);
    });
    this.#child.stdout?.on('data', (chunk: Buffer) => {
      if (this.#hasEnded) return;
      try {
        reader.push(chunk);
      } catch (error) {
        this.kill(ended(error));
      }
    });
    // A pipe without a reader says less than the end of its process, which follows.
    this.#child.stdin?.on('error', () => undefined);
    this.#child.once('error', (error) => {
      this.#end(ended(error));
    });
    this.#child.once('exit', () => {
      this.#end(ended());
    });
  }

  #end(error: StrongroomError): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#options.onEnd(error);
  }
}

function ended(cause?: unknown): StrongroomError {
  return new StrongroomError('PREDICTION_UNAVAILABLE', 'the process that held the model has ended', {
    cause,
  });
}

/** Where this module is built, its siblings are too. */
function moduleUrl(name: string): URL {
  return new URL(`${name}${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);
}

/** Where ONNX Runtime is, without links on the way. Throws `RUNTIME_MISSING`. */
function findRuntime(): string {
  try {
    return import.meta.resolve('onnxruntime-node');
  } catch (cause) {
    throw new StrongroomError('RUNTIME_MISSING', 'ONNX Runtime is not installed', { cause });
  }
}

/** It may read our sources or what was built of them, and the packages. */
function nodeFlags(runtime: string): readonly string[] {
  const readable = [
    new URL('../../', import.meta.url),
    new URL('../../../package.json', import.meta.url),
    packagesUrl(runtime),
  ];
  return [
    `--max-old-space-size=${HEAP_MIB}`,
    '--permission',
    '--allow-addons',
    '--allow-worker',
    ...readable.map((url) => `--allow-fs-read=${fileURLToPath(url)}`),
  ];
}

/** The outermost folder of packages that it lies in, with those that it needs beside it. */
function packagesUrl(runtime: string): URL {
  const [outside, ...inside] = runtime.split('/node_modules/');
  return inside.length === 0 ? new URL('.', runtime) : new URL(`${outside}/node_modules/`);
}
