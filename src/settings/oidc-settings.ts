import { z } from 'zod';
import { parseSecretSource } from './secret-source.ts';

/** Algorithms that ID tokens may be signed with: asymmetric ones only (RFC 7518 §3.1, RFC 9864). */
const ID_TOKEN_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
] as const;

const words = z.array(z.string().min(1).max(256)).max(64);

/** A setting that is secret: it names where the secret is, `SecretSource`. */
const secretSource = z
  .string()
  .max(128 * 1024)
  .transform((text, context) => {
    const source = parseSecretSource(text);
    if (source !== undefined) return source;
    context.addIssue({
      code: 'custom',
      message:
        'a secret does not stand here as plain text; write env:NAME or file:PATH, or seal it with strongroom secret set',
    });
    return z.NEVER;
  });

const mappedRole = z.strictObject({
  group: z.string().min(1).max(256),
  role: z.string().min(1).max(64),
  on: z.string().min(1).max(200).default('everything'),
});

/** One `[[oidc]]` of the configuration: an OpenID provider that people may log in with. */
export const oidcProviderSettings = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/, 'use up to 32 lower-case letters, digits and hyphens')
    .describe('short name of the provider, as log-ins and links name it'),
  name: z.string().min(1).max(64).describe('what people see on the log-in page'),
  issuer: z
    .url({ protocol: /^https$/ })
    .max(2048)
    .describe('its issuer, exactly as its discovery document says it'),
  client_id: z.string().min(1).max(512).describe('what the provider knows this server as'),
  client_secret: secretSource
    .optional()
    .describe('secret of the client: env:NAME, file:PATH or sealed:…; absent for a public client'),
  client_auth: z
    .enum(['client_secret_basic', 'client_secret_post'])
    .default('client_secret_basic')
    .describe('how the secret is shown to the provider'),
  scopes: z
    .string()
    .max(1024)
    .regex(/(?:^| )openid(?: |$)/, 'openid must be among the scopes')
    .default('openid')
    .describe('what is asked for, separated by blanks; openid is among it'),
  algorithm: z.enum(ID_TOKEN_ALGORITHMS).default('RS256').describe('the one algorithm of its ID tokens'),
  required_acr: words.default([]).describe('of these authentication contexts (acr) one must be reached'),
  required_amr: words.default([]).describe('all of these methods (amr) must have been used, such as mfa'),
  new_users: z
    .boolean()
    .default(false)
    .describe('make a user for whoever the provider lets in and nobody here is linked to'),
  name_claim: z
    .string()
    .min(1)
    .max(128)
    .default('preferred_username')
    .describe('claim that such a user is named after'),
  groups_claim: z.string().min(1).max(128).default('groups').describe('claim with the groups of a person'),
  roles: z
    .array(mappedRole)
    .max(256)
    .default([])
    .describe('list of { group, role, on }: the roles that members of a group hold while they are logged in'),
});

/** One OpenID provider, read. */
export type OidcProviderSettings = z.infer<typeof oidcProviderSettings>;
