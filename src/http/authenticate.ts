import type { TLSSocket } from 'node:tls';
import type { FastifyRequest } from 'fastify';
import type { Credential, IdentityApi, Origin, RouteWords } from '../api/index.ts';
import { fromBase64, SecretBytes, utf8Text } from '../bytes/index.ts';
import { StrongroomError } from '../errors/index.ts';
import { deviceCookie, sessionCookie } from './cookies.ts';
import { assertSameSite } from './cross-site.ts';

const MAX_TOKEN_CHARS = 4096;
const MAX_CLIENT_CHARS = 256;

/** Where a request comes from, before anybody is known. */
export function originOf(request: FastifyRequest): Origin {
  const client = request.headers['user-agent']?.slice(0, MAX_CLIENT_CHARS);
  const header = request.headers['strongroom-device'];
  const device = (typeof header === 'string' ? header.slice(0, 2048) : undefined) ?? deviceCookie(request);
  return {
    requestId: request.id,
    address: request.ip,
    ...(client === undefined ? {} : { client }),
    ...(device === undefined ? {} : { device }),
  };
}

/**
 * Makes out who is asking. Throws `CREDENTIALS_MISSING`, `CREDENTIALS_AMBIGUOUS`, `CROSS_SITE_REFUSED` and what
 * `IdentityApi.authenticate` throws.
 */
export async function authenticate(
  request: FastifyRequest,
  identity: IdentityApi,
  { takesBasic }: Pick<RouteWords, 'takesBasic'> = {},
): Promise<void> {
  const credential = credentialOf(request, takesBasic === true);
  if (credential.kind === 'session') assertSameSite(request);
  request.credentialKind = credential.kind;
  request.caller = await identity.authenticate(credential, request.visit?.origin ?? originOf(request));
}

function credentialOf(request: FastifyRequest, takesBasic: boolean): Credential {
  const token = sentToken(request, takesBasic);
  const cookie = sessionCookie(request);
  if (token !== undefined && cookie !== undefined) {
    throw new StrongroomError('CREDENTIALS_AMBIGUOUS', 'there is a bearer token and a session cookie');
  }
  if (token !== undefined) return { kind: 'bearer', token: SecretBytes.ofText(token) };
  if (cookie !== undefined) return { kind: 'session', token: SecretBytes.ofText(cookie) };
  const certificate = clientCertificate(request);
  if (certificate !== undefined) return certificate;
  throw new StrongroomError('CREDENTIALS_MISSING', 'nobody is logged in');
}

/** The token of a request, also where it comes as the password of HTTP Basic authentication (RFC 7617). */
function sentToken(request: FastifyRequest, takesBasic: boolean): string | undefined {
  const fields = headerValues(request, 'authorization');
  if (fields.length > 1) {
    throw new StrongroomError('CREDENTIALS_AMBIGUOUS', 'there are several Authorization headers');
  }
  const [field] = fields;
  if (field === undefined) return undefined;
  const bearer = takesBasic ? bearerOf(field) : field;
  const token = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(bearer)?.[1];
  if (token === undefined || token.length > MAX_TOKEN_CHARS) {
    throw new StrongroomError('CREDENTIALS_MISSING', 'expected a header Authorization: Bearer TOKEN');
  }
  return token;
}

/** A field of Basic authentication as one with a bearer token: whose name stands before the colon does not count. */
function bearerOf(field: string): string {
  const encoded = /^Basic +([A-Za-z0-9+/]{1,6000}={0,2})$/i.exec(field)?.[1];
  const text = encoded === undefined ? undefined : utf8Text(fromBase64(encoded) ?? new Uint8Array());
  return text === undefined ? field : `Bearer ${text.slice(text.indexOf(':') + 1)}`;
}

/** Every value of a header: Node drops the second of some, and what was dropped must not be overlooked. */
function headerValues(request: FastifyRequest, name: string): readonly string[] {
  const { rawHeaders } = request.raw;
  const values: string[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const [given, value] = [rawHeaders[at], rawHeaders[at + 1]];
    if (given?.length === name.length && given.toLowerCase() === name && value !== undefined)
      values.push(value);
  }
  return values;
}

/** The certificate of the client, where TLS asked for one and verified it. */
function clientCertificate(request: FastifyRequest): Credential | undefined {
  const socket = request.raw.socket as Partial<TLSSocket>;
  if (socket.authorized !== true) return undefined;
  const certificate = socket.getPeerX509Certificate?.();
  if (certificate === undefined) return undefined;
  const names = (certificate.subjectAltName ?? '')
    .split(', ')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  return {
    kind: 'certificate',
    sha256: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
    names,
  };
}
