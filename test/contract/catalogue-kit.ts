import { createHash, randomBytes } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import type {
  BlobId,
  Catalogue,
  KeyRef,
  LeaseRow,
  NewFile,
  PublishDecision,
  PublishRequest,
  PublishResult,
  PublishState,
} from '../../src/storage/index.ts';

export const AT = '2026-01-02T03:04:05.678Z';
export const KEY: KeyRef = { key: 'acme', version: 1 };

export function blobId(): BlobId {
  return randomBytes(16).toString('base64url') as BlobId;
}

export function leaseOf(change: Partial<LeaseRow> = {}): LeaseRow {
  return {
    id: blobId(),
    purpose: 'put',
    holder: { host: 'here', pid: 1, startedAt: '1' },
    createdAt: AT,
    expiresAt: '2026-01-02T03:14:05.678Z',
    key: KEY,
    ...change,
  };
}

/** A sealed file with the given content; equal content gives equal digests. */
export function fileOf(path: string, content: string, change: Partial<NewFile['blob']> = {}): NewFile {
  return {
    path,
    blob: {
      id: blobId(),
      size: content.length,
      storedSize: content.length + 16,
      sha256: createHash('sha256').update(content).digest('hex'),
      headerGeneration: 1,
      key: KEY,
      ...change,
    },
  };
}

/** Rows without a registry: nothing here looks at the MACs. */
export function decideFor(
  request: Pick<PublishRequest, 'model' | 'files'>,
  change: Partial<PublishDecision> = {},
) {
  return (state: PublishState): PublishDecision => ({
    namespace: state.namespace ?? {
      name: request.model.slice(0, request.model.indexOf('/')),
      createdAt: AT,
      encryption: 'on',
      keyScope: 'namespace',
      mac: 'n',
    },
    model: state.model ?? {
      name: request.model,
      createdAt: AT,
      description: '',
      protection: 'none',
      metricDirections: {},
      mac: 'm',
    },
    version: {
      model: request.model,
      version: state.version,
      createdAt: AT,
      createdBy: 'ada',
      digest: 'd',
      metadata: { framework: 'onnx' },
      hasAccessCode: false,
      isEncrypted: true,
      files: state.files,
      mac: 'v',
    },
    aliases: [],
    metrics: [],
    ...change,
  });
}

/** Takes a lease for the files and publishes them. */
export async function publish(
  catalogue: Catalogue,
  model: string,
  files: readonly NewFile[],
): Promise<Extract<PublishResult, { outcome: 'published' }>> {
  const lease = leaseOf();
  await catalogue.reserveLease(
    lease,
    files.map((file) => file.blob.id),
  );
  const request = { lease: lease.id, model, files, at: AT };
  const result = await catalogue.publishVersion(request, decideFor(request));
  if (result.outcome !== 'published') throw new Error(`not published: ${result.outcome}`);
  return result;
}

/** Opens a catalogue of its own for a test, and as often as asked the same one again, as another process would. */
export type OpenCatalogue = (t: TestContext) => Promise<{
  readonly catalogue: Catalogue;
  readonly again: () => Promise<Catalogue>;
}>;

/** Runs one check of a contract suite on a catalogue of its own. */
export function checkerOf(driver: string, open: OpenCatalogue) {
  return (
    name: string,
    run: (catalogue: Catalogue, again: () => Promise<Catalogue>) => Promise<void>,
  ): void => {
    test(`catalogue (${driver}): ${name}`, async (t) => {
      const { catalogue, again } = await open(t);
      await run(catalogue, again);
    });
  };
}
