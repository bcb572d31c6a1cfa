import { readFileSync } from 'node:fs';

const GUIDE = new URL('../../docs/guides/incidents.md', import.meta.url);

/** The filter for fail2ban as the guide has it. */
export function fail2banFilter(): string {
  const [, filter = ''] = /```ini\n(\[Definition\]\n[^`]*)```/.exec(readFileSync(GUIDE, 'utf8')) ?? [];
  if (!filter.includes('failregex')) throw new Error('the guide has no filter for fail2ban');
  return filter;
}
