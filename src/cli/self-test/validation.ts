import { parseFilePath, parseModelName } from '../../api/index.ts';
import { utf8Bytes } from '../../bytes/index.ts';
import { loadConfig } from '../../config.ts';
import { isStrongroomError } from '../../errors/index.ts';
import { defaultRootKeyFile } from '../../open/index.ts';
import { prove, proveRefused } from '../demo/prove.ts';
import { fileOf, type Ground, MODEL, onGround } from './ground.ts';

const HOSTILE_NAMES = [
  "acme/x'; DROP TABLE models; --",
  'acme/<script>alert(1)</script>',
  'acme/../../etc',
  'acme/x\u0000y',
  'acme/x y',
  'ACME/x',
  'acme/pаypal',
  `acme/${'x'.repeat(500)}`,
];

const HOSTILE_PATHS = [
  '../outside.txt',
  '/etc/passwd',
  'a/../../b',
  'a\\..\\b',
  'C:\\windows\\system32',
  'a/\u0000',
  'a/./b',
  'a//b',
  '',
];

/** Names that would mean something to a database, a browser or a shell are none. */
// eslint-disable-next-line @typescript-eslint/require-await -- a trial like the others
export async function refuseHostileNames(): Promise<string> {
  for (const name of HOSTILE_NAMES)
    prove(
      isRefused(() => parseModelName(name)),
      `the name ${name} is refused`,
    );
  for (const path of HOSTILE_PATHS)
    prove(
      isRefused(() => parseFilePath(path)),
      `the path ${path} is refused`,
    );
  return `${HOSTILE_NAMES.length} names and ${HOSTILE_PATHS.length} paths refused`;
}

/** What goes into the database is data, whatever it says. */
export async function keepTextAsText(ground: Ground): Promise<string> {
  const text = `'); DELETE FROM models; -- <img src=x onerror=alert(1)> \u202e`;
  return await onGround(ground, async (api) => {
    await api.models.configure({ model: MODEL, description: text });
    const model = await api.models.get({ model: MODEL });
    prove(model.description === text, 'a hostile description comes back as it was');
    prove((await api.models.list()).length === 1, 'no model is gone');
    return 'a description full of SQL and script is stored as words';
  });
}

/** What is too large is refused before it is read. */
export async function refuseTooMuch(ground: Ground): Promise<string> {
  const file = { ...fileOf('huge.bin', utf8Bytes('small')), size: 2 ** 50 };
  await onGround(ground, (api) =>
    proveRefused('INPUT_TOO_LARGE', 'a file over the limit is refused', () =>
      api.versions.put({ model: MODEL, files: [file] }),
    ),
  );
  return 'a file over limits.max_file_bytes refused';
}

/** A misspelt setting would silently not protect. */
export async function refuseUnknownSettings(ground: Ground): Promise<string> {
  const env = { STRONGROOM_SEAL_SHA512: 'perhaps' };
  await proveRefused('CONFIG_INVALID', 'a setting that makes no sense is refused', () =>
    loadConfig({ file: `${defaultRootKeyFile(ground.home)}.toml`, env }),
  );
  return 'a setting that makes no sense refused';
}

function isRefused(parse: () => unknown): boolean {
  try {
    parse();
    return false;
  } catch (error) {
    return isStrongroomError(error) && error.kind === 'invalid';
  }
}
