import { utf8Bytes } from '../../bytes/index.ts';
import { prove, proveRefused } from '../demo/prove.ts';
import { CONTENT, fetchFirst, fileOf, type Ground, MODEL, NAMESPACE, onGround } from './ground.ts';

/** A pickle that would run a command (protocol 0); it is read here, and never executed. */
const EVIL_PICKLE = utf8Bytes("cos\nsystem\n(S'id'\ntR.");
const NEEDLESS = utf8Bytes(`plain words ${'.'.repeat(64)}`);
/** Bytes that no reader knows. */
const UNKNOWN = Uint8Array.from({ length: 4000 }, (_, at) => (at * 7919 + (at >> 3)) & 0xff);
const ALGORITHMS = ['ecdsa-p384', 'ed25519', 'ml-dsa-65'] as const;

/** A file that would run code does not come in, whatever it is called. */
export async function refuseMalicious(ground: Ground): Promise<string> {
  const names = ['model.pkl', 'model.bin', 'model.safetensors'];
  await onGround(ground, async (api) => {
    for (const name of names) {
      await proveRefused('TRUST_REFUSED', `a pickle that runs a command does not come in as ${name}`, () =>
        api.versions.put({ model: MODEL, files: [fileOf(name, EVIL_PICKLE)] }),
      );
    }
  });
  return `a pickle that runs a command refused under ${names.length} names`;
}

/** What no reader knows waits for people; what is clean does not. */
export async function holdUnknown(ground: Ground): Promise<string> {
  return await onGround(ground, async (api) => {
    const held = await api.versions.put({ model: MODEL, files: [fileOf('model.bin', UNKNOWN)] });
    prove(held.state === 'quarantined', 'what no reader knows is held back');
    await proveRefused('TRUST_QUARANTINED', 'what is held back is not handed out', () =>
      fetchFirst(api, held.version),
    );
    const clean = await api.versions.put({ model: MODEL, files: [fileOf('notes.txt', NEEDLESS)] });
    prove(clean.state === 'available', 'what is clean comes in');
    return 'bytes that no reader knows held back, a clean file let in';
  });
}

/** Each algorithm signs and verifies; without the signature that a policy asks for nothing is handed out. */
export async function signAndVerify(ground: Ground): Promise<string> {
  await onGround(ground, async (api) => {
    const { version } = await api.versions.put({ model: MODEL, files: [fileOf('signed.json', CONTENT)] });
    for (const algorithm of ALGORITHMS) {
      const key = await api.signingKeys.generate({ name: `trial-${algorithm}`, algorithm });
      await api.trust.set({
        namespace: NAMESPACE,
        change: { requiredSignatures: 1, signers: [{ name: algorithm, keys: [key.id], certificates: [] }] },
      });
      await proveRefused('TRUST_UNSIGNED', 'an unsigned version is not handed out', () =>
        fetchFirst(api, version),
      );
      const signature = await api.signatures.sign({ model: MODEL, version, keyId: key.id });
      prove(signature.signer === algorithm, `the signature by ${algorithm} counts`);
      prove((await fetchFirst(api, version)).length === CONTENT.length, 'a signed version is handed out');
    }
    await api.trust.set({ namespace: NAMESPACE, change: { requiredSignatures: 0 } });
  });
  return `unsigned refused, signed let out: ${ALGORITHMS.join(', ')}`;
}

/** A signature of something else does not count. */
export async function refuseForeignSignature(ground: Ground): Promise<string> {
  await onGround(ground, async (api) => {
    const other = await api.versions.put({ model: MODEL, files: [fileOf('other.txt', NEEDLESS)] });
    const signatures = await api.signatures.list({ model: MODEL, version: other.version - 1 });
    const signature = signatures.find(({ signer }) => signer !== undefined);
    prove(signature !== undefined, 'the version before it has a signature that counts');
    await proveRefused('SIGNATURE_MISMATCH', 'a signature of another version is refused', () =>
      api.signatures.add({ model: MODEL, version: other.version, content: signature.content }),
    );
  });
  return 'the signature of another version refused (SIGNATURE_MISMATCH)';
}

/** Every act stands in the record, refused ones too. */
export async function keepRecord(ground: Ground): Promise<string> {
  return await onGround(ground, async (api) => {
    const acts = await api.audit.search({ limit: 1000 });
    const refused = acts.filter(({ outcome }) => outcome === 'refused' || outcome === 'failed');
    prove(acts.length > 0 && refused.length > 0, 'the record has what was done and what was refused');
    const { isSound } = await api.audit.verify();
    prove(isSound, 'the record is verified whole');
    return `${acts.length} acts recorded, ${refused.length} of them refused or failed, and verified`;
  });
}
