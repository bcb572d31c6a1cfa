import { pino } from 'pino';

/** What a line is about: requests, log-ins and refusals, or the server itself. */
export type LogStream = 'access' | 'auth' | 'system';
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** What may stand in a line beside its message: plain values, so that no object brings more along than was meant. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** One structured log of several streams. */
export interface Log {
  write(stream: LogStream, line: LogLine): void;
}

export interface LogLine {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields?: LogFields;
}

export interface LogOptions {
  /** Takes whole lines of JSON, each with its line feed. */
  readonly destination: { write(line: string): void };
  /** Lines below it are left out; by default `info`. */
  readonly level?: LogLevel;
}

/** Values of these fields never come out. */
const SECRET_FIELDS = ['authorization', 'cookie', 'password', 'passphrase', 'secret', 'token', 'accessCode'];
/** Our own tokens and JWTs, wherever they stand in a text. */
const SECRET_TEXT =
  /\bsr[psrbi]_[0-9A-Za-z]{8,}|\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)?/g;
const MAX_TEXT_CHARS = 2048;

/** A log as lines of JSON: `time`, `level`, `stream`, `message` and the fields. */
export function createLog(options: LogOptions): Log {
  const logger = pino(
    {
      base: null,
      level: options.level ?? 'info',
      messageKey: 'message',
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: SECRET_FIELDS, censor: '[secret]' },
    },
    options.destination,
  );
  return {
    write: (stream, { level, message, fields }) => {
      logger[level]({ stream, ...cleaned(fields ?? {}) }, scrub(message));
    },
  };
}

/** A log that nobody reads. */
export const silentLog: Log = { write: () => undefined };

function cleaned(fields: LogFields): LogFields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, typeof value === 'string' ? scrub(value) : value]),
  );
}

function scrub(text: string): string {
  return text.slice(0, MAX_TEXT_CHARS).replace(SECRET_TEXT, '[secret]');
}
