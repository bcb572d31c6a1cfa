import { pino } from 'pino';
import { redactFields } from './redact-fields.ts';
import { redactText } from './redact-text.ts';

/**
 * What a line is about: who was let in or refused (`auth`), requests that were no good (`validation`), content that
 * went out (`download`), every request (`access`), the server itself (`system`).
 */
export type LogStream = 'auth' | 'validation' | 'download' | 'access' | 'system';
/** How much it matters, ascending. `critical` needs somebody now. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'critical';

/** What stands in a line beside its message. Whatever it holds is redacted. */
export type LogFields = Readonly<Record<string, unknown>>;

/** One structured log of several streams. */
export interface Log {
  write(stream: LogStream, line: LogLine): void;
}

export interface LogLine {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields?: LogFields;
  /**
   * Words of this software itself: names of its routes, numbers, ids that it drew or that are of a form which can say
   * nothing. They are written as they are, so nothing else that somebody chose may stand here.
   */
  readonly own?: Readonly<Record<string, string | number | undefined>>;
}

/** Takes whole lines of JSON, each with its line feed. */
export interface LogDestination {
  write(line: string): void;
}

export interface LogOptions {
  readonly destination: LogDestination;
  /** Lines below it are left out; by default `info`. */
  readonly level?: LogLevel;
}

/** As pino numbers them, with `critical` where it has `fatal`. */
const LEVELS = { debug: 20, info: 30, warn: 40, error: 50, critical: 60 } as const;

/** A log as lines of JSON: `time`, `level`, `stream`, `message` and the fields, without secrets (`redactFields`). */
export function createLog(options: LogOptions): Log {
  const logger = pino<keyof typeof LEVELS>(
    {
      base: null,
      level: options.level ?? 'info',
      customLevels: LEVELS,
      useOnlyCustomLevels: true,
      messageKey: 'message',
      timestamp: timestamps(),
      formatters: { level: (label) => ({ level: label }) },
    },
    options.destination,
  );
  return {
    write: (stream, { level, message, fields, own }) => {
      if (!logger.isLevelEnabled(level)) return;
      logger[level]({ stream, ...own, ...(fields && redactFields(fields)) }, redactText(message));
    },
  };
}

/** The member `time` of a line; formatted once for all lines of a millisecond. */
function timestamps(): () => string {
  let [atMs, text] = [Number.NaN, ''];
  return () => {
    const now = Date.now();
    if (now !== atMs) [atMs, text] = [now, `,"time":"${new Date(now).toISOString()}"`];
    return text;
  };
}
