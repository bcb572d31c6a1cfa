export type { ServerLimits } from './limits.ts';
export { type OpenServer, openServer, type ServerOptionsInput } from './open-server.ts';
export { describeApi } from './openapi.ts';
export type { ServerPowers } from './ports.ts';
export type { OldestTls, TlsMaterial } from './tls-context.ts';
