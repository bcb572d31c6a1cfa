import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { API_PREFIX } from '../api/index.ts';
import { SecretBytes, utf8Bytes, utf8Text } from '../bytes/index.ts';
import { originOf } from './authenticate.ts';
import { endOidcCookie, oidcCookie, setDeviceCookie, setOidcCookie, setSessionCookie } from './cookies.ts';
import type { ServerDeps } from './ports.ts';

const START = `${API_PREFIX}/log-in/oidc/start/:provider`;
const CALLBACK = `${API_PREFIX}/log-in/oidc/callback`;

// No script, and no redirect: the session cookie is strict, and a browser that comes from the provider's page would not
// send it along on the way to the next one.
const WELCOME = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Strongroom</title>
<body><p>You are logged in. <a href="/">Go on</a></p></body></html>
`;

/**
 * The two addresses that browsers go to themselves: where a log-in at another provider starts, and where it comes back
 * to. A log-in that a program began is sent on to the program; one of the browser's own ends with a session cookie.
 */
export function serveOidcCallback(app: FastifyInstance, { served }: ServerDeps): void {
  const { identity } = served;
  app.get<{ Params: { provider: string } }>(START, async (request, reply) => {
    const { provider } = request.params;
    const redirectUri = addressOf(request, CALLBACK);
    const { url, state } = await identity.beginOidc({ provider, redirectUri }, originOf(request));
    setOidcCookie(reply, utf8Text(state.expose()) ?? '');
    return await redirect(reply, url);
  });
  app.get(CALLBACK, async (request, reply) => {
    const callbackUrl = addressOf(request, request.url);
    const cookie = oidcCookie(request);
    if (cookie === undefined) {
      const { url } = await identity.forwardOidc({ callbackUrl }, originOf(request));
      return await redirect(reply, url);
    }
    endOidcCookie(reply);
    const answer = await identity.finishOidc(
      { state: SecretBytes.take(utf8Bytes(cookie)), callbackUrl, wants: 'cookie' },
      originOf(request),
    );
    if (answer.session !== undefined) setSessionCookie(reply, answer.session);
    if (answer.device !== undefined) setDeviceCookie(reply, answer.device);
    return await reply.header('cache-control', 'no-store').type('text/html; charset=utf-8').send(WELCOME);
  });
}

/** As the browser named this server; whether that is its name is for identity to judge. */
function addressOf(request: FastifyRequest, path: string): string {
  return `https://${request.headers.host ?? ''}${path}`;
}

async function redirect(reply: FastifyReply, url: string): Promise<FastifyReply> {
  return await reply
    .code(303)
    .header('location', url)
    .header('cache-control', 'no-store')
    .header('referrer-policy', 'no-referrer')
    .send();
}
