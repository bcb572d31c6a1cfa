import { z } from 'zod';
import { settings, wholeNumber } from './setting-meta.ts';

/** `[log]`: what the log of the server has, and where it goes. */
export const logSection = z.strictObject({
  to: z.enum(['both', 'file', 'stdout']).default('both').register(settings, {
    env: 'STRONGROOM_LOG_TO',
    description: 'file: logs/strongroom.log in the home, put aside when full; stdout: standard output; both',
  }),
  level: z.enum(['debug', 'info', 'warn', 'error', 'critical']).default('info').register(settings, {
    env: 'STRONGROOM_LOG_LEVEL',
    description: 'least important lines that the log has',
  }),
  max_bytes: wholeNumber(4096, 2 ** 40)
    .default(10_000_000)
    .register(settings, {
      env: 'STRONGROOM_LOG_MAX_BYTES',
      description: 'length at which a file of the log is put aside, in bytes',
    }),
  max_files: wholeNumber(1, 1000).default(5).register(settings, {
    env: 'STRONGROOM_LOG_MAX_FILES',
    description: 'files of the log in all; the oldest is removed',
  }),
  syslog: z
    .string()
    .regex(/^(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+):\d{1,5}$/, 'use NAME:PORT, such as logs.example.org:6514')
    .optional()
    .register(settings, {
      env: 'STRONGROOM_LOG_SYSLOG',
      description: 'syslog server that every line is also sent to, over TLS (RFC 5424, RFC 5425): NAME:PORT',
    }),
  syslog_networks: z.string().default('').register(settings, {
    env: 'STRONGROOM_LOG_SYSLOG_NETWORKS',
    description:
      'private networks that the syslog server may lie in, such as 10.20.0.0/16, separated by commas',
  }),
  syslog_ca_file: z.string().min(1).optional().register(settings, {
    env: 'STRONGROOM_LOG_SYSLOG_CA_FILE',
    description: 'file with certificates (PEM) of authorities to trust there besides the public ones',
  }),
});
