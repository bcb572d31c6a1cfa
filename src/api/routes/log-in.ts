import { z } from 'zod';
import { defineIdentity, defineStream } from './define-route.ts';
import { line, list, longSecret, plainName, secret } from './fields.ts';

/** Tokens in the answer, or a session cookie that no script can read. */
const wants = z.enum(['tokens', 'cookie']);

/** With a cookie the tokens stay out of the answer. */
const loggedIn = z
  .object({
    kind: z.literal('logged-in'),
    principal: z.string(),
    accessToken: longSecret.exactOptional(),
    accessSeconds: z.int(),
    refreshToken: secret.exactOptional(),
    device: z.string().exactOptional(),
  })
  .meta({ id: 'LoggedIn' });

const factorWanted = z
  .object({
    kind: z.literal('factor-wanted'),
    challenge: longSecret,
    factors: list(z.enum(['totp', 'passkey', 'recovery'])),
  })
  .meta({ id: 'FactorWanted' });

const answer = z.discriminatedUnion('kind', [loggedIn, factorWanted]);
const open = { method: 'POST', tag: 'Log-in', isOpen: true, givesSecret: true } as const;

/** Rows of the IdentityApi. */
export const LOG_IN_ROUTES = {
  bootstrap: defineIdentity({
    ...open,
    id: 'identity.bootstrap',
    path: '/bootstrap',
    summary: 'Makes the first administrator with the token that the server printed when it first started.',
    errors: ['AUTH_FAILED', 'BOOTSTRAP_OVER', 'PASSWORD_WEAK'],
    body: { token: secret, name: plainName, password: secret },
    answer: loggedIn,
    call: (api, input, origin) => api.bootstrap(input, origin),
  }),
  acceptInvitation: defineIdentity({
    ...open,
    id: 'identity.acceptInvitation',
    path: '/invitations/accept',
    summary: 'Sets the password that an invitation lets one set.',
    errors: ['AUTH_FAILED', 'PASSWORD_WEAK'],
    body: { token: secret, password: secret, wants },
    answer,
    call: (api, input, origin) => api.acceptInvitation(input, origin),
  }),
  logIn: defineIdentity({
    ...open,
    id: 'identity.logIn',
    path: '/log-in',
    summary: 'Logs in with name and password.',
    errors: ['AUTH_FAILED', 'AUTH_THROTTLED', 'AUTH_BUSY'],
    body: { name: line(128, 1), password: secret, wants },
    answer,
    call: (api, input, origin) => api.logIn(input, origin),
  }),
  giveFactor: defineIdentity({
    ...open,
    id: 'identity.giveFactor',
    path: '/log-in/factor',
    summary: 'Finishes a log-in with a second factor.',
    errors: ['AUTH_FAILED', 'AUTH_THROTTLED'],
    body: { challenge: longSecret, factor: z.enum(['totp', 'recovery']), code: secret, wants },
    answer: loggedIn,
    call: (api, input, origin) => api.giveFactor(input, origin),
  }),
  beginPasskey: defineIdentity({
    ...open,
    id: 'identity.beginPasskey',
    path: '/log-in/passkey',
    summary: 'Gives the WebAuthn request options to log in with a passkey.',
    body: { challenge: longSecret.exactOptional() },
    answer: z.object({ id: z.string(), options: z.unknown() }),
    call: (api, input, origin) => api.beginPasskey(input, origin),
  }),
  finishPasskey: defineIdentity({
    ...open,
    id: 'identity.finishPasskey',
    path: '/log-in/passkey/finish',
    summary: 'Takes the browser’s answer to them.',
    errors: ['AUTH_FAILED'],
    body: { id: line(512, 1), response: z.looseObject({}), wants },
    answer: loggedIn,
    call: (api, input, origin) => api.finishPasskey(input, origin),
  }),
  refresh: defineIdentity({
    ...open,
    id: 'identity.refresh',
    path: '/log-in/refresh',
    summary: 'Gives a new access token and refresh token for an old one.',
    errors: ['AUTH_FAILED'],
    body: { refreshToken: secret },
    answer: loggedIn,
    call: (api, input, origin) => api.refresh(input, origin),
  }),
  exchangeWorkloadToken: defineIdentity({
    ...open,
    id: 'identity.exchangeWorkloadToken',
    path: '/log-in/workload',
    summary: 'Gives an access token for a token of another identity provider.',
    errors: ['AUTH_FAILED', 'WORKLOAD_RULE_UNCLEAR', 'ISSUER_UNFIT'],
    body: { token: longSecret, rule: plainName.exactOptional() },
    answer: loggedIn,
    call: (api, input, origin) => api.exchangeWorkloadToken(input, origin),
  }),
  oidcProviders: defineIdentity({
    id: 'identity.oidcProviders',
    method: 'GET',
    path: '/log-in/oidc',
    summary: 'Lists the OpenID providers that people can log in with.',
    tag: open.tag,
    isOpen: true,
    answer: list(z.object({ id: z.string(), name: z.string() })),
    call: (api) => api.oidcProviders(),
  }),
  beginOidc: defineIdentity({
    ...open,
    id: 'identity.beginOidc',
    path: '/log-in/oidc/begin',
    summary: 'Gives the address to send the browser to, and what to keep until it comes back.',
    errors: ['OIDC_PROVIDER_MISSING', 'AUTH_THROTTLED', 'ISSUER_UNFIT'],
    body: { provider: plainName, redirectUri: z.url().max(2048) },
    answer: z.object({ url: z.string(), state: longSecret }),
    call: (api, input, origin) => api.beginOidc(input, origin),
  }),
  forwardOidc: defineIdentity({
    ...open,
    id: 'identity.forwardOidc',
    path: '/log-in/oidc/forward',
    summary: 'Gives the address to send a browser on to that came back for a program.',
    errors: ['AUTH_FAILED'],
    body: { callbackUrl: z.url().max(8192) },
    answer: z.object({ url: z.string() }),
    call: (api, input, origin) => api.forwardOidc(input, origin),
  }),
  finishOidc: defineIdentity({
    ...open,
    id: 'identity.finishOidc',
    path: '/log-in/oidc/finish',
    summary: 'Finishes a log-in with the address that the provider sent the browser back to.',
    errors: ['AUTH_FAILED', 'OIDC_NOT_LINKED', 'OIDC_FACTOR_WANTED'],
    body: { state: longSecret, callbackUrl: z.url().max(8192), wants },
    answer: loggedIn,
    call: (api, input, origin) => api.finishOidc(input, origin),
  }),
  logOut: defineStream({
    id: 'identity.logOut',
    method: 'POST',
    path: '/log-out',
    summary: 'Ends the session behind the credential of this request, and takes the cookie from a browser.',
    tag: open.tag,
  }),
} as const;
