import { join, resolve } from 'node:path';
import type { Config } from '../config.ts';
import { Forwarder, type NetworkPolicy, parseHostRule } from '../network/index.ts';
import { thisProcess } from '../runtime/index.ts';
import { Folder, RotatingFile } from '../storage/index.ts';
import { createLog, type Log, type LogDestination, syslogFrame } from '../telemetry/index.ts';
import { LOG_FILE, LOGS_FOLDER } from './home-layout.ts';
import { readAuthorities } from './read-authorities.ts';
import { readNetworks } from './read-networks.ts';

export interface OpenLogInput {
  readonly home: string;
  readonly config: Config['log'];
  readonly stdout: LogDestination;
  /** Told how many lines could not be written or forwarded. */
  readonly onLost: (lines: number) => void;
}

/** A log that is open. */
export interface OpenLog {
  readonly log: Log;
  readonly close: () => Promise<void>;
}

/** The log of a server as the configuration wants it. Throws the `STORAGE_…` errors, `CONFIG_INVALID`. */
export async function openLog(input: OpenLogInput): Promise<OpenLog> {
  const { config, stdout } = input;
  await using opened = new AsyncDisposableStack();
  const destinations: LogDestination[] = [];
  if (config.to !== 'file')
    destinations.push(opened.adopt(new LinesOfTurn(stdout), (lines) => lines.flush()));
  if (config.to !== 'stdout') destinations.push(opened.adopt(await openFile(input), (file) => file.close()));
  if (config.syslog !== undefined) {
    const forwarder = opened.adopt(await openForwarder(input, config.syslog), (each) => each.close());
    const origin = thisProcess();
    destinations.push({ write: (line) => forwarder.send(syslogFrame(line, origin)) });
  }
  const resources = opened.move();
  const log = createLog({
    level: config.level,
    destination: {
      write: (line) => {
        for (const destination of destinations) destination.write(line);
      },
    },
  });
  return { log, close: () => resources.disposeAsync() };
}

/** Writes the lines of a turn of the event loop together: to a terminal or a pipe, each call waits for the reader. */
class LinesOfTurn implements LogDestination {
  readonly #to: LogDestination;
  #waiting: string[] = [];

  constructor(to: LogDestination) {
    this.#to = to;
  }

  write(line: string): void {
    if (this.#waiting.push(line) === 1) setImmediate(() => this.flush());
  }

  flush(): void {
    if (this.#waiting.length === 0) return;
    const lines = this.#waiting.join('');
    this.#waiting = [];
    this.#to.write(lines);
  }
}

async function openFile({ home, config, onLost }: OpenLogInput): Promise<RotatingFile> {
  const folder = join(resolve(home), LOGS_FOLDER);
  // Made, and looked at: it may not be a symbolic link.
  await (await Folder.open(folder, { create: true })).close();
  return await RotatingFile.open({
    path: join(folder, LOG_FILE),
    maxBytes: config.max_bytes,
    maxFiles: config.max_files,
    onLost,
  });
}

async function openForwarder({ config, onLost }: OpenLogInput, place: string): Promise<Forwarder> {
  const [, bracketed, name, port] = /^(?:\[([^\]]+)\]|([^:]+)):(\d+)$/.exec(place) ?? [];
  const { syslog_ca_file: caFile } = config;
  const ca = caFile === undefined ? undefined : await readAuthorities(caFile);
  const policy: NetworkPolicy = {
    hosts: [parseHostRule(place)],
    networks: readNetworks({ name: 'log.syslog_networks', value: config.syslog_networks }),
    ...(ca !== undefined && { ca }),
  };
  return new Forwarder({ host: bracketed ?? name ?? '', port: Number(port), policy, onLost });
}
