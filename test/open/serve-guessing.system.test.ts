// A thousand guesses over HTTPS, from many addresses, and what becomes of the owner meanwhile.
import assert from 'node:assert/strict';
import { Agent } from 'node:https';
import { join } from 'node:path';
import { test } from 'node:test';
import { SecretBytes, utf8Bytes } from '../../src/bytes/index.ts';
import { initHome, openStrongroom, serveOverHttps } from '../../src/open/index.ts';
import { CHEAP_HASHING, temporaryFolder } from '../kit/temporary-home.ts';
import { logIn } from './log-in-kit.ts';

const PASSWORD = 'otter wagon sixpence lantern';
const ATTACKERS = 50;
const GUESSES_EACH = 20;
const AT_ONCE = 10;
/** Each in a network of its own. */
const attacker = (nth: number) => `127.1.${nth}.9`;

/** Every address of the attacker guesses on after it is blocked. */
async function guessFromEverywhere(url: string): Promise<ReadonlyMap<string, number>> {
  const codes = new Map<string, number>();
  const queue = Array.from({ length: ATTACKERS }, (_, nth) => attacker(nth)).values();
  const guess = async () => {
    for (const from of queue) {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      for (let count = 0; count < GUESSES_EACH; count += 1) {
        const { json } = await logIn(url, { name: 'ada', from, agent });
        const code = String(json['code']);
        codes.set(code, (codes.get(code) ?? 0) + 1);
      }
      agent.destroy();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, guess));
  return codes;
}

test('a thousand wrong log-ins from elsewhere, and the owner still gets in', async (t) => {
  const home = join(await temporaryFolder(t), 'home');
  await initHome({ home });
  const serving = await serveOverHttps({
    home,
    listen: 'localhost:0',
    env: CHEAP_HASHING,
    // The machine may be busy with other tests.
    limits: { maxEventLoopDelayMs: 0 },
    logTo: { write: () => undefined },
  });
  t.after(() => serving.close());
  await using local = await openStrongroom({ home });
  const { invitation } = await local.api.users.invite({ name: 'ada' });
  const password = () => SecretBytes.take(utf8Bytes(PASSWORD));
  const origin = { requestId: 'test', address: '127.0.0.1' };
  await local
    .serve()
    .identity.acceptInvitation({ token: invitation.token, password: password(), wants: 'tokens' }, origin);
  const first = await logIn(serving.url, { name: 'ada', password: PASSWORD });
  assert.equal(first.status, 200);
  const device = String(first.json['device']);

  const codes = await guessFromEverywhere(serving.url);
  assert.equal(
    [...codes.values()].reduce((sum, count) => sum + count),
    ATTACKERS * GUESSES_EACH,
  );
  assert.deepEqual([...codes.keys()].toSorted(), ['ADDRESS_BLOCKED', 'AUTH_FAILED', 'AUTH_THROTTLED']);
  // Twenty guesses about one account are looked at in an hour, and each address is blocked after five.
  assert.ok((codes.get('AUTH_FAILED') ?? 0) <= 20);
  assert.equal(codes.get('ADDRESS_BLOCKED'), ATTACKERS * (GUESSES_EACH - 5));

  const owner = { name: 'ada', password: PASSWORD };
  const stranger = await logIn(serving.url, { ...owner, from: '127.9.9.9' });
  assert.equal(stranger.json['code'], 'AUTH_THROTTLED', 'from nowhere known the right password waits too');
  for (const from of ['127.0.0.1', '127.9.9.9', attacker(0)]) {
    const answer = await logIn(serving.url, { ...owner, device, from });
    assert.equal(answer.status, 200, `${from}: ${JSON.stringify(answer.json)}`);
  }
});
