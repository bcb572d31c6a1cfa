import { SegmentPool } from '../container/index.ts';
import type { Strongroom } from '../open/index.ts';
import { FileSource, OutputFile } from '../storage/index.ts';
import { openSealedFile, payloadSource, sealFile } from '../vault/index.ts';
import type { BundleOperations, ExportBundleRequest, ImportBundleRequest, Unseal } from './operations.ts';
import { packageVersion } from './version.ts';
import { identitiesOf, recipientsOf } from './wiring-sealing.ts';

/** Opens the home that a request names. */
export type OpenRequested = (request: {
  readonly home: string;
  readonly unseal: Unseal;
}) => Promise<Strongroom>;

/** Bundles, wired to homes and files. */
export function createBundleOperations(open: OpenRequested): BundleOperations {
  return {
    async exportBundle(request) {
      await using strongroom = await open(request);
      return await exportBundle(strongroom, request);
    },
    async importBundle(request) {
      await using strongroom = await open(request);
      return await importBundle(strongroom, request);
    },
    async attestVersion(request) {
      await using strongroom = await open(request);
      return await strongroom.attest({ ref: request.ref, tool: tool() });
    },
  };
}

function tool() {
  return { name: 'strongroom', version: packageVersion() };
}

async function exportBundle(strongroom: Strongroom, request: ExportBundleRequest) {
  const { ref, keyId, accessCode, sealedFor, signal, onProgress } = request;
  await using output = await OutputFile.create(request.output.path, { overwrite: request.output.force });
  const write = async (input: AsyncIterable<Uint8Array>): Promise<void> => {
    if (sealedFor === undefined) {
      await output.writeAll(input);
      return;
    }
    await using pool = SegmentPool.open();
    const clock = { now: () => new Date() };
    const name = `${ref.model.replace('/', '-')}.srbundle`;
    await sealFile({ pool, clock }, { name, input, target: output, recipients: recipientsOf(sealedFor) });
  };
  const exported = await strongroom.exportBundle({
    ref,
    keyId,
    tool: tool(),
    write,
    ...(accessCode && { accessCode }),
    ...(signal && { signal }),
    ...(onProgress && { onProgress }),
  });
  await output.commit();
  return exported;
}

async function importBundle(strongroom: Strongroom, request: ImportBundleRequest) {
  const { model, aliases, trustedKeys, accessCode, openWith, signal, onProgress } = request;
  await using opened = new AsyncDisposableStack();
  const file = opened.use(await FileSource.open(request.file));
  const importFrom = (source: Parameters<Strongroom['importBundle']>[0]['source']) =>
    strongroom.importBundle({
      source,
      model,
      aliases,
      trustedKeys,
      ...(accessCode && { accessCode }),
      ...(signal && { signal }),
      ...(onProgress && { onProgress }),
    });
  if (openWith === undefined) return await importFrom(file);
  const pool = opened.use(SegmentPool.open());
  const identities = identitiesOf(openWith);
  const payload = opened.use(await openSealedFile({ pool }, { source: file, identities }));
  return await importFrom(payloadSource(payload));
}
