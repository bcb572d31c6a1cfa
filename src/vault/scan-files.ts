import type { Progress } from '../api/index.ts';
import { assertNotAborted } from '../bytes/index.ts';
import { type AccessCodeUnlocker, openPayload, parseHeader } from '../container/index.ts';
import { StrongroomError } from '../errors/index.ts';
import type { ScanReport } from '../scan/index.ts';
import type { BlobStore, Catalogue, NewFile, ScanReportRow } from '../storage/index.ts';
import { type Clock, type Scanner, stamp } from './deps.ts';
import { type OpenBlobDeps, openStored } from './open-blob.ts';
import { payloadSource } from './payload-source.ts';
import { openReport, type ReportKeys, type StoredReport, sealReport } from './scan-reports.ts';

export interface ScanFilesDeps extends Pick<OpenBlobDeps, 'pool'> {
  readonly blobs: Pick<BlobStore, 'header' | 'open'>;
  readonly catalogue: Pick<Catalogue, 'findScanReports'>;
  readonly keyring: OpenBlobDeps['keyring'] & ReportKeys;
  readonly scanner: Scanner;
  readonly clock: Clock;
}

export interface ScanFilesInput {
  readonly model: string;
  /** Sealed, and not published yet. */
  readonly files: readonly NewFile[];
  readonly unlocker?: AccessCodeUnlocker | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** What a scan says of one file on its way in. */
export interface ScannedFile {
  readonly path: string;
  readonly report: StoredReport;
  /** To be kept; absent where it stands in the catalogue already. */
  readonly row?: ScanReportRow;
}

/**
 * Scans files as they were sealed, so that what is let in is what was looked at, and nothing of it stands anywhere in
 * the clear. A file that the model had before, under the same name and looked at by the same rules, is not scanned
 * again.
 */
export async function scanFiles(deps: ScanFilesDeps, input: ScanFilesInput): Promise<readonly ScannedFile[]> {
  const known = await findReports(
    deps,
    input.model,
    input.files.map(({ path, blob }) => ({ path, sha256: blob.sha256 })),
  );
  const scanned: ScannedFile[] = [];
  const total = input.files.length;
  for (const file of input.files) {
    assertNotAborted(input.signal);
    const report = known.get(reportKey({ path: file.path, sha256: file.blob.sha256 }));
    scanned.push(
      report?.ruleSet === deps.scanner.ruleSet.digest
        ? { path: file.path, report }
        : await scanFile(deps, file, input),
    );
    input.onProgress?.({ phase: 'scan', done: scanned.length, total, unit: 'items' });
  }
  return scanned;
}

/** The reports that there are of files, by `reportKey`. Throws `REGISTRY_TAMPERED`. */
export async function findReports(
  deps: {
    readonly catalogue: Pick<Catalogue, 'findScanReports'>;
    readonly keyring: ReportKeys;
  },
  model: string,
  files: readonly { readonly path: string; readonly sha256: string }[],
): Promise<ReadonlyMap<string, StoredReport>> {
  const contents = [...new Set(files.map(({ sha256 }) => sha256))];
  const wanted = new Set(files.map(reportKey));
  const rows = await deps.catalogue.findScanReports(model, contents);
  return new Map(
    rows
      .filter((row) => row.model === model && wanted.has(reportKey(row)))
      .map((row) => [reportKey(row), openReport(deps.keyring, row)]),
  );
}

/** What reports of one model are told apart by. */
export function reportKey({ path, sha256 }: { readonly path: string; readonly sha256: string }): string {
  return `${sha256} ${path}`;
}

async function scanFile(deps: ScanFilesDeps, file: NewFile, input: ScanFilesInput): Promise<ScannedFile> {
  const report = await scanSealed(deps, file, input);
  const reported = { model: input.model, path: file.path, sha256: file.blob.sha256 };
  const row = sealReport(deps.keyring, reported, { report, scannedAt: stamp(deps.clock) });
  return { path: file.path, row, report: openReport(deps.keyring, row) };
}

async function scanSealed(deps: ScanFilesDeps, file: NewFile, input: ScanFilesInput): Promise<ScanReport> {
  const { id: blob, sha256, size } = file.blob;
  const stored = await deps.blobs.header(blob);
  if (stored === undefined) throw new StrongroomError('BLOB_MISSING', `blob ${blob} is not in the store`);
  const source = await openStored(deps.blobs, blob);
  try {
    await using payload = await openPayload(
      {
        header: parseHeader(stored.bytes),
        source,
        identities: [deps.keyring.identity()],
        accessCode: input.unlocker,
        signal: input.signal,
        allowPlain: file.blob.key === undefined,
        expected: { vault: deps.keyring.vault, blob },
      },
      { pool: deps.pool },
    );
    if (payload.sha256 !== sha256 || payload.size !== size) {
      throw new StrongroomError('CONTAINER_TAMPERED', `blob ${blob} does not hold what was just sealed`);
    }
    const { signal } = input;
    return await deps.scanner.scan(payloadSource(payload), {
      name: file.path,
      ...(signal === undefined ? {} : { signal }),
    });
  } finally {
    await source.close();
  }
}
