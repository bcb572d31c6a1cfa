import type {
  AccessCode,
  Caller,
  ManifestFile,
  OpenedFile,
  OpenedVersion,
  VersionRef,
} from '../api/index.ts';
import type { ByteRange } from '../bytes/index.ts';
import { accessCodeUnlocker, type OpenedPayload } from '../container/index.ts';
import type { Registry } from '../registry/index.ts';
import type { BlobId } from '../storage/index.ts';
import { onModel } from './act.ts';
import type { EndAct, Gate } from './gate.ts';
import { type OpenBlobDeps, type OpenedBlob, openBlob } from './open-blob.ts';
import { assertContentAllowed, type ProtectedContentDeps } from './protected-content.ts';
import { shownTo } from './shown-to.ts';
import { assertUsable, type VersionTrustDeps } from './version-trust.ts';
import { type Watch, whilePermitted } from './while-permitted.ts';

export interface OpenVersionDeps extends OpenBlobDeps, VersionTrustDeps, ProtectedContentDeps {
  readonly gate: Gate;
  readonly registry: VersionTrustDeps['registry'] &
    ProtectedContentDeps['registry'] &
    Pick<Registry, 'getVersion'>;
  readonly catalogue: OpenBlobDeps['catalogue'] & VersionTrustDeps['catalogue'];
  readonly keyring: OpenBlobDeps['keyring'] & VersionTrustDeps['keyring'];
}

export interface OpenVersionInput extends VersionRef {
  readonly accessCode?: AccessCode;
}

/**
 * Opens a version for reading. The first file is opened at once, so that a wrong access code or key is refused here
 * and not in the middle of a download; each file is opened again when it is read, so that a version of thousands of
 * files does not hold thousands of them open.
 */
export function openVersion(
  deps: OpenVersionDeps,
  caller: Caller,
  input: OpenVersionInput,
): Promise<OpenedVersion> {
  return deps.gate.pass(caller, onModel('version:download', input), async (permit) => {
    const version = await deps.registry.getVersion(input);
    await assertUsable(deps, version, 'fetch');
    const watch = whilePermitted(permit);
    const unlocker = input.accessCode && accessCodeUnlocker(input.accessCode);
    const open = (file: ManifestFile) =>
      openBlob(deps, {
        blob: file.blob as BlobId,
        sha256: file.sha256,
        size: file.size,
        isEncrypted: version.isEncrypted,
        accessCode: unlocker,
      });
    permit.note({ version: `${version.model}@${version.version}` });
    const [first] = version.files;
    if (first !== undefined) {
      const opened = await open(first);
      permit.note(opened.key === undefined ? {} : { key: opened.key });
      await opened.close();
    }
    // Last of all: what was refused for another reason has used up nobody's approval.
    await assertContentAllowed(deps, permit, version);
    // What flows from here on belongs to the same act.
    const end = permit.hold();
    const close = async () => {
      unlocker?.wipe();
      await end();
    };
    const files = version.files.map((file) => openedFile(file, open, { watch, end }));
    return { version: shownTo(permit, version), files, close, [Symbol.asyncDispose]: close };
  });
}

function openedFile(
  file: ManifestFile,
  open: (file: ManifestFile) => Promise<OpenedBlob>,
  { watch, end }: { readonly watch: Watch; readonly end: EndAct },
): OpenedFile {
  const whileOpen = async function* (
    stream: (payload: OpenedPayload) => AsyncIterable<Uint8Array>,
    range?: ByteRange,
  ): AsyncGenerator<Uint8Array> {
    const blob = await open(file);
    try {
      yield* watch(stream(blob.payload), { file: file.path, start: range?.start ?? 0 });
    } catch (error) {
      await end(error);
      throw error;
    } finally {
      await blob.close();
    }
  };
  return {
    ...file,
    read: (range?: ByteRange) => whileOpen((payload) => payload.read(range), range),
    lend: (range?: ByteRange) => whileOpen((payload) => payload.lend(range), range),
  };
}
