import { namespaceOf, type Version } from '../api/index.ts';
import { EXIT_CODES } from './exit-codes.ts';
import { answer, done, type Result } from './result.ts';
import { escapeText, paint, type Terminal } from './terminal.ts';

/** Outcomes that one may decide to let in; what a version is held for names them. */
const LETTABLE = ['unknown', 'inconclusive', 'suspicious'] as const;

/**
 * What is said of a version that was just stored: the news, or, where it is quarantined, that nobody sees it, why, and
 * what can be done. That it is held is bad news, so the exit code tells it to scripts.
 */
export function storedVersion(version: Version, news: string, aliases: readonly string[] = []): Result {
  if (version.state === 'available') return done({ version }, news);
  return answer({ version }, (terminal) => heldText(terminal, version, aliases), {
    exitCode: EXIT_CODES.unsafe.code,
  });
}

function heldText(terminal: Terminal, version: Version, aliases: readonly string[]): string {
  const named = `${version.model}@${version.version}`;
  const reason = version.stateReason ?? '';
  const [outcome] = LETTABLE.filter((word) => new RegExp(`\\b${word}\\b`).test(reason));
  const unset = aliases.map((alias) => `${version.model}:${alias} was not set`);
  return [
    paint(terminal, 'warning', `quarantined ${named}: ${escapeText(reason)}`),
    ...unset,
    `readers do not see it; see what was found: strongroom quarantine show ${named}`,
    `let it out:                                strongroom quarantine release ${named} --reason WHY`,
    ...(reason.includes('signers')
      ? [`sign it:                                   strongroom trust sign ${named} --key-id ID`]
      : []),
    ...(outcome === undefined
      ? []
      : [
          `let such files in from now on:             strongroom trust set ${namespaceOf(version.model)} --enter ${outcome}=allow`,
        ]),
  ].join('\n');
}
