import { inspect } from 'node:util';
import { type StrongroomError, toStrongroomError } from '../errors/index.ts';
import { formatLine } from './document.ts';
import { paint, type Terminal } from './terminal.ts';

/** How errors are shown. */
export interface ReportOptions {
  readonly json: boolean;
  /** Adds the stack and the causes, for reports of faults. */
  readonly debug: boolean;
  readonly terminal: Terminal;
}

/** An error as stderr gets it: `strongroom: message` and `hint: …`, or one JSON document. With a final newline. */
export function formatError(error: unknown, options: ReportOptions): string {
  const shown = toStrongroomError(error);
  const trace = options.debug ? `${formatTrace(shown)}\n` : '';
  return (options.json ? formatJson(shown) : formatWords(shown, options.terminal)) + trace;
}

function formatJson({ code, kind, message, hint }: StrongroomError): string {
  return formatLine({ error: { code, kind, message, hint } });
}

function formatWords(error: StrongroomError, terminal: Terminal): string {
  const message = escapeControls(error.message);
  return `${paint(terminal, 'bad', 'strongroom:')} ${message}\n${paint(terminal, 'quiet', 'hint:')} ${escapeControls(error.hint)}\n`;
}

/** Messages quote hostile text already; this is for what slipped through, and keeps what is quoted readable. */
function escapeControls(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

function formatTrace(error: StrongroomError): string {
  return inspect(error, { depth: 5, colors: false })
    .split('\n')
    .map((line) => escapeControls(line))
    .join('\n');
}
