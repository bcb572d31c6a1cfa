import { z } from 'zod';
import { settings, wholeNumber } from './setting-meta.ts';

const rate = (usual: number, key: string, what: string) =>
  wholeNumber(0, 10_000_000)
    .default(usual)
    .register(settings, {
      env: `STRONGROOM_RATES_${key}`,
      description: `${what}; half of it at once; 0: no limit`,
    });

/** `[rates]`: how many requests a minute. */
export const ratesSection = z.strictObject({
  address_per_minute: rate(12_000, 'ADDRESS_PER_MINUTE', 'requests a minute from one address, in all'),
  log_in_per_minute: rate(60, 'LOG_IN_PER_MINUTE', 'log-ins a minute from one address, good or bad'),
  read_per_minute: rate(6000, 'READ_PER_MINUTE', 'calls a minute of one principal that change nothing'),
  write_per_minute: rate(1200, 'WRITE_PER_MINUTE', 'calls a minute of one principal that change something'),
  content_per_minute: rate(
    6000,
    'CONTENT_PER_MINUTE',
    'files and pieces a minute of one principal, up or down',
  ),
  predict_per_minute: rate(100, 'PREDICT_PER_MINUTE', 'predictions a minute of one principal'),
  max_sources: wholeNumber(1000, 10_000_000).default(100_000).register(settings, {
    env: 'STRONGROOM_RATES_MAX_SOURCES',
    description: 'addresses and principals that are counted at a time, each kind; about 200 bytes each',
  }),
});

/** `[intrusion]`: what is noticed, and what follows. */
export const intrusionSection = z.strictObject({
  mode: z.enum(['block', 'watch', 'off']).default('block').register(settings, {
    env: 'STRONGROOM_INTRUSION_MODE',
    description: 'block: what is noticed is blocked; watch: only told (dry run); off: nothing is looked for',
  }),
  failures: wholeNumber(1, 1000).default(5).register(settings, {
    env: 'STRONGROOM_INTRUSION_FAILURES',
    description: 'failed log-ins from one address, within window_seconds, that block it',
  }),
  window_seconds: wholeNumber(1, 86_400).default(300).register(settings, {
    env: 'STRONGROOM_INTRUSION_WINDOW_SECONDS',
    description: 'the time within which they count',
  }),
  block_seconds: wholeNumber(1, 30 * 86_400)
    .default(3600)
    .register(settings, {
      env: 'STRONGROOM_INTRUSION_BLOCK_SECONDS',
      description:
        'how long an address is blocked the first time; four times as long with every repetition, up to 30 days',
    }),
  allow: z.string().default('').register(settings, {
    env: 'STRONGROOM_INTRUSION_ALLOW',
    description:
      'addresses and networks that are never blocked, such as 192.0.2.7, 10.0.0.0/8, separated by commas',
  }),
  decoys: z.string().default('').register(settings, {
    env: 'STRONGROOM_INTRUSION_DECOYS',
    description:
      'bait that nobody has business with: models (acme/crown-jewels) and principals (user:backup, service-account:old-ci), separated by commas; whoever touches one is blocked',
  }),
  webhook_url: z
    .url({ protocol: /^https$/ })
    .optional()
    .register(settings, {
      env: 'STRONGROOM_INTRUSION_WEBHOOK_URL',
      description: 'https address that is told of what was noticed',
    }),
  webhook_networks: z.string().default('').register(settings, {
    env: 'STRONGROOM_INTRUSION_WEBHOOK_NETWORKS',
    description: 'private networks that it may lie in, such as 10.20.0.0/16, separated by commas',
  }),
  webhook_ca_file: z.string().min(1).optional().register(settings, {
    env: 'STRONGROOM_INTRUSION_WEBHOOK_CA_FILE',
    description: 'file with certificates (PEM) of authorities to trust there besides the public ones',
  }),
  webhook_secret_file: z.string().min(1).optional().register(settings, {
    env: 'STRONGROOM_INTRUSION_WEBHOOK_SECRET_FILE',
    description:
      'file with the secret that alerts are signed with (HMAC-SHA-256), 32 bytes or more; mode 0600',
  }),
});

/** The settings of the limits with their defaults filled in. */
export type RateSettings = z.infer<typeof ratesSection>;
/** The settings of the intrusion detection with their defaults filled in. */
export type IntrusionSettings = z.infer<typeof intrusionSection>;
