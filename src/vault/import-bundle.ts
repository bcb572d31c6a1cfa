import {
  type Caller,
  type LongRunning,
  type ModelName,
  namespaceOf,
  type PutVersionInput,
  type Version,
} from '../api/index.ts';
import { type BundleHead, readBundleHead } from '../attestation/index.ts';
import { type ByteSource, fromBase64 } from '../bytes/index.ts';
import { StrongroomError } from '../errors/index.ts';
import type { Registry } from '../registry/index.ts';
import { assertKeyInForce, encodeForSigning, publicKeyOfRecord } from '../signing/index.ts';
import {
  assertStatements,
  type BundleManifest,
  fileInput,
  placeMembers,
  readDocuments,
  readManifest,
} from './bundle-content.ts';
import { stamp } from './deps.ts';
import type { Gate } from './gate.ts';
import { namespaceTrust } from './namespace-trust.ts';
import { type PutVersionDeps, putVersion } from './put-version.ts';
import { decideSignatures, recordOf } from './signature-trust.ts';

export interface ImportBundleDeps extends PutVersionDeps {
  readonly gate: Gate;
  readonly registry: PutVersionDeps['registry'] & Pick<Registry, 'listSigningKeys'>;
}

export interface ImportBundleInput
  extends LongRunning,
    Pick<PutVersionInput, 'aliases' | 'accessCode' | 'compression'> {
  readonly source: ByteSource;
  readonly model: ModelName;
  /** Keys that may sign bundles for this import, besides the signers of the namespace. They must be known here. */
  readonly trustedKeys?: readonly string[];
}

export interface ImportedBundle {
  readonly version: Version;
  /** What the sender calls it. */
  readonly name: string;
  /** The key that signed the bundle. */
  readonly keyId: string;
  /** Signatures of the model that count here, and those that were left out. */
  readonly signatures: number;
  readonly droppedSignatures: number;
}

/**
 * Takes a version over from a bundle: who signed the bundle, that nothing in it was changed, that its parts speak of
 * the same content; then it is scanned and decided over as everything that comes in is. Throws `BUNDLE_MALFORMED`,
 * `BUNDLE_TAMPERED`, `SIGNATURE_UNTRUSTED`, `SIGNATURE_INVALID`, `SIGNING_KEY_…`, and as `putVersion`.
 */
export async function importBundle(
  deps: ImportBundleDeps,
  caller: Caller,
  input: ImportBundleInput,
): Promise<ImportedBundle> {
  const { source, model } = input;
  const head = await readBundleHead(source);
  await assertSignedByTrusted(deps, head, input);
  const members = placeMembers(head, source);
  const documents = await readDocuments(members);
  const manifest = readManifest(head, documents);
  assertStatements(head, documents);
  const signatures = documents.filter(({ member }) => member.role === 'signature');
  const counted = await countedSignatures(deps, {
    model,
    files: manifest.files,
    signatures: signatures.map(({ bytes }) => bytes),
  });
  const version = await putVersion(deps, caller, {
    model,
    files: members.filter(({ member }) => member.role === 'file').map(fileInput),
    metadata: { ...manifest.metadata, 'imported.from': head.index.name, 'imported.vault': head.index.vault },
    ...(counted.length === 0 ? {} : { signatures: counted }),
    ...pickPutInput(input),
  });
  return {
    version,
    name: head.index.name,
    keyId: head.signature.keyId,
    signatures: counted.length,
    droppedSignatures: signatures.length - counted.length,
  };
}

async function assertSignedByTrusted(
  deps: ImportBundleDeps,
  { indexBytes, signature }: BundleHead,
  { model, trustedKeys = [] }: ImportBundleInput,
): Promise<void> {
  const policy = await namespaceTrust(deps, namespaceOf(model));
  const trusted = new Set([...policy.signers.flatMap(({ keys }) => keys), ...trustedKeys]);
  const stored = (await deps.registry.listSigningKeys()).find(({ id }) => id === signature.keyId);
  if (stored === undefined || !trusted.has(signature.keyId)) {
    throw new StrongroomError(
      'SIGNATURE_UNTRUSTED',
      `the bundle is signed with the key ${signature.keyId}, which is not trusted`,
      {
        hint: 'after you made sure whose it is: strongroom trust keys import, then import-bundle --trust-key',
      },
    );
  }
  const record = recordOf(stored);
  assertKeyInForce(record, deps.clock.now());
  const bytes = fromBase64(signature.signature);
  if (bytes !== undefined && publicKeyOfRecord(record).verify(encodeForSigning(indexBytes), bytes)) return;
  throw new StrongroomError(
    'SIGNATURE_INVALID',
    'the bundle was changed, or not signed with the key that it names',
  );
}

/** A model on its way in, and who signed it elsewhere. */
interface SignedModel {
  readonly model: ModelName;
  readonly files: BundleManifest['files'];
  readonly signatures: readonly Uint8Array[];
}

/** Signatures that count here; what the sender's policy counted says nothing about ours. */
async function countedSignatures(
  deps: ImportBundleDeps,
  { model, files, signatures }: SignedModel,
): Promise<readonly Uint8Array[]> {
  const decision = decideSignatures({
    policy: await namespaceTrust(deps, namespaceOf(model)),
    keys: await deps.registry.listSigningKeys(),
    files,
    signatures: signatures.map((content, at) => ({ id: String(at), content, addedAt: stamp(deps.clock) })),
  });
  const accepted = new Set(decision.accepted.map(({ signature }) => signature));
  return signatures.filter((_signature, at) => accepted.has(String(at)));
}

function pickPutInput({ aliases, accessCode, compression, onProgress, signal }: ImportBundleInput) {
  return {
    ...(aliases && { aliases }),
    ...(accessCode && { accessCode }),
    ...(compression && { compression }),
    ...(onProgress && { onProgress }),
    ...(signal && { signal }),
  };
}
