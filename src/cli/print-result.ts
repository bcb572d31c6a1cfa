import type { CliContext } from './context.ts';
import { formatDocument } from './document.ts';
import type { Result } from './result.ts';
import type { GlobalOptions } from './session.ts';

/** Prints a result the one way that was asked for: a document, words, or (with `--quiet`, for news) nothing. */
export async function printResult(
  result: Result,
  context: Pick<CliContext, 'stdout'>,
  options: Pick<GlobalOptions, 'json' | 'quiet'>,
): Promise<void> {
  if (options.json) return context.stdout.write(formatDocument(result.json));
  if (options.quiet && !result.isAnswer) return;
  const text = result.text(context.stdout.terminal);
  if (text !== '') await context.stdout.write(`${text}\n`);
}
