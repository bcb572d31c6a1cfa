import { fail, type Line, pass, warn } from './line.ts';

/** What a running server answered to a request without credentials. */
export interface AnswerFacts {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether plain HTTP on the same port was answered with anything of HTTP but an error. */
  readonly answersPlainHttp: boolean;
  /** When the answer came. */
  readonly at: Date;
}

const CLOCK_TOLERANCE_MS = 60_000;
const MIN_HSTS_SECONDS = 31_536_000;

/** A header that every answer carries, and whether its value will do. */
interface HeaderRule {
  readonly header: string;
  readonly isFine: (value: string) => boolean;
}

const HEADERS: readonly HeaderRule[] = [
  {
    header: 'strict-transport-security',
    isFine: (value) => Number(/max-age=(\d+)/.exec(value)?.[1] ?? 0) >= MIN_HSTS_SECONDS,
  },
  { header: 'x-content-type-options', isFine: (value) => value === 'nosniff' },
  { header: 'referrer-policy', isFine: (value) => value === 'no-referrer' },
  { header: 'cross-origin-resource-policy', isFine: (value) => value === 'same-origin' },
  {
    header: 'content-security-policy',
    isFine: (value) => value.includes("default-src 'none'") && value.includes("frame-ancestors 'none'"),
  },
  { header: 'cache-control', isFine: (value) => value.includes('no-store') },
];

/** Checks an answer of the API that had no credentials. */
export function checkAnswer(facts: AnswerFacts): readonly Line[] {
  return [
    checkRefusal(facts),
    checkHeaders(facts),
    checkTalk(facts),
    checkPlain(facts.answersPlainHttp),
    checkServerClock(facts),
  ];
}

function checkRefusal({ status }: AnswerFacts): Line {
  const name = { area: 'server', name: 'unknown-callers' } as const;
  return status === 401
    ? pass(name, 'refused with 401')
    : fail(
        name,
        `answered with ${status}`,
        'something in front of the server answers for it, or lets everybody in',
      );
}

function checkHeaders({ headers }: AnswerFacts): Line {
  const name = { area: 'server', name: 'security-headers' } as const;
  const wrong = HEADERS.filter(({ header, isFine }) => !isFine(headers[header] ?? '')).map(
    ({ header }) => header,
  );
  return wrong.length === 0
    ? pass(name, `${HEADERS.length} headers, as they should be`)
    : fail(name, `missing or weak: ${wrong.join(', ')}`, 'let the proxy in front pass them on unchanged');
}

function checkTalk({ headers }: AnswerFacts): Line {
  const name = { area: 'server', name: 'software-named' } as const;
  const told = ['server', 'x-powered-by', 'via'].filter((header) => headers[header] !== undefined);
  return told.length === 0
    ? pass(name, 'no header names the software')
    : warn(name, `${told.join(', ')} tell what runs here`, 'let the proxy in front leave them out');
}

function checkPlain(answersPlainHttp: boolean): Line {
  const name = { area: 'server', name: 'plain-http' } as const;
  return answersPlainHttp
    ? fail(
        name,
        'the port answers without TLS',
        'serve TLS only, and redirect nothing: tokens would be sent before',
      )
    : pass(name, 'the port speaks TLS only');
}

function checkServerClock({ headers, at }: AnswerFacts): Line {
  const name = { area: 'server', name: 'clock' } as const;
  const date = Date.parse(headers['date'] ?? '');
  if (Number.isNaN(date))
    return warn(name, 'the answer has no date', 'let the proxy in front pass the date on');
  const offMs = Math.abs(date - at.getTime());
  return offMs <= CLOCK_TOLERANCE_MS
    ? pass(name, 'agrees with the clock of this machine')
    : fail(
        name,
        `${Math.round(offMs / 1000)} seconds from the clock of this machine`,
        'set both clocks by NTP',
      );
}
