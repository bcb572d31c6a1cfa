import assert from 'node:assert/strict';
import { chmod, link, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { Passphrase, SecretBytes } from '../../src/bytes/index.ts';
import { isStrongroomError } from '../../src/errors/index.ts';
import { formatRootKey, generateRootKey, type UnsealMaterial } from '../../src/keyring/index.ts';
import { initHome, openStrongroom } from '../../src/open/index.ts';
import { temporaryFolder } from '../kit/temporary-home.ts';

const key = generateRootKey();
const passphrase = Passphrase.fromText('correct horse');
const KEY_REFUSED = { code: 'KEY_REFUSED', kind: 'forbidden' };

suite('a home that is sealed in three ways', () => {
  let home: string;
  let shares: readonly string[];
  before(async () => {
    home = join(await mkdtemp(join(tmpdir(), 'strongroom-test-')), 'home');
    const made = await initHome({
      home,
      seals: [
        { kind: 'key-file', key: key.expose() },
        { kind: 'passphrase', passphrase, kdf: 'pbkdf2-sha512' },
        { kind: 'shares', total: 4, threshold: 3 },
      ],
    });
    assert.equal(made.rootKeyFile, undefined);
    shares = made.seals.find((added) => added.shares !== undefined)?.shares ?? [];
  });
  after(() => rm(join(home, '..'), { recursive: true, force: true }));

  const opens = async (...unseal: UnsealMaterial[]) => {
    await using strongroom = await openStrongroom({ home, unseal });
    return await strongroom.api.system.status();
  };

  test('opens with the key, the passphrase, or enough shares', async () => {
    await opens({ kind: 'key', key });
    await opens({ kind: 'passphrase', passphrase });
    await opens({ kind: 'shares', shares: [shares[3]!, shares[0]!, shares[2]!] });
  });

  test('opens when one of several pieces fits, whatever the others are', async () => {
    const wrong = Passphrase.fromText('wrong horse');
    await opens({ kind: 'passphrase', passphrase: wrong }, { kind: 'key', key });
  });

  test('is refused when nothing is given', async () => {
    await assert.rejects(openStrongroom({ home }), KEY_REFUSED);
    await assert.rejects(opens(), KEY_REFUSED);
  });

  test('answers a wrong key and a wrong passphrase in the same words', async () => {
    const messages = await Promise.all(
      [
        opens({ kind: 'key', key: SecretBytes.copyOf(new Uint8Array(32)) }),
        opens({ kind: 'passphrase', passphrase: Passphrase.fromText('correct horsf') }),
        opens(),
      ].map((attempt) =>
        attempt.then(
          () => assert.fail('it opened'),
          (error: unknown) => {
            assert.ok(isStrongroomError(error, 'KEY_REFUSED'), String(error));
            return `${error.message} ${error.hint}`;
          },
        ),
      ),
    );
    assert.equal(new Set(messages).size, 1);
  });

  test('says that shares are too few, twice the same, or of another home', async (t) => {
    const few = [shares[0]!, shares[1]!];
    await assert.rejects(opens({ kind: 'shares', shares: few }), { code: 'SHARES_TOO_FEW' });
    await assert.rejects(opens({ kind: 'shares', shares: [...few, few[0]!] }), { code: 'SHARES_TOO_FEW' });
    const other = await initHome({
      home: join(await temporaryFolder(t), 'other'),
      seals: [{ kind: 'shares', total: 3, threshold: 2 }],
    });
    const foreign = { kind: 'shares', shares: other.seals[0]?.shares ?? [] } as const;
    await assert.rejects(opens(foreign), { code: 'SHARE_FOREIGN' });
    await assert.rejects(opens({ kind: 'shares', shares: ['not a share'] }), { code: 'SHARE_MALFORMED' });
  });

  test('tells whoever asks which seals there are, before it is unsealed', async () => {
    let kinds: readonly string[] = [];
    await using strongroom = await openStrongroom({
      home,
      unseal: (seals) => {
        kinds = seals.map((seal) => seal.kind);
        return Promise.resolve([{ kind: 'key', key }]);
      },
    });
    assert.deepEqual(kinds, ['key-file', 'passphrase', 'shares']);
    assert.equal((await strongroom.api.root.list()).length, 3);
  });

  test('finds key and passphrase where the configuration says', async (t) => {
    const folder = await temporaryFolder(t);
    const keyFile = join(folder, 'root.key');
    const passphraseFile = join(folder, 'passphrase');
    await writeFile(keyFile, formatRootKey(key), { mode: 0o600 });
    await writeFile(passphraseFile, 'correct horse\n', { mode: 0o600 });
    const openWith = async (env: Record<string, string>) => (await openStrongroom({ home, env })).close();
    await openWith({ STRONGROOM_ROOT_KEY_FILE: keyFile });
    await openWith({ STRONGROOM_PASSPHRASE_FILE: passphraseFile });
    const gone = join(folder, 'gone');
    await assert.rejects(openWith({ STRONGROOM_ROOT_KEY_FILE: gone }), { code: 'STORAGE_MISSING' });
    await assert.rejects(openWith({ STRONGROOM_PASSPHRASE_FILE: gone }), { code: 'STORAGE_MISSING' });
    await writeFile(keyFile, 'c2hvcnQ=\n');
    await assert.rejects(openWith({ STRONGROOM_ROOT_KEY_FILE: keyFile }), { kind: 'invalid' });
    await chmod(passphraseFile, 0o640);
    await assert.rejects(openWith({ STRONGROOM_PASSPHRASE_FILE: passphraseFile }), { code: 'HOME_EXPOSED' });
  });
});

test('a root key that others can read is not used, until it is taken back', async (t) => {
  const home = join(await temporaryFolder(t), 'home');
  await initHome({ home });
  const file = join(home, 'root.key');
  for (const mode of [0o604, 0o640, 0o620]) {
    await chmod(file, mode);
    await assert.rejects(openStrongroom({ home }), { code: 'HOME_EXPOSED', kind: 'unavailable' });
  }
  await chmod(file, 0o600);
  await (await openStrongroom({ home })).close();
});

test('a root key with a second name is not used, for that one outlives its removal', async (t) => {
  const folder = await temporaryFolder(t);
  const home = join(folder, 'home');
  await initHome({ home });
  await link(join(home, 'root.key'), join(folder, 'copy'));
  await assert.rejects(openStrongroom({ home }), { code: 'HOME_EXPOSED' });
  await rm(join(folder, 'copy'));
  await (await openStrongroom({ home })).close();
});

test('a root key behind a symbolic link is used as it is mounted there', async (t) => {
  const folder = await temporaryFolder(t);
  const home = join(folder, 'home');
  await initHome({ home });
  const file = join(home, 'root.key');
  const mounted = join(folder, 'mounted');
  await rename(file, mounted);
  await chmod(mounted, 0o444);
  await symlink(mounted, file);
  await (await openStrongroom({ home })).close();
});

test('an open home says what about it is not private', async (t) => {
  const home = join(await temporaryFolder(t), 'home');
  await initHome({ home });
  await chmod(join(home, 'catalogue.db'), 0o644);
  await using strongroom = await openStrongroom({ home });
  const { warnings } = await strongroom.api.system.status();
  assert.ok(warnings.some((warning) => warning.includes('catalogue.db')));
  assert.ok(warnings.some((warning) => warning.includes('root key lies inside')));
});
