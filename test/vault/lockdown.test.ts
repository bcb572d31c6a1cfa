// The switch that stops every release.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseModelName } from '../../src/api/index.ts';
import { openStrongroom } from '../../src/open/index.ts';
import { bytesOf } from '../kit/temporary-home.ts';
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
