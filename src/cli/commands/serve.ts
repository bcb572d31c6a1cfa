import type { Command } from 'commander';
import { utf8Text } from '../../bytes/index.ts';
import { toStrongroomError } from '../../errors/index.ts';
import type { Serving } from '../../open/index.ts';
import { bindAct, describeCommand, type Runner } from '../command.ts';
import { done } from '../result.ts';
import type { Session } from '../session.ts';
import { escapeText, paint } from '../terminal.ts';

interface ServeOptions {
  readonly listen?: string;
}

const EXAMPLES = [
  ['strongroom serve', 'on https://localhost:8443, with a home and a certificate made on the spot'],
  ['strongroom --home /srv/models serve --listen 0.0.0.0:8443', 'for others'],
  ['strongroom serve --quiet > server.log', 'only the log: lines of JSON'],
] as const;

/** `serve`: opens the home to others, over HTTPS. */
export function serveCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'serve',
    summary: 'open the home to others, over HTTPS',
    more: 'Runs until it is interrupted, then ends in good order. What is missing is made: a home, and a certificate signed by its own key. The log goes to standard output. SIGHUP takes up a changed certificate.',
    examples: EXAMPLES,
  }).option('--listen <address>', 'address and port (default: what is configured, localhost:8443)');
  return bindAct<ServeOptions>(command, runner, async ({ session, options }) => {
    const { context } = session;
    const home = session.homeOnly();
    await makeMissingHome(session, home);
    const serving = await context.operations.serve({
      home,
      unseal: await session.unseal(),
      // A log that nobody reads any more must not end the server.
      logTo: { write: (line) => void context.stdout.write(line).catch(() => undefined) },
      ...(options.listen !== undefined && { listen: options.listen }),
    });
    try {
      await announce(session, serving);
      context.onReload?.(() => void reload(session, serving));
      await interrupted(context.signal);
      await session.note('ending: calls that run may finish');
    } finally {
      await serving.close();
    }
    return done({ url: serving.url }, 'ended in good order');
  });
}

async function makeMissingHome(session: Session, home: string): Promise<void> {
  const { operations } = session.context;
  if (await operations.hasHome(home)) return;
  await operations.initHome({ home, seals: [] });
  await session.note(`made a home in ${escapeText(home)}`);
}

async function announce(session: Session, serving: Serving): Promise<void> {
  const { stderr } = session.context;
  for (const warning of serving.warnings) await session.warn(escapeText(warning));
  const { certificate, bootstrapToken, url } = serving;
  await session.note(`${paint(stderr.terminal, 'good', 'open')} at ${url}`);
  const origin = certificate.isOwn ? 'signed by its own key' : 'from the configured file';
  await session.note(`certificate ${origin}, good until ${certificate.validUntil}`);
  await session.note(`  SHA-256 ${certificate.fingerprint}`);
  if (bootstrapToken === undefined) return;
  // Shown this once, so that even --quiet must not drop it.
  const token = utf8Text(bootstrapToken.expose()) ?? '';
  bootstrapToken.wipe();
  const lines = [
    '',
    'There is no administrator yet. This token makes the first one; it is good for a day and shown this once:',
    `  ${token}`,
    `  strongroom bootstrap NAME --server ${url}`,
    '',
  ];
  await stderr.write(lines.map((line) => `${line}\n`).join(''));
}

async function reload(session: Session, serving: Serving): Promise<void> {
  try {
    const isNew = await serving.reloadCertificate();
    await session.note(isNew ? 'the new certificate is in use' : 'the certificate is as it was');
  } catch (error) {
    await session.warn(`the new certificate is not used: ${toStrongroomError(error).message}`);
  }
}

function interrupted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
