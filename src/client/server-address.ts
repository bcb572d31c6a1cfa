import { quoteForMessage } from '../api/index.ts';
import { StrongroomError } from '../errors/index.ts';

/** Where a server is. */
export interface ServerAddress {
  /** Without brackets around an IPv6 address. */
  readonly host: string;
  readonly port: number;
  /** `https://host:port`, as it is shown and remembered. */
  readonly origin: string;
}

/** The address in `https://host:port`, with or without a slash at its end. Throws `INPUT_INVALID`. */
export function parseServerAddress(text: string): ServerAddress {
  const url = URL.parse(text);
  if (url === null) throw refused(text, 'write it as https://host:8443');
  if (url.protocol !== 'https:')
    throw refused(text, 'a server is reached over https only: https://host:8443');
  if (url.username !== '' || url.password !== '') {
    // Not quoted: it holds what looks like a password.
    throw new StrongroomError('INPUT_INVALID', 'the address of the server holds a user name or password', {
      hint: 'leave it out, and use strongroom login',
    });
  }
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '')
    throw refused(text, 'leave out what follows the host and port');
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? 443 : Number(url.port),
    origin: url.origin,
  };
}

function refused(text: string, hint: string): StrongroomError {
  return new StrongroomError('INPUT_INVALID', `not the address of a server: ${quoteForMessage(text)}`, {
    hint,
  });
}
