import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import { z } from 'zod';
import { fromBase64Url, parseStrictJson } from '../bytes/index.ts';
import { authFailed } from './auth-failed.ts';

/** Longest text of an answer; certificates in an attestation make up most of it, and we ask for none. */
const MAX_FIELD_CHARS = 16_384;
const MAX_ID_CHARS = 1400;
const CHALLENGE_CHARS = 43;

const base64url = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(/^[A-Za-z0-9_-]+$/);
const field = base64url(MAX_FIELD_CHARS);
const common = {
  id: base64url(MAX_ID_CHARS),
  rawId: base64url(MAX_ID_CHARS),
  type: z.literal('public-key'),
  authenticatorAttachment: z.enum(['cross-platform', 'platform']).nullish(),
  // Whatever the browser adds here is not looked at.
  clientExtensionResults: z.record(z.string().max(64), z.unknown()),
};

const registration = z.object({
  ...common,
  response: z.object({
    clientDataJSON: field,
    attestationObject: field,
    transports: z.array(z.string().max(32)).max(8).optional(),
  }),
});

const authentication = z.object({
  ...common,
  response: z.object({
    clientDataJSON: field,
    authenticatorData: field,
    signature: field,
    userHandle: base64url(128).nullish(),
  }),
});

// The library's types have optional members where a browser may also say null.
/** A browser's answer to creation options (WebAuthn Level 3, RegistrationResponseJSON). */
export const registrationResponseSchema = registration as unknown as z.ZodType<RegistrationResponseJSON>;
/** A browser's answer to request options (WebAuthn Level 3, AuthenticationResponseJSON). */
export const authenticationResponseSchema =
  authentication as unknown as z.ZodType<AuthenticationResponseJSON>;

/** The challenge that an answer says it is to; `undefined` when it does not say. */
export function challengeOf(clientDataJSON: string): string | undefined {
  const bytes = fromBase64Url(clientDataJSON);
  if (bytes === undefined) return undefined;
  const data = parseStrictJson(bytes, { maxDepth: 8, maxValues: 256, malformed: () => authFailed() });
  const parsed = z.object({ challenge: base64url(CHALLENGE_CHARS) }).safeParse(data);
  return parsed.success ? parsed.data.challenge : undefined;
}
