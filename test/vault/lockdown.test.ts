// The switch that stops every release.
import assert from 'node:assert/strict';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseModelName } from '../../src/api/index.ts';
import { Passphrase } from '../../src/bytes/index.ts';
import { openStrongroom, restoreStrongroom, type Strongroom } from '../../src/open/index.ts';
import { rawKeyRecipient } from '../../src/vault/index.ts';
import { bytesOf, putOf, temporaryHome } from '../kit/temporary-home.ts';
import { refusal, sharedHome } from './access-kit.ts';

const CHURN = parseModelName('acme/churn');

test('a lockdown stops every release in every process, and nothing else', async (t) => {
  const { home, owner, person } = await sharedHome(t);
  const ada = await person('ada', 'developer on acme');
  const officer = await person('olga', 'security-officer on everything');
  await using elsewhere = await openStrongroom({ home });
  await using open = await owner.versions.open({ model: CHURN });
  await officer.api.lockdown.begin({ reason: 'a token leaked' });
  for (const api of [owner, ada.api, elsewhere.api]) {
    const refused = await refusal(api.versions.open({ model: CHURN }));
    assert.equal(refused.code, 'LOCKED_DOWN');
    assert.match(refused.message, /a token leaked/);
  }
  assert.equal((await ada.api.versions.list({ model: CHURN })).length, 1);
  assert.equal((await owner.versions.verify({ ref: { model: CHURN } })).isClean, true);
  // What was opened before ends when it is asked about again, which is once a second.
  await new Promise((resolve) => setTimeout(resolve, 1100));
  await assert.rejects(bytesOf(open.files[0]!.read()), { code: 'LOCKED_DOWN' });
});

/** Everything that lets content or keys out of a home, beside the verbs of the API (access-acts.test.ts). */
const RELEASES: Readonly<Record<string, (release: Release) => Promise<unknown>>> = {
  'reading a version': async ({ strongroom, onFirst }) => {
    await using open = await strongroom.api.versions.open({ model: CHURN });
    for (const file of open.files) for await (const _ of file.read()) await onFirst();
  },
  'a bundle': ({ strongroom, keyId, onFirst }) =>
    strongroom.exportBundle({
      ref: { model: CHURN },
      keyId,
      tool: { name: 'strongroom', version: 'test' },
      write: async (content) => {
        for await (const _ of content) await onFirst();
      },
    }),
  'a sealed export': ({ strongroom, onFirst }) =>
    strongroom.exportSealed({
      ref: { model: CHURN },
      recipients: [rawKeyRecipient(new Uint8Array(32).fill(7))],
      target: async () => {
        await onFirst();
        return { writeAt: () => Promise.resolve() };
      },
    }),
  'a copy of the keys': async ({ strongroom, onFirst }) => {
    await strongroom.api.keys.backup({ passphrase: Passphrase.fromText('otter wagon sixpence lantern') });
    await onFirst();
  },
};

interface Release {
  readonly strongroom: Strongroom;
  readonly keyId: string;
  /** When the first of it has left. */
  readonly onFirst: () => Promise<void>;
}

test('whatever releases is refused under a lockdown, and what flows ends', async (t) => {
  const { strongroom } = await temporaryHome(t);
  const { api } = strongroom;
  await api.versions.put(putOf('acme/churn', { 'a.bin': new Uint8Array(600_000), 'b.bin': 'b' }));
  const { id: keyId } = await api.signingKeys.generate({ name: 'release', algorithm: 'ed25519' });
  const begun = Promise.withResolvers<undefined>();
  const goOn = Promise.withResolvers<undefined>();
  const streams = Object.entries(RELEASES).filter(([what]) => what !== 'a copy of the keys');
  let waiting = streams.length;
  const flowing = streams.map(([what, release]) => {
    let isFirst = true;
    const onFirst = async () => {
      if (isFirst && --waiting === 0) begun.resolve(undefined);
      isFirst = false;
      await goOn.promise;
    };
    return assert.rejects(release({ strongroom, keyId, onFirst }), { code: 'LOCKED_DOWN' }, what);
  });
  await begun.promise;
  await api.lockdown.begin({ reason: 'a token leaked' });
  // Whether it still may is asked again once a second.
  setTimeout(() => goOn.resolve(undefined), 1100);
  await Promise.all(flowing);
  const onFirst = () => assert.fail('it went out');
  for (const [what, release] of Object.entries(RELEASES)) {
    await assert.rejects(release({ strongroom, keyId, onFirst }), { code: 'LOCKED_DOWN' }, what);
  }
});

test('a backup goes on under a lockdown, and what is restored from it is locked down', async (t) => {
  const { folder, home, strongroom } = await temporaryHome(t);
  await strongroom.api.versions.put(putOf('acme/churn', { 'a.bin': 'a' }));
  await strongroom.api.lockdown.begin({ reason: 'a token leaked' });
  const [source, restored] = [join(folder, 'backup'), join(folder, 'restored')];
  await strongroom.backup({ destination: source });
  await restoreStrongroom({ source, home: restored });
  await copyFile(join(home, 'root.key'), join(restored, 'root.key'));
  await using elsewhere = await openStrongroom({ home: restored });
  assert.equal((await refusal(elsewhere.api.versions.open({ model: CHURN }))).code, 'LOCKED_DOWN');
});

test('lifting takes a second person; the owner of a home needs none', async (t) => {
  const { owner, person } = await sharedHome(t);
  const [olga, omar] = [
    await person('olga', 'security-officer on everything'),
    await person('omar', 'security-officer on everything'),
  ];
  const dev = await person('dev', 'developer on acme');
  assert.equal((await refusal(dev.api.lockdown.begin({ reason: 'x' }))).code, 'ACCESS_DENIED');
  await olga.api.lockdown.begin({ reason: 'drill' });
  assert.equal((await refusal(olga.api.lockdown.lift({ reason: 'over' }))).code, 'APPROVAL_REQUIRED');
  const wish = { action: 'lockdown:lift', resource: 'lockdown', reason: 'over' } as const;
  const { id } = await olga.api.approvals.request(wish);
  await omar.api.approvals.decide({ id, decision: 'approved', reason: 'seen' });
  const lifted = await olga.api.lockdown.lift({ reason: 'over' });
  assert.deepEqual([lifted.isOn, lifted.by], [false, 'user:olga']);
  await (await owner.versions.open({ model: CHURN })).close();
  await olga.api.lockdown.begin({ reason: 'again' });
  assert.equal((await refusal(olga.api.lockdown.lift({ reason: 'over' }))).code, 'APPROVAL_REQUIRED');
  await owner.lockdown.lift({ reason: 'at the machine' });
  assert.equal((await refusal(owner.lockdown.lift({ reason: 'twice' }))).code, 'LOCKDOWN_STATE');
});
