import type { AccessCode, Caller, FilePath, VersionRef } from '../api/index.ts';
import { type PositionalTarget, type Recipient, rewrapHeader, writeSealedFile } from '../container/index.ts';
import { StrongroomError } from '../errors/index.ts';
import type { Registry } from '../registry/index.ts';
import type { BlobId, BlobStore } from '../storage/index.ts';
import { onModel } from './act.ts';
import type { Gate } from './gate.ts';
import { type OpenBlobDeps, openStored, readBlobHeader } from './open-blob.ts';
import { assertContentAllowed, type ProtectedContentDeps } from './protected-content.ts';
import { assertUsable, type VersionTrustDeps } from './version-trust.ts';
import { recheckOf } from './while-permitted.ts';

export interface ExportSealedDeps extends OpenBlobDeps, VersionTrustDeps, ProtectedContentDeps {
  readonly gate: Gate;
  readonly registry: VersionTrustDeps['registry'] &
    ProtectedContentDeps['registry'] &
    Pick<Registry, 'getVersion'>;
  readonly catalogue: OpenBlobDeps['catalogue'] & VersionTrustDeps['catalogue'];
  readonly keyring: OpenBlobDeps['keyring'] & VersionTrustDeps['keyring'];
  readonly blobs: Pick<BlobStore, 'header' | 'open'>;
}

export interface ExportSealedInput {
  readonly ref: VersionRef;
  readonly recipients: readonly Recipient[];
  readonly accessCode?: AccessCode;
  /** Opens the file to write one sealed file of the version to. */
  readonly target: (path: FilePath) => Promise<PositionalTarget>;
}

/**
 * Writes each file of a version as a sealed file for somebody outside: the payload as it is stored, its data key
 * wrapped for the given recipients alone. Nothing is decrypted but data keys.
 */
export function exportSealed(
  deps: ExportSealedDeps,
  caller: Caller,
  input: ExportSealedInput,
): Promise<readonly FilePath[]> {
  return deps.gate.pass(caller, onModel('version:download', input.ref), async (permit) => {
    const version = await deps.registry.getVersion(input.ref);
    await assertUsable(deps, version, 'fetch');
    if (!version.isEncrypted) {
      throw new StrongroomError(
        'INPUT_INVALID',
        'encryption is switched off for this model: there is nothing sealed to export',
      );
    }
    await assertContentAllowed(deps, permit, version);
    permit.note({ version: `${version.model}@${version.version}` });
    const assertStillHolds = recheckOf(permit);
    for (const file of version.files) {
      const blob = file.blob as BlobId;
      const { header } = await readBlobHeader(deps, blob);
      const next = await rewrapHeader(header, {
        identities: [deps.keyring.identity()],
        recipients: input.recipients,
        replaces: 'all',
        ...(input.accessCode === undefined ? {} : { accessCode: input.accessCode }),
      });
      const payload = await openStored(deps.blobs, blob);
      try {
        const target = await input.target(file.path);
        await writeSealedFile(
          { header: next, payload },
          {
            writeAt: async (position, bytes) => {
              await assertStillHolds();
              await target.writeAt(position, bytes);
            },
          },
        );
        permit.released(file.path, 0, file.size);
      } finally {
        await payload.close();
      }
    }
    return version.files.map((file) => file.path);
  });
}
