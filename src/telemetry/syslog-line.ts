import type { LogLevel } from './log.ts';

/** Facility `security/authorization messages` and `local use 0` (RFC 5424 §6.2.1). */
const FACILITIES = { auth: 4, other: 16 } as const;
const SEVERITIES: Readonly<Record<LogLevel, number>> = { debug: 7, info: 6, warn: 4, error: 3, critical: 2 };
const BYTE_ORDER_MARK = '\ufeff';

/** Who sends it. */
export interface SyslogOrigin {
  readonly host: string;
  readonly pid: number;
}

/**
 * A line of the log as a syslog message (RFC 5424 §6) in the frame of RFC 6587 §3.4.1, octet counting, as RFC 5425 wants
 * it over TLS. The message is the line of JSON as it is; MSGID is its stream.
 */
export function syslogFrame(line: string, { host, pid }: SyslogOrigin): Uint8Array {
  const { time, level, stream } = readLine(line);
  const facility = stream === 'auth' ? FACILITIES.auth : FACILITIES.other;
  const priority = facility * 8 + SEVERITIES[level];
  const head = `<${priority}>1 ${time} ${printable(host)} strongroom ${pid} ${printable(stream)} -`;
  const message = Buffer.from(`${head} ${BYTE_ORDER_MARK}${line.trimEnd()}`, 'utf8');
  return Buffer.concat([Buffer.from(`${message.length} `, 'ascii'), message]);
}

interface Words {
  readonly time: string;
  readonly level: LogLevel;
  readonly stream: string;
}

/** Lines are written by `createLog`; what is none of them is told all the same. */
function readLine(line: string): Words {
  const read = JSON.parse(line) as Partial<Words>;
  return { time: read.time ?? '-', level: read.level ?? 'info', stream: read.stream ?? '-' };
}

/** Names there are printable ASCII without blanks, at most 255 characters (§6). */
function printable(text: string): string {
  return text.replaceAll(/[^\x21-\x7e]/g, '').slice(0, 255) || '-';
}
