import { StrongroomError } from '../errors/index.ts';
import type { Proxy } from './policy.ts';
import { parseTarget } from './target.ts';

/** Reads the address of a proxy, `http://proxy.example:3128` or https. Throws `INPUT_INVALID`. */
export function parseProxy(text: string): Proxy {
  try {
    const { isTls, host, port, path } = parseTarget(text);
    if (path === '/') return { isTls, host, port };
  } catch (cause) {
    throw notProxy(cause);
  }
  throw notProxy(undefined);
}

function notProxy(cause: unknown): StrongroomError {
  return new StrongroomError('INPUT_INVALID', 'not the address of a proxy', {
    cause,
    hint: 'write it as http://proxy.example:3128, without user name, password or path',
  });
}
