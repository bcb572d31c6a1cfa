import { type SecretBytes, toBase64, utf8Bytes } from '../bytes/index.ts';
import { hmac } from '../crypto/index.ts';
import type { Detection } from './detector.ts';

/** What a webhook is told. */
export interface Alert {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface AlertWords {
  /** Tells repeats of one alert apart. */
  readonly id: string;
  readonly secret: SecretBytes;
  /** When it is sent, milliseconds since the epoch: whoever gets it refuses what is old. */
  readonly sentAt: number;
  /** Absent: nothing was blocked. */
  readonly blocked?: { readonly source: string; readonly until?: string };
}

/**
 * A detection as a webhook gets it, signed as Standard Webhooks 1.0.0 has it: HMAC-SHA-256 over id, time and body, so
 * that whoever receives it can tell a forged or an old one.
 */
export function alertOf(
  { scenario, notice, at }: Detection,
  { id, secret, sentAt, blocked }: AlertWords,
): Alert {
  const body = JSON.stringify({
    type: 'strongroom.detection',
    timestamp: new Date(at).toISOString(),
    data: {
      scenario: scenario.name,
      severity: scenario.severity,
      summary: scenario.summary,
      ...notice,
      ...(blocked && { blocked }),
    },
  });
  const timestamp = String(Math.floor(sentAt / 1000));
  const mac = hmac('sha256', secret, utf8Bytes(`${id}.${timestamp}.${body}`));
  return {
    body,
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${toBase64(mac)}`,
    },
  };
}
