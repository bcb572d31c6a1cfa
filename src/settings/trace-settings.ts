import { z } from 'zod';
import { settings, wholeNumber } from './setting-meta.ts';

/** `[traces]`: where OpenTelemetry spans of requests go. */
export const tracesSection = z.strictObject({
  url: z
    .url({ protocol: /^https$/ })
    .optional()
    .register(settings, {
      env: 'STRONGROOM_TRACES_URL',
      description:
        'https address of a collector that takes OTLP/HTTP as JSON, such as https://otel.example.org:4318/v1/traces; without it there are no traces',
    }),
  percent: wholeNumber(0, 100).default(100).register(settings, {
    env: 'STRONGROOM_TRACES_PERCENT',
    description: 'of a hundred traces that begin here, how many are kept; for others the caller decides',
  }),
  token_file: z.string().min(1).optional().register(settings, {
    env: 'STRONGROOM_TRACES_TOKEN_FILE',
    description: 'file with a token that the collector wants (Authorization: Bearer); mode 0600',
  }),
  networks: z.string().default('').register(settings, {
    env: 'STRONGROOM_TRACES_NETWORKS',
    description: 'private networks that the collector may lie in, such as 10.20.0.0/16, separated by commas',
  }),
  ca_file: z.string().min(1).optional().register(settings, {
    env: 'STRONGROOM_TRACES_CA_FILE',
    description: 'file with certificates (PEM) of authorities to trust there besides the public ones',
  }),
});
