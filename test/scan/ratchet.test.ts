import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateRawSync, gzipSync } from 'node:zlib';
import { memorySource } from '../../src/bytes/index.ts';
import { scanSource } from '../../src/scan/index.ts';
import { isCorpusMade, readCorpus } from './corpus/corpus-case.ts';
import { findSetbacks, readRatchet } from './corpus/ratchet.ts';
import { scanCorpus } from './corpus/scan-corpus.ts';
import { countOutcomes, formatTable } from './corpus/table.ts';

const latin1 = (text: string): Uint8Array => Buffer.from(text, 'latin1');
const PAYLOAD = "cos\nsystem\n(S'true'\ntR.";
const DATA = '\x80\x02}q\x00(U\x01aK\x01u.';

/** A string operand of protocol 4. */
function text(value: string): string {
  return `\x8c${String.fromCharCode(value.length)}${value}`;
}

/** A call of protocol 4. */
function call(module: string, name: string): string {
  return `\x80\x04${text(module)}${text(name)}\x93${text('true')}\x85R.`;
}

const MALICIOUS: Readonly<Record<string, Uint8Array>> = {
  'protocol 0': latin1(PAYLOAD),
  'protocol 4': latin1(call('posix', 'system')),
  'a dotted name': latin1(call('pathlib', 'os.system')),
  'a submodule': latin1(call('multiprocessing.util', 'spawnv_passfds')),
  'an import that is only popped': latin1('\x80\x02cos\nsystem\n0N.'),
  'a second stream behind a gap': Buffer.concat([latin1(DATA), Buffer.alloc(70_000), latin1(PAYLOAD)]),
  'a stream that breaks behind the call': latin1(`${PAYLOAD.slice(0, -1)}\xff`),
  'an unset memo entry behind the call': latin1(`${PAYLOAD.slice(0, -1)}h\x63.`),
  'operands through the memo': latin1(
    `\x80\x04${text('os')}\x94${text('system')}\x9400h\x00h\x01\x93${text('true')}\x85R.`,
  ),
  'a compressed pickle': gzipSync(latin1(PAYLOAD)),
  'an attribute of a trusted class': latin1(
    `\x80\x04${text('collections')}${text('OrderedDict')}\x93}${text('__reduce__')}${text('os')}${text('system')}\x93sb.`,
  ),
  'a second compressed member': Buffer.concat([gzipSync(latin1(DATA)), gzipSync(latin1(PAYLOAD))]),
};

const NOT_CLEAN: Readonly<Record<string, Uint8Array>> = {
  '7z': latin1(`7z\xbc\xaf'\x1c\x00\x04${'\x11'.repeat(100)}`),
  'bytes of no known format': deflateRawSync(
    latin1('nobody knows what this is, so nobody may call it clean'),
  ),
  'a chat template that reaches into Python': Buffer.from(
    JSON.stringify({ chat_template: '{{ cycler.__init__.__globals__.os }}' }),
  ),
  'YAML that renames tags of Python': latin1(
    "%TAG !p! tag:yaml.org,2002:python/\n---\nx: !p!object/apply:os.system ['true']\n",
  ),
  'a Hydra target': latin1('model:\n  _target_: os.system\n  command: true\n'),
};

const CLEAN: Readonly<Record<string, Uint8Array>> = {
  'a dict': latin1(DATA),
  'a state dict of no tensors': latin1('\x80\x02ccollections\nOrderedDict\n)R.'),
  'a configuration': Buffer.from('{"model_type": "bert", "_name_or_path": "bert-base-uncased"}'),
  'a Hydra target of a known framework': latin1('optim:\n  _target_: torch.optim.AdamW\n  lr: 0.1\n'),
};

async function verdictOf(bytes: Uint8Array): Promise<string> {
  const { verdict } = await scanSource(memorySource(bytes), { name: 'model' });
  return verdict;
}

for (const [name, bytes] of Object.entries(MALICIOUS))
  test(`${name} with a call of os.system is malicious`, async () => {
    assert.equal(await verdictOf(bytes), 'malicious');
  });

for (const [name, bytes] of Object.entries(NOT_CLEAN))
  test(`${name}: not clean`, async () => {
    assert.notEqual(await verdictOf(bytes), 'clean');
  });

for (const [name, bytes] of Object.entries(CLEAN))
  test(`${name}: clean`, async () => {
    assert.equal(await verdictOf(bytes), 'clean');
  });

test('the generated corpus is judged no worse than ever before', async (t) => {
  if (!isCorpusMade()) {
    t.skip('the corpus was not made here; `npm run scan:corpus` makes it');
    return;
  }
  const corpus = readCorpus();
  if (corpus.skipped.length > 0) {
    t.skip('the corpus was made without some of its libraries');
    return;
  }
  const outcomes = await scanCorpus(corpus);
  assert.deepEqual(findSetbacks(countOutcomes(outcomes), readRatchet()), [], formatTable(outcomes));
});
