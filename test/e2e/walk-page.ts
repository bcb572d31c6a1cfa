import { readFileSync, writeFileSync } from 'node:fs';
import type { WalkSeen } from './run-server-walk.ts';

const README = new URL('../../README.md', import.meta.url);
const START = '<!-- generated: walk -->\n';
const END = '<!-- end: walk -->';

/** The part of the README that a walk writes. Throws when the markers are missing. */
export function readShownWalk(): string {
  return splitPage().walk;
}

/** Puts another walk there. */
export function writeShownWalk(walk: string): void {
  const { before, after } = splitPage();
  writeFileSync(README, `${before}${walk}${after}`);
}

function splitPage(): { readonly before: string; readonly walk: string; readonly after: string } {
  const page = readFileSync(README, 'utf8');
  const from = page.indexOf(START) + START.length;
  const to = page.indexOf(END);
  if (!page.includes(START) || to < from)
    throw new Error(`README.md lacks the markers ${START.trim()} and ${END}`);
  return { before: page.slice(0, from), walk: page.slice(from, to), after: page.slice(to) };
}

/** A walk as the README shows it: the same text for every walk that went the same way. */
export function formatWalk({ told, parts }: WalkSeen, folder: string): string {
  const start = fence([`$ strongroom serve\n${told.trimEnd()}\n`]);
  const others = parts.map(({ part, outputs }) =>
    [
      part.intro,
      fence(part.steps.map(({ remark, command }, at) => `# ${remark}\n$ ${command}\n${outputs[at] ?? ''}`)),
    ].join('\n\n'),
  );
  return `\n${withoutChance([start, ...others].join('\n\n'), folder)}\n\n`;
}

function fence(texts: readonly string[]): string {
  return `\`\`\`\n${texts.join('')}\`\`\``;
}

/** Puts a fixed word where each run has its own: folder, port, secrets, digests, identifiers and times. */
function withoutChance(text: string, folder: string): string {
  return text
    .replaceAll(folder, '/srv')
    .replace(/\bhttps:\/\/localhost:\d+/g, 'https://localhost:8443')
    .replace(/\bsr[a-z]_\w{20,}/g, (secret) => `${secret.slice(0, 4)}…`)
    .replace(/\b[0-9a-f]{64}\b/g, '3a7b…')
    .replace(/ token [\w-]{22}(?=\s)/g, ' token Cc5p…')
    .replace(/\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z| UTC)/g, '<time>');
}
