import {
  type AccessCode,
  type Caller,
  type LongRunning,
  type ManifestFile,
  type Version,
  type VersionRef,
} from '../api/index.ts';
import {
  type BundleMember,
  formatAttestation,
  formatBundleHead,
  formatBundleIndex,
} from '../attestation/index.ts';
import { assertNotAborted, toBase64, toHex } from '../bytes/index.ts';
import { accessCodeUnlocker } from '../container/index.ts';
import { sha256 } from '../crypto/index.ts';
import { StrongroomError } from '../errors/index.ts';
import type { Registry } from '../registry/index.ts';
import { assertKeyInForce, encodeForSigning, openSigningKey } from '../signing/index.ts';
import type { BlobId } from '../storage/index.ts';
import { onModel } from './act.ts';
import { type AttestingTool, type AttestVersionDeps, attestationsOf } from './attest-version.ts';
import { stamp } from './deps.ts';
import type { Gate } from './gate.ts';
import { manifestBytes } from './manifest-bytes.ts';
import { type OpenBlobDeps, openBlob } from './open-blob.ts';
import { assertContentAllowed, type ProtectedContentDeps } from './protected-content.ts';
import { shownTo } from './shown-to.ts';
import { recordOf } from './signature-trust.ts';
import { getSigningKey, signingKeyBox } from './signing-key-verbs.ts';
import { assertUsable, type VersionTrustDeps } from './version-trust.ts';
import { type Watch, whilePermitted } from './while-permitted.ts';

export interface ExportBundleDeps extends OpenBlobDeps, VersionTrustDeps, ProtectedContentDeps {
  readonly gate: Gate;
  readonly registry: VersionTrustDeps['registry'] &
    AttestVersionDeps['registry'] &
    ProtectedContentDeps['registry'] &
    Pick<Registry, 'getVersion'>;
  readonly catalogue: OpenBlobDeps['catalogue'] & VersionTrustDeps['catalogue'];
  readonly keyring: OpenBlobDeps['keyring'] & VersionTrustDeps['keyring'];
}

export interface ExportBundleInput extends LongRunning {
  readonly ref: VersionRef;
  /** The key of the strongroom that signs the bundle. */
  readonly keyId: string;
  readonly tool: AttestingTool;
  readonly accessCode?: AccessCode;
  /** Takes the bundle, from its first byte to its last. */
  readonly write: (content: AsyncIterable<Uint8Array>) => Promise<void>;
}

export interface ExportedBundle {
  readonly version: Version;
  readonly members: number;
  /** Size of the bundle in bytes. */
  readonly size: number;
}

/** A document of a bundle, held in memory. */
interface Document {
  readonly member: BundleMember;
  readonly bytes: Uint8Array;
}

/**
 * Writes one signed file with everything that a place without a connection needs: the files of a version, who signed
 * it, what was found in it, what it consists of and where it comes from (docs/spec/bundle.md).
 */
export function exportBundle(
  deps: ExportBundleDeps,
  caller: Caller,
  input: ExportBundleInput,
): Promise<ExportedBundle> {
  return deps.gate.pass(caller, onModel('version:download', input.ref), async (permit) => {
    const version = await deps.registry.getVersion(input.ref);
    await assertUsable(deps, version, 'fetch');
    const { subject, ...attested } = await attestationsOf(deps, shownTo(permit, version), input.tool);
    const documents = [
      documentOf('manifest.json', 'manifest', manifestBytes(version)),
      documentOf('attestations/scan.json', 'scan', formatAttestation(attested.scan)),
      documentOf('attestations/test-result.json', 'test-result', formatAttestation(attested.testResult)),
      documentOf('bom.cdx.json', 'bom', formatAttestation(attested.bom)),
      ...(attested.provenance === undefined
        ? []
        : [documentOf('attestations/provenance.json', 'provenance', formatAttestation(attested.provenance))]),
      ...(await deps.registry.listSignatures(version)).map(({ id, content }) =>
        documentOf(`signatures/${id}.sig`, 'signature', content),
      ),
    ];
    const members = [...documents.map(({ member }) => member), ...version.files.map(fileMember)];
    const indexBytes = formatBundleIndex({
      ...subject,
      vault: deps.keyring.vault,
      createdAt: stamp(deps.clock),
      members,
    });
    const head = formatBundleHead(indexBytes, await signIndex(deps, indexBytes, input.keyId));
    await assertContentAllowed(deps, permit, version);
    permit.note({ version: `${version.model}@${version.version}` });
    const watch = whilePermitted(permit);
    await input.write(bundleBytes(deps, { version, head, documents, input, watch }));
    const size = members.reduce((sum, member) => sum + member.size, head.length);
    return { version, members: members.length, size };
  });
}

function documentOf(name: string, role: BundleMember['role'], bytes: Uint8Array): Document {
  return { bytes, member: { name, role, size: bytes.length, sha256: toHex(sha256(bytes)) } };
}

function fileMember({ path, size, sha256: digest }: ManifestFile): BundleMember {
  return { name: `model/${path}`, role: 'file', size, sha256: digest };
}

async function signIndex(deps: ExportBundleDeps, index: Uint8Array, keyId: string) {
  const stored = await getSigningKey(deps.registry, keyId);
  const record = recordOf(stored);
  assertKeyInForce(record, deps.clock.now());
  if (stored.sealed === undefined) {
    throw new StrongroomError(
      'SIGNING_KEY_MISSING',
      `the strongroom has only the public half of ${stored.name}`,
    );
  }
  const key = openSigningKey(signingKeyBox(deps.keyring), record, stored.sealed);
  return { keyId, signature: toBase64(key.sign(encodeForSigning(index))) };
}

interface Writing {
  readonly version: Version;
  readonly head: Uint8Array;
  readonly documents: readonly Document[];
  readonly input: ExportBundleInput;
  readonly watch: Watch;
}

async function* bundleBytes(
  deps: ExportBundleDeps,
  { version, head, documents, input, watch }: Writing,
): AsyncGenerator<Uint8Array> {
  yield head;
  for (const { bytes } of documents) yield bytes;
  const unlocker = input.accessCode && accessCodeUnlocker(input.accessCode);
  let done = 0;
  try {
    for (const file of version.files) {
      const opened = await openBlob(deps, {
        blob: file.blob as BlobId,
        sha256: file.sha256,
        size: file.size,
        isEncrypted: version.isEncrypted,
        accessCode: unlocker,
        signal: input.signal,
      });
      try {
        for await (const chunk of watch(opened.payload.read(), { file: file.path, start: 0 })) {
          assertNotAborted(input.signal);
          done += chunk.length;
          input.onProgress?.({ phase: 'bundle', done, total: version.size, unit: 'bytes' });
          yield chunk;
        }
      } finally {
        await opened.close();
      }
    }
  } finally {
    unlocker?.wipe();
  }
}
