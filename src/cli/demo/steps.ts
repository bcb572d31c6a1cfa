import { Passphrase, SecretBytes } from '../../bytes/index.ts';
import { generateRootKey } from '../../keyring/index.ts';
import { formatBytes, formatCount } from '../units.ts';
import { prove, proveRefused } from './prove.ts';
import { onHome, proveSameBytes, type Stage } from './stage.ts';
import { flipStoredBit } from './tamper.ts';

/** One step of the demo. */
export interface Step {
  readonly name: string;
  /** Does it, proves it, and resolves to what was seen, in plain words. Throws when the proof fails. */
  readonly run: (stage: Stage) => Promise<string>;
}

/** The life of a model, in the order in which it is lived. */
export const STEPS: readonly Step[] = [
  { name: 'make a home', run: makeHome },
  { name: 'put three versions', run: putVersions },
  { name: 'list them', run: listVersions },
  { name: 'find the best', run: findBest },
  { name: 'verify everything', run: verifyAll },
  { name: 'get a version back', run: getBack },
  { name: 'try a wrong key', run: tryWrongKey },
  { name: 'damage one bit', run: damageOneBit },
  { name: 'ask an access code', run: askAccessCode },
  { name: 'rotate the keys', run: rotateKeys },
  { name: 'back up', run: backUp },
  { name: 'restore a second home', run: restoreSecond },
];

async function makeHome({ operations, home, key }: Stage): Promise<string> {
  const made = await operations.initHome({ home, seals: [{ kind: 'key-file', key: key.expose().slice() }] });
  prove(made.seals.length === 1, 'the home has its root seal');
  return 'an empty home; its root key is sealed under a key file';
}

async function putVersions(stage: Stage): Promise<string> {
  const sizes = await onHome(stage, async (api) => {
    const versions = [];
    for (const { folder, metrics, run } of stage.runs) {
      const files = await stage.operations.readInputs([folder]);
      const version = await api.versions.put({ model: stage.model, files, metrics, signal: stage.signal });
      prove(version.version === run && version.isEncrypted, `run ${run} became the sealed version ${run}`);
      versions.push(version);
    }
    return versions.map((version) => ({ files: version.files.length, bytes: version.size }));
  });
  const files = sizes.reduce((sum, size) => sum + size.files, 0);
  const bytes = sizes.reduce((sum, size) => sum + size.bytes, 0);
  return `${formatCount(files, 'file')} (onnx, joblib, pt, safetensors), ${formatBytes(bytes)}, each sealed under its own key`;
}

async function listVersions(stage: Stage): Promise<string> {
  const versions = await onHome(stage, (api) => api.versions.list({ model: stage.model }));
  const numbers = versions.map((version) => version.version).sort();
  prove(numbers.join() === '1,2,3', 'the list has versions 1, 2 and 3');
  return `${stage.model} has versions 1, 2 and 3`;
}

async function findBest(stage: Stage): Promise<string> {
  const best = await onHome(stage, (api) => api.versions.best({ model: stage.model, metric: 'accuracy' }));
  const expected = stage.runs.toSorted(
    (a, b) => (b.metrics['accuracy'] ?? 0) - (a.metrics['accuracy'] ?? 0),
  )[0];
  prove(best.version.version === expected?.run, 'the best version is the one with the highest accuracy');
  return `version ${best.version.version} by accuracy, ${(best.value * 100).toFixed(1)} % on held-back images`;
}

async function verifyAll(stage: Stage): Promise<string> {
  const report = await onHome(stage, (api) => api.versions.verify({ signal: stage.signal }));
  prove(report.isClean && report.versionCount === 3, 'all three versions verify');
  return `${formatCount(report.blobCount, 'blob')} opened and compared with their digests, all clean`;
}

async function getBack(stage: Stage): Promise<string> {
  const sizes = await onHome(stage, async (api) => [
    await proveSameBytes(stage, api, 1),
    await proveSameBytes(stage, api, 2),
    await proveSameBytes(stage, api, 3),
  ]);
  return `${formatBytes(sizes.reduce((sum, size) => sum + size, 0))} came back, the same byte for byte`;
}

async function tryWrongKey(stage: Stage): Promise<string> {
  await proveRefused('KEY_REFUSED', 'a wrong key is refused', () =>
    onHome(stage, (api) => api.system.status(), { key: generateRootKey() }),
  );
  return 'refused (KEY_REFUSED); nothing was shown';
}

async function damageOneBit(stage: Stage): Promise<string> {
  const { model } = stage;
  const found = await onHome(stage, async (api) => {
    const { files } = await api.versions.get({ model, version: 2 });
    const [file] = files;
    prove(file !== undefined, 'there is a file to damage');
    const undo = await flipStoredBit(stage.home, file.blob);
    const report = await api.versions.verify({ ref: { model, version: 2 } });
    prove(!report.isClean && report.findings.length > 0, 'verify finds one flipped bit');
    await proveRefused('CONTAINER_TAMPERED', 'a damaged file is not given out', () =>
      proveSameBytes(stage, api, 2),
    );
    await undo();
    const after = await api.versions.verify({ ref: { model, version: 2 } });
    prove(after.isClean, 'the bit is back');
    return report.findings.map((finding) => finding.code).join(', ');
  });
  return `verify found it (${found}), get refused to give the file out; the bit was put back`;
}

async function askAccessCode(stage: Stage): Promise<string> {
  const { model, accessCode } = stage;
  await onHome(stage, async (api) => {
    const files = await stage.operations.readInputs([stage.runs[1]?.folder ?? '']);
    const { version } = await api.versions.put({ model, files, accessCode });
    const open = async (code?: Passphrase): Promise<void> => {
      await using _opened = await api.versions.open({ model, version, ...(code && { accessCode: code }) });
    };
    await proveRefused('ACCESS_CODE_REQUIRED', 'the code is asked for', () => open());
    await proveRefused('KEY_REFUSED', 'a wrong code is refused', () =>
      open(Passphrase.fromText('five words no guesser')),
    );
    await open(accessCode);
  });
  return 'version 4 asks for it, refuses a wrong one and opens with the right one';
}

async function rotateKeys(stage: Stage): Promise<string> {
  const rewrapped = await onHome(stage, async (api) => {
    const reports = await api.keys.rotate({ signal: stage.signal });
    prove(
      reports.length > 0 && reports.every((report) => report.version === 2),
      'every key has a second version',
    );
    const verified = await api.versions.verify({ accessCode: stage.accessCode });
    prove(verified.isClean, 'everything opens with the new keys');
    for (const { name } of await api.keys.list()) await api.keys.retire({ name, version: 1 });
    return reports.reduce((sum, report) => sum + report.rewrapped, 0);
  });
  return `${formatCount(rewrapped, 'data key')} wrapped anew, the old key version retired; everything still opens`;
}

async function backUp(stage: Stage): Promise<string> {
  const key = SecretBytes.copyOf(stage.key.expose());
  const report = await stage.operations.backupHome({
    home: stage.home,
    unseal: { materials: [{ kind: 'key', key }] },
    destination: stage.backup,
    signal: stage.signal,
  });
  prove(report.blobs > 0, 'the backup holds the blobs');
  return `${formatCount(report.blobs, 'blob')}, ${formatBytes(report.bytes)}, sealed as they are`;
}

async function restoreSecond(stage: Stage): Promise<string> {
  const { secondHome: home } = stage;
  await stage.operations.restoreHome({ source: stage.backup, home, signal: stage.signal });
  await onHome(
    stage,
    async (api) => {
      const report = await api.versions.verify({ accessCode: stage.accessCode });
      prove(report.isClean && report.versionCount === 4, 'the second home is whole');
      await proveSameBytes(stage, api, 2);
    },
    { home },
  );
  return 'the second home verifies, and its files are the same byte for byte';
}
