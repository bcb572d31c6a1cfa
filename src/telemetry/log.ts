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

const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error', 'critical'];

/** A log as lines of JSON: `level`, `time`, `stream`, the fields and `message`, without secrets (`redactFields`). */
export function createLog({ destination, level: least = 'info' }: LogOptions): Log {
  const written = new Set(LEVELS.slice(LEVELS.indexOf(least)));
  const timeNow = timestamps();
  return {
    write: (stream, { level, message, fields, own }) => {
      if (!written.has(level)) return;
      const head = { level, time: timeNow(), stream };
      // No field takes the place of a member.
      const line = {
        ...head,
        ...own,
        ...(fields && redactFields(fields)),
        ...head,
        message: redactText(message),
      };
      destination.write(`${JSON.stringify(line)}\n`);
    },
  };
}

/** The time of a line; formatted once for all lines of a millisecond. */
function timestamps(): () => string {
  let [atMs, text] = [Number.NaN, ''];
  return () => {
    const now = Date.now();
    if (now !== atMs) [atMs, text] = [now, new Date(now).toISOString()];
    return text;
  };
}
