// What stands between a model and whoever would copy it by asking: policy, budget, watch and what follows.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { parseModelName, parseNamespaceName, type StrongroomApi } from '../../src/api/index.ts';
import { isStrongroomError } from '../../src/errors/index.ts';
import { openStrongroom } from '../../src/open/index.ts';
import { randomOf } from '../../src/robustness/index.ts';
import { readDigits } from '../kit/data-sets.ts';
import { putOf } from '../kit/temporary-home.ts';
import { floats, floatsOf } from '../kit/tensors.ts';
import { sharedHome } from './access-kit.ts';

const MODEL = parseModelName('acme/digits');
const ACME = parseNamespaceName('acme');
const ONNX = readFileSync(join(import.meta.dirname, '../../examples/digits/run-2/digits.onnx'));
const DIGITS = readDigits().rows.map(({ features }) => features);

/** A home that serves the digits, opened anew with settings, and a program `shop` with an output policy. */
async function home(t: TestContext, env: Readonly<Record<string, string>> = {}, output = 'full') {
  const shared = await sharedHome(t);
  await shared.owner.versions.put(putOf(MODEL, { 'digits.onnx': ONNX }));
  const shop = await shared.program('shop');
  await shared.owner.grants.create({ principal: shop.id, role: 'predictor', on: MODEL, output });
  const strongroom = await openStrongroom({ home: shared.home, env });
  t.after(() => strongroom.close());
  return { ...shared, strongroom, owner: strongroom.api, shop: strongroom.apiFor(shop.caller) };
}

/** The labels and probabilities of some rows. */
async function ask(api: StrongroomApi, rows: readonly Float64Array[]) {
  const pixels = floats(
    'pixels',
    [rows.length, 64],
    rows.flatMap((row) => [...row]),
  );
  const { outputs } = await api.predictions.infer({ model: MODEL, inputs: [pixels] });
  const scores = outputs.find(({ datatype }) => datatype === 'FP32');
  assert.ok(scores !== undefined);
  return floatsOf(scores);
}

/** The classes that have a score above nothing in one row. */
function shownIn(scores: readonly number[]): number {
  return new Set(scores.slice(0, 10).map((score) => score.toFixed(6))).size;
}

test('the policy of the grant holds, and raw predictions are another permission', async (t) => {
  const { owner, shop, program, strongroom } = await home(t, {}, 'label');
  const [row = new Float64Array(64)] = DIGITS;
  assert.deepEqual([...new Set(await ask(shop, [row]))].sort(), [0, 1]);
  const developer = await program('developer', 'developer on acme');
  const raw = await ask(strongroom.apiFor(developer.caller), [row]);
  assert.deepEqual(raw, await ask(owner, [row]));
  assert.ok(shownIn(raw) > 2);
  const plain = await program('plain', 'predictor on acme');
  const rounded = await ask(strongroom.apiFor(plain.caller), [row]);
  assert.ok(rounded.every((score) => Math.abs(score * 1000 - Math.round(score * 1000)) < 1e-3));
});

test('noise is the same in every process, and for everybody', async (t) => {
  const { home: path, shop, strongroom, program, owner } = await home(t, {}, 'perturb-0.4');
  const [row = new Float64Array(64)] = DIGITS;
  const other = await program('other');
  await owner.grants.create({ principal: other.id, role: 'predictor', on: ACME, output: 'perturb-0.4' });
  await using again = await openStrongroom({ home: path });
  const first = await ask(shop, [row]);
  assert.notDeepEqual(first, await ask(owner, [row]));
  assert.deepEqual(await ask(strongroom.apiFor(other.caller), [row]), first);
  assert.deepEqual(await ask(again.apiFor(other.caller), [row]), first);
});

test('a budget of rows that is used up refuses, with how long to wait; the owner has none', async (t) => {
  const { owner, shop } = await home(t, { STRONGROOM_DEFENCE_ROWS_PER_DAY: '20' });
  await ask(shop, DIGITS.slice(0, 15));
  await assert.rejects(
    ask(shop, DIGITS.slice(0, 6)),
    (error) => isStrongroomError(error, 'PREDICTION_BUDGET') && (error.retryAfterSeconds ?? 0) > 0,
  );
  await ask(shop, DIGITS.slice(0, 5));
  await ask(owner, DIGITS.slice(0, 30));
});

test('a budget of information is used up by answers that tell much', async (t) => {
  const { shop, owner } = await home(t, { STRONGROOM_DEFENCE_BITS_PER_DAY: '300' });
  await ask(shop, DIGITS.slice(0, 20));
  await assert.rejects(ask(shop, DIGITS.slice(0, 1)), { code: 'PREDICTION_BUDGET' });
  await owner.defence.forgive({ model: MODEL, principal: 'service-account:shop' });
  await ask(shop, DIGITS.slice(0, 1));
});

test('the watch learns, tells, and acts once somebody lets it, silently and step by step', async (t) => {
  const { owner, shop, strongroom } = await home(t, { STRONGROOM_DEFENCE_LEARNING_ROWS: '600' });
  await owner.defence.learn({ model: MODEL, from: 'local' });
  await ask(shop, DIGITS.slice(0, 50));
  for (let start = 0; start < 600; start += 200) await ask(owner, DIGITS.slice(start, start + 200));
  await settled(owner, ({ models }) => models[0]?.isCalibrated === true);
  const random = randomOf(9);
  const attack = () => Array.from({ length: 200 }, () => Float64Array.from({ length: 64 }, random));
  const levels = strongroom.serve();
  const seen: string[] = [];
  levels.defence.listen(({ kind, standing }) => seen.push(`${kind} ${standing.principal} ${standing.level}`));
  const stands = ({ standings }: Status): boolean => standings.some(({ level }) => level !== 'observed');
  // It passes over what comes faster than it can look: then more of it is to come.
  for (let batch = 0; batch < 40; batch++) {
    await ask(shop, attack());
    if (batch >= 5 && stands(await owner.defence.status({ model: MODEL }))) break;
    await breath();
  }
  const alert = await settled(owner, stands);
  const standing = alert.standings.find(({ principal }) => principal === 'service-account:shop');
  assert.ok(standing !== undefined && standing.alarms >= 2 && (standing.signals.outliers ?? 0) > 3);
  assert.ok(seen.includes('alarm service-account:shop observed'));
  const [row = new Float64Array(64)] = DIGITS;
  assert.ok(shownIn(await ask(shop, [row])) > 2, 'nothing follows while it only alerts');
  await owner.defence.configure({ mode: 'act', reason: 'it was right for a month' });
  for (let batch = 0; batch < 60; batch++) {
    const answered = await ask(shop, attack()).catch((error: unknown) => error);
    if (isStrongroomError(answered, 'PREDICTION_BUDGET')) break;
    assert.ok(Array.isArray(answered) && shownIn(answered) <= 2, 'only the likeliest class has a score');
    await breath();
  }
  await assert.rejects(ask(shop, attack()), { code: 'PREDICTION_BUDGET' });
  const after = await owner.defence.forgive({ model: MODEL, principal: 'service-account:shop' });
  assert.ok(!after.standings.some(({ principal }) => principal === 'service-account:shop'));
  assert.ok(shownIn(await ask(shop, [row])) > 2);
});

test('the switch is recorded, and for those who may turn it only', async (t) => {
  const { owner, program, strongroom, home: path } = await home(t);
  const auditor = strongroom.apiFor((await program('auditor', 'auditor on everything')).caller);
  assert.equal((await auditor.defence.status()).mode, 'alert');
  const turn = { mode: 'act', reason: 'a test' } as const;
  await assert.rejects(auditor.defence.configure(turn), { code: 'ACCESS_DENIED' });
  const officer = strongroom.apiFor((await program('officer', 'security-officer on everything')).caller);
  await officer.defence.configure(turn);
  await assert.rejects(officer.defence.configure(turn), { code: 'DEFENCE_STATE' });
  await using again = await openStrongroom({ home: path });
  const { mode, by, reason } = await again.api.defence.status();
  assert.deepEqual([mode, by, reason], ['act', 'service-account:officer', 'a test']);
  await assert.rejects(owner.defence.learn({ model: parseModelName('acme/none') }), {
    code: 'MODEL_MISSING',
  });
});

type Status = Awaited<ReturnType<StrongroomApi['defence']['status']>>;

/** Lets the watch look at what was asked. */
const breath = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50));

/** The status once it is as wanted: the watch looks at questions in turns of its own. */
async function settled(api: StrongroomApi, isSo: (status: Status) => boolean): Promise<Status> {
  for (let tries = 0; tries < 600; tries++) {
    const status = await api.defence.status({ model: MODEL });
    if (isSo(status)) return status;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.fail('it never came to that');
}
