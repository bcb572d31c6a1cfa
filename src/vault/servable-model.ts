import type { AccessCode, ManifestFile, Version } from '../api/index.ts';
import { accessCodeUnlocker } from '../container/index.ts';
import { StrongroomError } from '../errors/index.ts';
import type { OpenModel, ServableModel } from '../inference/index.ts';
import type { BlobId } from '../storage/index.ts';
import type { Permit } from './gate.ts';
import { type OpenBlobDeps, openBlob } from './open-blob.ts';
import { payloadSource } from './payload-source.ts';
import { type Predictions, servedKey } from './predictions.ts';

export interface ServableModelDeps extends OpenBlobDeps {
  readonly predictions: Pick<Predictions, 'decisions'>;
}

/** A version under the permit of whoever wants to load it. */
export interface LoadRequest {
  readonly permit: Permit;
  readonly version: Version;
  readonly accessCode?: AccessCode | undefined;
}

/**
 * A version as the pool loads it. Whenever it is opened, it is decided again that it may be, by the permit and by trust;
 * content is verified against the manifest as it is read. Throws `MODEL_UNSERVABLE` where no file of it is the model.
 */
export function servableModel(deps: ServableModelDeps, request: LoadRequest): ServableModel {
  const { key, file } = servedOf(request.version);
  return {
    key,
    model: request.version.model,
    version: request.version.version,
    size: file.size,
    open: () => openModel(deps, request, file),
  };
}

async function openModel(
  deps: ServableModelDeps,
  { permit, version, accessCode }: LoadRequest,
  file: ManifestFile,
): Promise<OpenModel> {
  await permit.assertHolds();
  await deps.predictions.decisions.decide({ model: version.model, version: version.version });
  const unlocker = accessCode && accessCodeUnlocker(accessCode);
  try {
    const opened = await openBlob(deps, {
      blob: file.blob as BlobId,
      sha256: file.sha256,
      size: file.size,
      isEncrypted: version.isEncrypted,
      accessCode: unlocker,
    });
    const { payload, key } = opened;
    permit.note(key === undefined ? {} : { key });
    return {
      size: payload.size,
      source: payloadSource(payload),
      read: () => payload.lend(),
      close: () => opened.close(),
    };
  } finally {
    unlocker?.wipe();
  }
}

interface Served {
  readonly key: string;
  readonly file: ManifestFile;
}

/** What is worked out of a version once, for as long as its decision holds: every question asks. */
const servedVersions = new WeakMap<Version, Served>();

function servedOf(version: Version): Served {
  const known = servedVersions.get(version);
  if (known !== undefined) return known;
  const served = { key: servedKey(version), file: modelFile(version) };
  servedVersions.set(version, served);
  return served;
}

/** The one ONNX file of a version; of several the one that is called model.onnx. */
function modelFile({ model, version, files }: Version): ManifestFile {
  const models = files.filter(({ path }) => path.toLowerCase().endsWith('.onnx'));
  const [only, ...more] = models;
  const found = more.length === 0 ? only : models.find(({ path }) => path === 'model.onnx');
  if (found !== undefined) return found;
  const told =
    models.length === 0 ? 'no ONNX file' : `${models.length} ONNX files, and none is called model.onnx`;
  throw new StrongroomError('MODEL_UNSERVABLE', `${model}@${version} has ${told}`);
}
