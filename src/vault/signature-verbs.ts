import {
  type Caller,
  namespaceOf,
  type SignaturesApi,
  type Version,
  type VersionSignature,
} from '../api/index.ts';
import { StrongroomError } from '../errors/index.ts';
import type { Keyring } from '../keyring/index.ts';
import type { Registry, StoredSignature, VersionNumber } from '../registry/index.ts';
import {
  assertKeyInForce,
  carrierOf,
  certificatesOf,
  openSigningKey,
  signDetached,
  signManifest,
} from '../signing/index.ts';
import { decideEntry } from '../trust/index.ts';
import { onModel } from './act.ts';
import type { Gate } from './gate.ts';
import { manifestBytes } from './manifest-bytes.ts';
import { namespaceTrust } from './namespace-trust.ts';
import { decideSignatures, recordOf, type SignatureDecision } from './signature-trust.ts';
import { getSigningKey, signingKeyBox } from './signing-key-verbs.ts';
import { standingOf, type VersionTrustDeps } from './version-trust.ts';

export interface SignatureVerbsDeps extends VersionTrustDeps {
  readonly gate: Gate;
  readonly registry: VersionTrustDeps['registry'] &
    Pick<Registry, 'getAnyVersion' | 'addSignature' | 'setStanding'>;
  readonly keyring: Pick<Keyring, 'deriveKey'>;
}

/** The verbs on signatures of versions. */
export function signatureVerbs(deps: SignatureVerbsDeps, caller: Caller): SignaturesApi {
  const sign = <T>(of: VersionNumber, work: () => Promise<T>) =>
    deps.gate.pass(caller, onModel('version:sign', of), work);
  return {
    list: (ref) =>
      deps.gate.pass(caller, onModel('version:read', ref), async () =>
        list(deps, await deps.registry.getAnyVersion(ref)),
      ),
    sign: ({ keyId, ...of }) =>
      sign(of, async () => {
        const version = await deps.registry.getAnyVersion(of);
        return await add(deps, version, {
          content: await makeSignature(deps, version, keyId),
          by: caller.id,
        });
      }),
    add: ({ content, ...of }) =>
      sign(of, async () => {
        const version = await deps.registry.getAnyVersion(of);
        const stamped = { id: 'signature', content, addedAt: deps.clock.now().toISOString() };
        const [bad] = (await decide(deps, version, [stamped])).reasons;
        if (bad !== undefined) throw new StrongroomError(bad.code, bad.message);
        return await add(deps, version, { content, by: caller.id });
      }),
  };
}

async function list(deps: SignatureVerbsDeps, version: Version): Promise<readonly VersionSignature[]> {
  const stored = await deps.registry.listSignatures(version);
  const decision = await decide(deps, version, stored);
  return stored.map((signature) => judged(signature, decision));
}

/** A signature over the digests that the strongroom vouches for; nothing of the model is read again. */
async function makeSignature(deps: SignatureVerbsDeps, version: Version, keyId: string): Promise<Uint8Array> {
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
  if (carrierOf(key.algorithm) === 'detached') return signDetached(manifestBytes(version), key);
  const certificates = certificatesOf(record);
  return signManifest(version.files, key, {
    name: version.model,
    shape: version.files.length === 1 ? 'file' : 'folder',
    ...(certificates && { certificates }),
  });
}

async function add(
  deps: SignatureVerbsDeps,
  version: Version,
  { content, by }: { readonly content: Uint8Array; readonly by: string },
): Promise<VersionSignature> {
  const stored = await deps.registry.addSignature(version, content, by);
  const decision = await decide(deps, version, [stored]);
  if (version.state === 'quarantined') await letInIfComplete(deps, version);
  return judged(stored, decision);
}

/** A version that came in clean and waited for signatures needs nobody's leave once it has them. */
async function letInIfComplete(deps: SignatureVerbsDeps, version: Version): Promise<void> {
  const { policy, files, isSigned } = await standingOf(deps, version);
  if (isSigned && decideEntry(policy, files).rule === 'allow') {
    await deps.registry.setStanding(version, 'available');
  }
}

async function decide(
  deps: SignatureVerbsDeps,
  version: Version,
  signatures: readonly Pick<StoredSignature, 'id' | 'content' | 'addedAt'>[],
): Promise<SignatureDecision> {
  return decideSignatures({
    policy: await namespaceTrust(deps, namespaceOf(version.model)),
    keys: await deps.registry.listSigningKeys(),
    files: version.files,
    manifest: manifestBytes(version),
    signatures,
  });
}

function judged(signature: StoredSignature, { accepted, reasons }: SignatureDecision): VersionSignature {
  const signer = accepted.find((each) => each.signature === signature.id)?.signer;
  const reason = reasons.find((each) => each.signature === signature.id)?.message;
  return {
    ...signature,
    ...(signer === undefined ? {} : { signer }),
    ...(signer === undefined && reason !== undefined ? { reason } : {}),
  };
}
