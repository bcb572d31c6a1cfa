import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createLog, redactText } from '../../src/telemetry/index.ts';
import { secretCorpus } from './secret-corpus.ts';

function logOf(): { readonly lines: string[]; readonly log: ReturnType<typeof createLog> } {
  const lines: string[] = [];
  return {
    lines,
    log: createLog({ level: 'debug', destination: { write: (line) => void lines.push(line) } }),
  };
}

const CORPUS = secretCorpus();

test('the corpus has 200 secrets, no two alike', () => {
  assert.equal(new Set(CORPUS.map(({ secret }) => secret)).size, 200);
});

const PLACES: Readonly<Record<string, (written: string) => string>> = {
  plain: (written) => `could not read ${written}`,
  'URL-encoded': (written) => `GET /x?q=${encodeURIComponent(written)}`,
  'URL-encoded twice': (written) => `GET /x?q=${encodeURIComponent(encodeURIComponent(written))}`,
  base64: (written) => `body ${Buffer.from(written).toString('base64')}`,
  base64url: (written) => `body ${Buffer.from(`xy ${written}`).toString('base64url')} end`,
  hex: (written) => `body ${Buffer.from(written).toString('hex')}`,
  JSON: (written) => JSON.stringify({ detail: written }),
  'JSON in JSON': (written) => JSON.stringify({ body: JSON.stringify({ detail: written }) }),
};

for (const [place, put] of Object.entries(PLACES)) {
  test(`no secret of the corpus comes out of a text: ${place}`, () => {
    for (const { written, secret, kind } of CORPUS) {
      const text = put(written);
      const told = redactText(text);
      assert.ok(!told.includes(secret), `${kind}: ${told}`);
      assert.notEqual(told, text, `${kind} as it was: ${told}`);
    }
  });
}

test('no secret comes out of fields, nested ones, errors, and the causes of errors', () => {
  for (const { written, secret, kind } of CORPUS) {
    const { lines, log } = logOf();
    const cause = Object.assign(new Error(`library: ${written}`), { response: { headers: [written] } });
    log.write('system', {
      level: 'error',
      message: written,
      fields: {
        written,
        deep: { list: [{ also: new Map([['text', written]]) }] },
        error: new AggregateError([new Error(written)], 'several', { cause: new Error('outer', { cause }) }),
      },
    });
    assert.equal(lines.length, 1);
    assert.ok(!lines[0]?.includes(secret), `${kind}: ${lines[0] ?? ''}`);
  }
});

test('a field whose name says that it is secret or personal is replaced whatever it holds', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(
        'password',
        'newPassword',
        'client_secret',
        'X-Api-Key',
        'Cookie',
        'accessCode',
        'token',
        'email',
      ),
      fc.string({
        minLength: 12,
        maxLength: 40,
        unit: fc.constantFrom('q', 'z', 'j', 'k', 'v', 'w', '7', '3', '9', '1'),
      }),
      (name, value) => {
        const { lines, log } = logOf();
        log.write('access', { level: 'info', message: 'm', fields: { inner: { [name]: value } } });
        assert.ok(!lines[0]?.includes(value));
      },
    ),
  );
});

test('what is no secret stays: paths, digests, names, numbers', () => {
  for (const text of [
    'GET /api/v1/models/acme/churn/versions/3 404',
    'sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    'user:ada may not version:download on acme/churn',
    '2001:db8::1 10.0.0.1 acme/churn@3 2026-11-27T06:00:00.000Z',
    'there is no model acme/fraud-detection',
  ]) {
    assert.equal(redactText(text), text);
  }
});

test('a text of any kind is taken, and what is told is short', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 9000, unit: 'binary' }), (text) => {
      assert.ok(redactText(text).length <= 2049);
    }),
    { numRuns: 20 },
  );
});

test('fields that come back to themselves, bytes and functions do no harm', () => {
  const { lines, log } = logOf();
  const round: Record<string, unknown> = { bytes: new Uint8Array(3), run: () => 1, big: 3n, nan: Number.NaN };
  round['round'] = round;
  log.write('system', { level: 'critical', message: 'm', fields: { round } });
  const line = JSON.parse(lines[0] ?? '') as { level: string; round: Record<string, unknown> };
  assert.equal(line.level, 'critical');
  assert.deepEqual(line.round, {
    bytes: '[3 bytes]',
    run: '[function]',
    big: '3',
    nan: 'NaN',
    round: '[seen above]',
  });
});
