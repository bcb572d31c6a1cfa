import type { Ceiling, Grant } from '../api/index.ts';
import { type Cell, formatTable } from './table.ts';
import type { Terminal } from './terminal.ts';
import { formatInstant } from './units.ts';

/** Grants, one a line. */
export function formatGrants(terminal: Terminal, grants: readonly Grant[]): string {
  if (grants.length === 0) return 'no grants';
  const withOutput = grants.some(({ output }) => output !== undefined);
  const headings = ['principal', 'role', 'on', ...(withOutput ? ['output'] : []), 'until (UTC)', 'by', 'id'];
  return formatTable(
    terminal,
    headings.map((heading) => ({ heading })),
    grants.map((grant): Cell[] => [
      grant.principal,
      grant.role,
      grant.on,
      ...(withOutput ? [grant.output ?? ''] : []),
      grant.expiresAt === undefined ? 'further notice' : formatInstant(grant.expiresAt),
      grant.createdBy,
      grant.id,
    ]),
  );
}

/** What a token is limited to: `model:predict on acme/churn`. */
export function ceilingWords({ permissions, places }: Ceiling): string {
  const what = permissions === undefined ? 'all its owner may' : permissions.join(' ');
  return places === undefined ? what : `${what} on ${places.join(' ')}`;
}
