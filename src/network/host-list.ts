import { StrongroomError } from '../errors/index.ts';
import { HTTPS_PORT, parseHost } from './target.ts';

/** One host, or every host below a domain, that may be asked; with one port. */
export interface HostRule {
  /** Lower-case ASCII name, or an address; with `isSuffix` the domain below which it lies. */
  readonly host: string;
  readonly isSuffix: boolean;
  readonly port: number;
}

const RULE = /^(\*\.)?(\[[0-9a-f:.]+\]|[^\s*:/@?#\\[\]%]+)(?::(\d{1,5}))?$/iu;

/**
 * Reads `example.org`, `*.example.org` (the hosts below it, not itself) or either with `:8443`; without a port it is
 * 443. Throws `INPUT_INVALID`: also for `*` and `*.org`, which would allow strangers.
 */
export function parseHostRule(text: string): HostRule {
  const match = RULE.exec(text.trim());
  const host = match?.[2] === undefined ? undefined : parseHost(match[2]);
  const port = match?.[3] === undefined ? HTTPS_PORT : Number(match[3]);
  const isSuffix = match?.[1] !== undefined;
  const isTooWide =
    isSuffix && host !== undefined && (host.address !== undefined || !host.name.includes('.'));
  if (host === undefined || isTooWide || port < 1 || port > 65_535) {
    throw new StrongroomError('INPUT_INVALID', `not a host to allow: ${JSON.stringify(text.slice(0, 80))}`, {
      hint: 'write it as example.org, *.example.org or example.org:8443',
    });
  }
  return { host: host.name, isSuffix, port };
}

/** Whether some rule allows a host and port. */
export function isHostAllowed(
  rules: readonly HostRule[],
  target: { readonly host: string; readonly port: number },
): boolean {
  return rules.some(
    ({ host, isSuffix, port }) =>
      port === target.port && (isSuffix ? target.host.endsWith(`.${host}`) : target.host === host),
  );
}
