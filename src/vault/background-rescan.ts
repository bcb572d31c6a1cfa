import { setTimeout as sleep } from 'node:timers/promises';
import type { BackgroundRescanStatus, Caller, RescanReport } from '../api/index.ts';
import { toStrongroomError } from '../errors/index.ts';
import { stamp } from './deps.ts';
import { type RescanVersionsDeps, rescanVersions } from './rescan-versions.ts';

/** After a file it rests as long as the file took, at most so long: others want the disk and the cores more. */
const MAX_REST_MS = 5000;
/** After something failed that no single file is to blame for, it waits so long before it goes on. */
const RETRY_AFTER_MS: readonly number[] = [1000, 60_000, 600_000];

/** A rescan that goes on by itself. */
export interface BackgroundRescan {
  status(): BackgroundRescanStatus;
  /** Resolves when it has ended, however. Never rejects: what went wrong stands in the status. */
  readonly ended: Promise<void>;
  /** Ends it after the file at hand; the next one goes on where it was. */
  stop(): Promise<void>;
}

/**
 * Scans what the rules in force have not looked at, one file at a time, resting between files, until nothing is left
 * or it is stopped. Each file's report is kept as it comes, so that it goes on where it was after a stop, a crash or
 * an error. It does not keep the process alive while it rests.
 */
export function startBackgroundRescan(
  deps: RescanVersionsDeps,
  caller: Caller,
  retryAfterMs: readonly number[] = RETRY_AFTER_MS,
): BackgroundRescan {
  const stopping = new AbortController();
  const { signal } = stopping;
  const nothing: RescanReport = { scanned: 0, skipped: 0, damaged: 0, withdrawn: [] };
  let status: BackgroundRescanStatus = { ...nothing, state: 'running', startedAt: stamp(deps.clock) };
  let before = nothing;

  const attempt = async (): Promise<void> => {
    before = status;
    let from = performance.now();
    await rescanVersions(deps, caller, {
      signal,
      async onFile(report) {
        status = { ...status, ...added(before, report) };
        await rest(Math.min(performance.now() - from, MAX_REST_MS), signal);
        from = performance.now();
      },
    });
  };

  const run = async (): Promise<void> => {
    for (const waitMs of [...retryAfterMs, undefined]) {
      try {
        await attempt();
        status = { ...status, state: 'done' };
        return;
      } catch (error) {
        if (signal.aborted) break;
        const { code } = toStrongroomError(error);
        status = { ...status, state: waitMs === undefined ? 'failed' : 'waiting', code };
      }
      if (waitMs === undefined) return;
      if (await rest(waitMs, signal)) break;
      status = { ...status, state: 'running' };
    }
    status = { ...status, state: 'stopped' };
  };

  const ended = run();
  return {
    status: () => status,
    ended,
    async stop() {
      stopping.abort();
      await ended;
    },
  };
}

/** Files that could not be scanned are met again by every attempt; the others only once. */
function added(before: RescanReport, now: RescanReport): RescanReport {
  return {
    scanned: before.scanned + now.scanned,
    skipped: now.skipped,
    damaged: now.damaged,
    withdrawn: [...before.withdrawn, ...now.withdrawn],
  };
}

/** Whether the rest was ended by a stop. */
async function rest(ms: number, signal: AbortSignal): Promise<boolean> {
  return await sleep(ms, false, { signal, ref: false }).catch(() => true);
}
