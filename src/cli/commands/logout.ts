import type { Command } from 'commander';
import { isStrongroomError } from '../../errors/index.ts';
import { bindAct, describeCommand, type Runner } from '../command.ts';
import type { ServerRecord } from '../remote-operations.ts';
import { done } from '../result.ts';
import type { Session } from '../session.ts';

/** `logout`: ends the log-in of this machine. */
export function logoutCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'logout',
    summary: 'end the log-in to a server, there and on this machine',
    more: 'How the server is recognised stays remembered. A token is forgotten here; revoke it with strongroom token revoke.',
    examples: [
      ['strongroom logout --server https://models.example.org:8443', 'the session ends at once'],
      ['strongroom logout --json', 'on the server of STRONGROOM_SERVER, as a document'],
    ],
  });
  return bindAct(command, runner, async ({ session }) => {
    const server = session.serverOnly();
    const { operations } = session.context;
    const known = await operations.readServerRecord(server);
    const isLoggedIn = known?.tokens !== undefined || known?.token !== undefined;
    if (known === undefined || !isLoggedIn) return done({ server }, `nobody is logged in to ${server}`);
    const { trust, device } = known;
    if (known.tokens !== undefined) await endSession(session, known);
    await operations.saveServerRecord({ server, trust, ...(device !== undefined && { device }) });
    return done({ server }, `logged out of ${server}`);
  });
}

/** A session that is over already is as good; a server that is away ends it by itself in time. */
async function endSession(session: Session, record: ServerRecord): Promise<void> {
  const opened = session.context.operations.openServerAs(record);
  try {
    const current = (await opened.api.account.sessions()).find((each) => each.isCurrent);
    if (current !== undefined) await opened.api.account.endSession({ id: current.id });
  } catch (error) {
    if (!isStrongroomError(error)) throw error;
    if (error.kind === 'unavailable')
      await session.warn('the server could not be told; its session ends when nobody uses it');
    else if (error.kind !== 'unauthenticated' && error.kind !== 'missing') throw error;
  } finally {
    await opened.close();
  }
}
