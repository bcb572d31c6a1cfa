export {
  type FullApi,
  parseAliasName,
  parseFilePath,
  parseModelName,
  parseNamespaceName,
  parseVersionRef,
} from '../api/index.ts';
export { Passphrase, SecretBytes } from '../bytes/index.ts';
export { isStrongroomError, StrongroomError } from '../errors/index.ts';
export type { TokenPair } from './access-tokens.ts';
export { awaitBrowser, type ReturningBrowser } from './await-browser.ts';
export {
  type ClientCredential,
  type ConnectOptions,
  connectStrongroom,
  type RemoteStrongroom,
} from './connect.ts';
export type { LogInTokens, RemoteIdentity } from './remote-identity.ts';
export { parseServerAddress, type ServerAddress } from './server-address.ts';
export { lookAtCertificate, type ServerTrust, type ShownCertificate } from './server-trust.ts';
