import {
  type Caller,
  type LongRunning,
  parseModelName,
  type RescanReport,
  type Version,
  type VersionRef,
} from '../api/index.ts';
import { assertNotAborted } from '../bytes/index.ts';
import { isStrongroomError, toStrongroomError } from '../errors/index.ts';
import type { Registry } from '../registry/index.ts';
import type { BlobId, BlobRow, Catalogue, StaleFile } from '../storage/index.ts';
import { decideEntry, outcomesOf } from '../trust/index.ts';
import { onEverything, onModel } from './act.ts';
import { tellDecision } from './admit-version.ts';
import { type Scanner, stamp } from './deps.ts';
import type { Gate, Permit } from './gate.ts';
import { type OpenBlobDeps, openBlob } from './open-blob.ts';
import { payloadSource } from './payload-source.ts';
import { type ReportKeys, sealReport } from './scan-reports.ts';
import { standingOf, type VersionTrustDeps } from './version-trust.ts';

/** Files asked of the catalogue at a time. */
const PAGE = 200;

export interface RescanVersionsDeps extends OpenBlobDeps, VersionTrustDeps {
  readonly gate: Gate;
  readonly registry: VersionTrustDeps['registry'] &
    Pick<Registry, 'getAnyVersion' | 'listVersions' | 'setStanding'>;
  readonly catalogue: OpenBlobDeps['catalogue'] &
    VersionTrustDeps['catalogue'] &
    Pick<Catalogue, 'listStaleFiles' | 'putScanReports'>;
  readonly keyring: OpenBlobDeps['keyring'] & ReportKeys;
  readonly scanner: Scanner;
}

export interface RescanInput extends LongRunning {
  /** One version, every file of it; absent: all that the rule set in force has not looked at. */
  readonly ref?: VersionRef;
  /** Told after every file how it stands, and waited for. */
  readonly onFile?: (report: RescanReport) => Promise<void>;
}

/**
 * Scans stored files again, and withdraws the versions in which that finds what their namespace does not let in. A
 * server may run it in the background; ended in the middle it goes on where it was, because what was scanned is not
 * stale any more.
 */
export function rescanVersions(
  deps: RescanVersionsDeps,
  caller: Caller,
  input: RescanInput,
): Promise<RescanReport> {
  const act = input.ref === undefined ? onEverything('scan:run') : onModel('scan:run', input.ref);
  return deps.gate.pass(caller, act, async (permit) => {
    const rescan = new Rescan(deps, permit, input);
    if (input.ref === undefined) await rescan.stale();
    else await rescan.version(await deps.registry.getAnyVersion(input.ref));
    return rescan.report();
  });
}

class Rescan {
  readonly #deps: RescanVersionsDeps;
  readonly #permit: Permit;
  readonly #input: RescanInput;
  readonly #withdrawn: string[] = [];
  #scanned = 0;
  #skipped = 0;
  #damaged = 0;

  constructor(deps: RescanVersionsDeps, permit: Permit, input: RescanInput) {
    this.#deps = deps;
    this.#permit = permit;
    this.#input = input;
  }

  async stale(): Promise<void> {
    let after: { readonly blob: BlobId; readonly path: string } | undefined;
    for (;;) {
      const page = await this.#deps.catalogue.listStaleFiles({
        ruleSet: this.#deps.scanner.ruleSet.digest,
        limit: PAGE,
        ...(after === undefined ? {} : { after }),
      });
      for (const file of page) await this.#scan(file);
      const last = page.at(-1);
      if (last === undefined || page.length < PAGE) return;
      after = { blob: last.blob.id, path: last.path };
    }
  }

  async version(version: Version): Promise<void> {
    const files: StaleFile[] = [];
    for (const { path, blob } of version.files) {
      const row = await this.#deps.catalogue.findBlob(blob as BlobId);
      if (row !== undefined) files.push({ path, blob: row });
    }
    for (const file of files) await this.#scan(file);
    // Reports of before count too: the policy may have become stricter since.
    for (const file of files) await this.#judge(file);
  }

  report(): RescanReport {
    return {
      scanned: this.#scanned,
      skipped: this.#skipped,
      damaged: this.#damaged,
      withdrawn: [...this.#withdrawn],
    };
  }

  async #scan(file: StaleFile): Promise<void> {
    const { path, blob } = file;
    const { signal } = this.#input;
    assertNotAborted(signal);
    try {
      const opened = await openBlob(this.#deps, { ...wantedOf(blob), signal });
      try {
        const report = await this.#deps.scanner.scan(payloadSource(opened.payload), {
          name: path,
          ...(signal === undefined ? {} : { signal }),
        });
        const reported = { model: blob.model, path, sha256: blob.sha256 };
        const scannedAt = stamp(this.#deps.clock);
        await this.#deps.catalogue.putScanReports([
          sealReport(this.#deps.keyring, reported, { report, scannedAt }),
        ]);
        // At once, so that whoever ends it in the middle has not scanned without consequence.
        const isHarmless = outcomesOf(report).join() === 'clean' && report.content === undefined;
        if (!isHarmless) await this.#judge(file);
      } finally {
        await opened.close();
      }
      this.#scanned++;
    } catch (error) {
      if (!(await this.#canGoOn(error, blob))) throw error;
    }
    this.#input.onProgress?.({ phase: 'scan', done: this.#scanned, unit: 'items' });
    await this.#input.onFile?.(this.report());
  }

  /** Counts what one file alone is to blame for. */
  async #canGoOn(error: unknown, blob: BlobRow): Promise<boolean> {
    if (isStrongroomError(error, 'ACCESS_CODE_REQUIRED')) this.#skipped++;
    else if ((await this.#deps.catalogue.findBlob(blob.id)) === undefined) return true;
    else if (toStrongroomError(error).kind === 'damaged') this.#damaged++;
    else return false;
    return true;
  }

  /** Withdraws the versions that hold this file and would not be let in any more. */
  async #judge({ blob }: StaleFile): Promise<void> {
    for (const version of await this.#deps.registry.listVersions(parseModelName(blob.model))) {
      if (!version.files.some((file) => file.blob === blob.id)) continue;
      const { policy, files: reported, accepted } = await standingOf(this.#deps, version);
      const decision = decideEntry(policy, reported, accepted.outcomes);
      if (decision.rule !== 'allow') await this.#withdraw(version, tellDecision(decision));
    }
  }

  async #withdraw(version: Version, reason: string): Promise<void> {
    const named = `${version.model}@${version.version}`;
    const by = this.#permit.caller.id;
    const act = onModel('version:withdraw', { model: version.model, version: version.version });
    await this.#deps.gate.follow(this.#permit, act, () =>
      this.#deps.registry.setStanding(version, { state: 'withdrawn', reason, by }),
    );
    this.#withdrawn.push(named);
  }
}

function wantedOf({ id, sha256, size, key }: BlobRow) {
  return { blob: id, sha256, size, isEncrypted: key !== undefined };
}
