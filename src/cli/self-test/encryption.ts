import { join } from 'node:path';
import { bufferView, Passphrase } from '../../bytes/index.ts';
import { equalBytes } from '../../crypto/index.ts';
import { generateRootKey } from '../../keyring/index.ts';
import { restoreStrongroom } from '../../open/index.ts';
import { Folder } from '../../storage/index.ts';
import { prove, proveRefused } from '../demo/prove.ts';
import { flipStoredBit } from '../demo/tamper.ts';
import { CONTENT, fetchFirst, fileOf, type Ground, MODEL, onGround, openGround } from './ground.ts';

const MAX_STORED_BYTES = 1 << 20;

/** What is sealed comes back byte for byte, and its words stand nowhere in the home. */
export async function sealAndOpen(ground: Ground): Promise<string> {
  await onGround(ground, async (api) => {
    const version = await api.versions.put({ model: MODEL, files: [fileOf('model.json', CONTENT)] });
    prove(version.isEncrypted, 'a version is encrypted');
    prove(equalBytes(await fetchFirst(api, 1), CONTENT), 'what was put came back, byte for byte');
  });
  await using home = await Folder.open(ground.home);
  const searched = await searchFolder(home, CONTENT.subarray(0, 24));
  prove(searched.found.length === 0, 'no stored file holds the plaintext');
  return `${CONTENT.length} bytes, the same again; ${searched.files} stored files hold none of them`;
}

/** Another key is refused. */
export async function refuseWrongKey(ground: Ground): Promise<string> {
  await proveRefused('KEY_REFUSED', 'another key opens nothing', async () => {
    await using _open = await openGround(ground, generateRootKey());
  });
  return 'another key was refused (KEY_REFUSED)';
}

/** One changed bit is found before a byte leaves. */
export async function findDamage(ground: Ground): Promise<string> {
  return await onGround(ground, async (api) => {
    const [file] = (await api.versions.get({ model: MODEL, version: 1 })).files;
    const undo = await flipStoredBit(ground.home, file?.blob ?? '');
    await proveRefused('CONTAINER_TAMPERED', 'a damaged file is not handed out', () => fetchFirst(api, 1));
    const report = await api.versions.verify({});
    prove(!report.isClean, 'verify finds the damage');
    await undo();
    prove((await api.versions.verify({})).isClean, 'what was mended is clean again');
    return 'one bit changed on disk: refused (CONTAINER_TAMPERED), and reported by verify';
  });
}

/** The access code is asked for besides the key. */
export async function askAccessCode(ground: Ground): Promise<string> {
  const accessCode = Passphrase.fromText('four words no guesser');
  return await onGround(ground, async (api) => {
    const files = [fileOf('model.json', CONTENT)];
    const { version } = await api.versions.put({ model: MODEL, files, accessCode });
    await proveRefused('ACCESS_CODE_REQUIRED', 'the key alone does not open it', () =>
      fetchFirst(api, version),
    );
    const wrong = Passphrase.fromText('four words some guesser');
    await proveRefused('KEY_REFUSED', 'a wrong code does not open it', async () => {
      await using _open = await api.versions.open({ model: MODEL, version, accessCode: wrong });
    });
    await using opened = await api.versions.open({ model: MODEL, version, accessCode });
    prove(opened.files.length === 1, 'the code opens it');
    return 'without it and with a wrong one refused, with it opened';
  });
}

/** Rotation wraps anew, and everything still opens. */
export async function rotateKeys(ground: Ground): Promise<string> {
  return await onGround(ground, async (api) => {
    const [report] = await api.keys.rotate({ name: 'trial' });
    prove(report !== undefined && report.rewrapped > 0, 'every data key was wrapped anew');
    prove(equalBytes(await fetchFirst(api, 1), CONTENT), 'what an older key sealed still opens');
    return `${report.rewrapped} data keys under version ${report.version}; all still open`;
  });
}

/** A backup becomes a home again. */
export async function backUpAndRestore(ground: Ground): Promise<string> {
  const backup = join(ground.folder, 'backup');
  const home = join(ground.folder, 'restored');
  const { blobs } = await onGround(ground, (_, strongroom) => strongroom.backup({ destination: backup }));
  await restoreStrongroom({ source: backup, home });
  return await onGround({ ...ground, home }, async (api) => {
    prove(equalBytes(await fetchFirst(api, 1), CONTENT), 'the restored home gives the same bytes');
    return `${blobs} sealed files copied, restored, and opened`;
  });
}

/** Looks for bytes in every file of a folder. */
async function searchFolder(
  folder: Folder,
  wanted: Uint8Array,
): Promise<{ readonly files: number; readonly found: readonly string[] }> {
  let files = 0;
  const found: string[] = [];
  for (const { name, kind } of await folder.entries()) {
    if (kind === 'folder') {
      await using inner = await folder.folder(name);
      const below = await searchFolder(inner, wanted);
      files += below.files;
      found.push(...below.found);
    } else if (kind === 'file') {
      files++;
      if (bufferView(await folder.readFile(name, MAX_STORED_BYTES)).includes(wanted)) found.push(name);
    }
  }
  return { files, found };
}
