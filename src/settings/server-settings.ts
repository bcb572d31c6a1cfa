import { z } from 'zod';
import { settings, wholeNumber } from './setting-meta.ts';

/** `[server]`: where `serve` listens, its certificate, and what it gives to one client. */
export const serverSection = z.strictObject({
  listen: z.string().min(1).max(300).default('localhost:8443').register(settings, {
    env: 'STRONGROOM_SERVER_LISTEN',
    description: 'address and port to listen on: localhost:8443, 0.0.0.0:8443, [::1]:8443',
  }),
  names: z.string().default('').register(settings, {
    env: 'STRONGROOM_SERVER_NAMES',
    description:
      'DNS names and addresses of the certificate that serve makes for itself, separated by commas; by default those of this machine for itself',
  }),
  certificate_file: z.string().min(1).optional().register(settings, {
    env: 'STRONGROOM_SERVER_CERTIFICATE_FILE',
    description: 'certificate (PEM, its own first); taken up again when the file changes',
  }),
  key_file: z.string().min(1).optional().register(settings, {
    env: 'STRONGROOM_SERVER_KEY_FILE',
    description: 'key of the certificate (PEM), mode 0600',
  }),
  tls_min_version: z.enum(['1.3', '1.2']).default('1.3').register(settings, {
    env: 'STRONGROOM_SERVER_TLS_MIN_VERSION',
    description: 'oldest TLS that is spoken: 1.3, or 1.2 for older clients',
  }),
  client_ca_file: z.string().min(1).optional().register(settings, {
    env: 'STRONGROOM_SERVER_CLIENT_CA_FILE',
    description: 'authorities (PEM) of client certificates; with it clients are asked for one',
  }),
  client_certificates: z.enum(['asked', 'required']).default('asked').register(settings, {
    env: 'STRONGROOM_SERVER_CLIENT_CERTIFICATES',
    description: 'whether clients without a certificate are turned away at the handshake',
  }),
  trusted_proxies: z.string().default('').register(settings, {
    env: 'STRONGROOM_SERVER_TRUSTED_PROXIES',
    description:
      'networks of proxies whose word on the address of a client is taken (X-Forwarded-For), separated by commas',
  }),
  security_contacts: z.string().default('').register(settings, {
    env: 'STRONGROOM_SERVER_SECURITY_CONTACTS',
    description: 'mailto: or https: addresses for /.well-known/security.txt, separated by commas',
  }),
  max_connections: wholeNumber(1, 100_000).default(4096).register(settings, {
    env: 'STRONGROOM_SERVER_MAX_CONNECTIONS',
    description: 'open connections in all',
  }),
  max_connections_per_address: wholeNumber(1, 100_000).default(256).register(settings, {
    env: 'STRONGROOM_SERVER_MAX_CONNECTIONS_PER_ADDRESS',
    description: 'open connections from one address',
  }),
  max_uploads: wholeNumber(1, 10_000).default(64).register(settings, {
    env: 'STRONGROOM_SERVER_MAX_UPLOADS',
    description: 'uploads in pieces that may be under way, in all',
  }),
  max_uploads_per_principal: wholeNumber(1, 10_000).default(8).register(settings, {
    env: 'STRONGROOM_SERVER_MAX_UPLOADS_PER_PRINCIPAL',
    description: 'the same of one principal',
  }),
  upload_idle_seconds: wholeNumber(1, 86_400).default(600).register(settings, {
    env: 'STRONGROOM_SERVER_UPLOAD_IDLE_SECONDS',
    description: 'longest rest of an upload in pieces before it is given up',
  }),
  shutdown_seconds: wholeNumber(0, 3600).default(20).register(settings, {
    env: 'STRONGROOM_SERVER_SHUTDOWN_SECONDS',
    description: 'how long calls may still run after the server was asked to end',
  }),
});

/** The settings of the server with their defaults filled in. */
export type ServerSettings = z.infer<typeof serverSection>;
