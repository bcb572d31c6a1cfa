import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { StrongroomError } from '../errors/index.ts';
import { within } from './deadline.ts';
import { exchange, type WireAnswer, type WireRequest } from './exchange.ts';
import { isHostAllowed } from './host-list.ts';
import { type ConnectionDeps, openConnection } from './open-connection.ts';
import { DEFAULT_LIMITS, type NetworkPolicy, type NetworkRequest, type TransferLimits } from './policy.ts';
import { hostHeader, parseRedirect, parseTarget, type Target } from './target.ts';

const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];
/** Characters of a token (RFC 6750 §2.1): nothing that could end a header. */
const BEARER = /^[A-Za-z0-9\-._~+/]+=*$/;

/** An answer whose head is here and whose body is still to be read. */
export interface GuardedAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Where it came from after all redirects, without query. */
  readonly from: string;
  readonly host: string;
  readonly message: IncomingMessage;
}

/** A part of a file that is asked for, and by what to know that it is still the same file. */
export interface PartRequest {
  /** First byte. */
  readonly from: number;
  /** Value of `If-Range`: a strong entity tag or a date. */
  readonly validator: string;
}

/** The limits in force. */
export function limitsOf(policy: NetworkPolicy): TransferLimits {
  return { ...DEFAULT_LIMITS, ...policy.limits };
}

/**
 * One GET as the policy allows it, redirects followed one by one: scheme, host, port and address of each are checked
 * before anything is sent there. The body comes as it is stored (no content coding). Throws `NETWORK_URL_REFUSED`,
 * `NETWORK_HOST_NOT_ALLOWED`, `NETWORK_ADDRESS_REFUSED`, `NETWORK_REDIRECT_REFUSED`, `NETWORK_TIMEOUT`, and as
 * `connectError` says.
 */
export async function guardedFetch(
  request: NetworkRequest & { readonly part?: PartRequest },
  policy: NetworkPolicy,
  deps: ConnectionDeps,
): Promise<GuardedAnswer> {
  const { maxRedirects } = limitsOf(policy);
  const first = parseTarget(request.url);
  let target = first;
  let mayIdentify = true;
  for (let redirects = 0; ; redirects++) {
    assertAllowed(target, policy);
    const answer = await ask(target, { request, mayIdentify }, { ...deps, policy });
    if (!REDIRECTS.includes(answer.status)) {
      const { message, status } = answer;
      return { status, headers: message.headers, from: target.shown, host: target.host, message };
    }
    discard(answer.message);
    if (redirects === maxRedirects) {
      throw new StrongroomError(
        'NETWORK_REDIRECT_REFUSED',
        `more than ${maxRedirects} redirects from ${first.host}`,
      );
    }
    target = nextTarget(answer, target);
    // Once it has left the first host a token stays away, also when the way leads back there.
    mayIdentify &&= isSameOrigin(target, first);
  }
}

/** Holds a target to scheme and host of the policy. Throws `NETWORK_URL_REFUSED`, `NETWORK_HOST_NOT_ALLOWED`. */
export function assertAllowed(target: Target, policy: NetworkPolicy): void {
  if (!target.isTls && policy.allowLoopback !== true) {
    throw new StrongroomError('NETWORK_URL_REFUSED', 'only https addresses are followed');
  }
  if (!isHostAllowed(policy.hosts, target)) {
    throw new StrongroomError('NETWORK_HOST_NOT_ALLOWED', `${hostHeader(target)} is not an allowed host`);
  }
}

function nextTarget(answer: WireAnswer, from: Target): Target {
  const { location } = answer.message.headers;
  if (location === undefined) {
    throw new StrongroomError('NETWORK_REDIRECT_REFUSED', `${from.host} redirects without saying where to`);
  }
  const next = parseRedirect(location, from);
  if (next.isTls !== from.isTls) {
    throw new StrongroomError('NETWORK_REDIRECT_REFUSED', `${from.host} redirects to another scheme`);
  }
  return next;
}

interface Question {
  readonly request: NetworkRequest & { readonly part?: PartRequest };
  readonly mayIdentify: boolean;
}

async function ask(
  target: Target,
  question: Question,
  by: ConnectionDeps & { readonly policy: NetworkPolicy },
): Promise<WireAnswer> {
  const { signal } = question.request;
  return await send(target, { method: 'GET', headers: headersOf(target, question), signal }, by);
}

/** One request as `send` sends it. */
export interface GuardedRequest extends Pick<WireRequest, 'method' | 'headers' | 'body'> {
  readonly signal: AbortSignal | undefined;
}

/**
 * Connects to a target that `assertAllowed` let through, its address checked, and sends one request. Throws
 * `NETWORK_ADDRESS_REFUSED`, `NETWORK_TIMEOUT`, and as `connectError` says.
 */
export async function send(
  target: Target,
  { signal, ...request }: GuardedRequest,
  by: ConnectionDeps & { readonly policy: NetworkPolicy },
): Promise<WireAnswer> {
  const { connectTimeoutMs, headerTimeoutMs } = limitsOf(by.policy);
  const late = (what: string) => (): StrongroomError =>
    new StrongroomError('NETWORK_TIMEOUT', `${target.host} took too long to ${what}`);
  const socket = await within(
    { ms: connectTimeoutMs, signal, late: late('connect') },
    (until) => openConnection(target, { ...by, signal: until }),
    (unwanted) => unwanted.destroy(),
  );
  return await within(
    { ms: headerTimeoutMs, signal, late: late('answer') },
    (until) => exchange(socket, { ...request, path: target.path, host: target.host, signal: until }),
    ({ message }) => discard(message),
  );
}

function headersOf(target: Target, { request, mayIdentify }: Question): OutgoingHttpHeaders {
  const { bearer, part } = request;
  return {
    host: hostHeader(target),
    'user-agent': 'strongroom',
    accept: '*/*',
    'accept-encoding': 'identity',
    connection: 'close',
    ...(bearer && mayIdentify && { authorization: `Bearer ${readBearer(bearer)}` }),
    ...(part && { range: `bytes=${part.from}-`, 'if-range': part.validator }),
  };
}

function readBearer(secret: NonNullable<NetworkRequest['bearer']>): string {
  const text = new TextDecoder().decode(secret.expose());
  if (BEARER.test(text)) return text;
  throw new StrongroomError(
    'INPUT_INVALID',
    'the token is not one: it holds other characters than tokens do',
  );
}

/** Ends an answer that nobody reads. */
export function discard(message: IncomingMessage): void {
  // Whatever goes wrong with a body that is not wanted is of no interest.
  message.on('error', () => undefined);
  message.destroy();
}

function isSameOrigin(one: Target, other: Target): boolean {
  return one.host === other.host && one.port === other.port && one.isTls === other.isTls;
}
