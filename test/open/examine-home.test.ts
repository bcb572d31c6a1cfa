import assert from 'node:assert/strict';
import { chmod, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { parseNamespaceName } from '../../src/api/index.ts';
import { Passphrase } from '../../src/bytes/index.ts';
import type { Line } from '../../src/doctor/index.ts';
import { examineHome, examineServer, initHome, openStrongroom } from '../../src/open/index.ts';
import { expectLine } from '../doctor/line-of.ts';
import { temporaryFolder } from '../kit/temporary-home.ts';
import { refusal } from '../signing/refusal.ts';

async function freshHome(t: TestContext): Promise<{ readonly folder: string; readonly home: string }> {
  const folder = await temporaryFolder(t);
  const home = join(folder, 'home');
  await initHome({ home });
  return { folder, home };
}

function look(home: string, more: { readonly backup?: string } = {}): Promise<readonly Line[]> {
  return examineHome({ home, env: {}, open: () => openStrongroom({ home }), ...more });
}

test('a fresh home passes but for its key inside, its single seal, and the backup that is missing', async (t) => {
  const { home } = await freshHome(t);
  const lines = await look(home);
  expectLine(lines, 'modes', ['pass', /./]);
  expectLine(lines, 'configuration', ['pass', /./]);
  expectLine(lines, 'keyring', ['pass', /./]);
  expectLine(lines, 'root-key-place', ['warn', /./]);
  expectLine(lines, 'root-seals', ['warn', /key-file/]);
  expectLine(lines, 'encryption', ['pass', /./]);
  expectLine(lines, 'age', ['warn', /never/]);
  expectLine(lines, 'dependencies', ['pass', /./]);
});

test('what was done about it is seen', async (t) => {
  const { folder, home } = await freshHome(t);
  const backup = join(folder, 'backup');
  const passphrase = Passphrase.fromText('correct horse battery staple');
  {
    await using strongroom = await openStrongroom({ home });
    const [first] = await strongroom.api.root.list();
    await strongroom.api.root.add({ kind: 'passphrase', passphrase, kdf: 'pbkdf2-sha256' });
    await strongroom.api.root.add({ kind: 'shares', total: 3, threshold: 2 });
    await strongroom.api.root.remove({ id: first?.id ?? '' });
    await strongroom.backup({ destination: backup });
  }
  await unlink(join(home, 'root.key'));
  const open = () => openStrongroom({ home, unseal: [{ kind: 'passphrase', passphrase }] });
  const lines = await examineHome({ home, env: {}, open, backup });
  expectLine(lines, 'root-key-place', ['pass', /./]);
  expectLine(lines, 'root-seals', ['pass', /passphrase, shares/]);
  expectLine(lines, 'age', ['pass', /0 days/]);
  expectLine(lines, 'vault', ['pass', /./]);
  expectLine(lines, 'place', ['warn', /same disk/]);
});

test('open modes, an unknown setting and a weak namespace are seen', async (t) => {
  const { home } = await freshHome(t);
  {
    await using strongroom = await openStrongroom({ home });
    await strongroom.api.namespaces.create({ name: parseNamespaceName('open'), encryption: 'off' });
    await strongroom.api.trust.set({ namespace: parseNamespaceName('open'), change: { approvals: 1 } });
  }
  await chmod(join(home, 'strongroom.json'), 0o644);
  expectLine(await look(home), 'modes', ['fail', /strongroom\.json/]);
  expectLine(await look(home), 'encryption', ['warn', /open/]);
  expectLine(await look(home), 'approvals', ['warn', /open/]);
  await writeFile(join(home, 'config.toml'), '[seal]\nsha256 = true\n', { mode: 0o600 });
  expectLine(await look(home), 'configuration', ['fail', /sha256/]);
});

test('a home that does not open is told with the reason, and what needs no key all the same', async (t) => {
  const { home } = await freshHome(t);
  await unlink(join(home, 'root.key'));
  const lines = await look(home);
  expectLine(lines, 'keyring', ['fail', /refused/]);
  expectLine(lines, 'root-seals', ['warn', /key-file/]);
  assert.equal(
    lines.some(({ area }) => area === 'policy'),
    false,
  );
});

test('a folder without a home, a backup that is none and a server that speaks http are refused', async (t) => {
  const { folder, home } = await freshHome(t);
  await assert.rejects(look(join(folder, 'nothing')), refusal('HOME_MISSING'));
  await assert.rejects(look(home, { backup: folder }), refusal('STORAGE_MISSING'));
  const signal = AbortSignal.timeout(5_000);
  await assert.rejects(examineServer({ url: 'http://127.0.0.1:1', signal }), refusal('NETWORK_URL_REFUSED'));
});
