import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { parse } from 'smol-toml';
import { editToml } from '../../src/settings/index.ts';

const FILE = `# what we keep
[seal]
compression = "none" # fast disk

# people log in here
[[oidc]]
id = "corp"   # short
issuer = "https://id.example.org"
client_secret = "env:OLD"  # to be sealed

[[oidc.roles]]
group = "ml"
role = "developer"

[[oidc]]
issuer = "https://other.example.org"
id = 'other'
# its secret is still missing

[limits]
max_files = 7
`;

const place = (id: string) => ({ table: 'oidc', id, key: 'client_secret' });

test('a value is replaced where it stands, its remark and everything else kept', () => {
  assert.equal(
    editToml(FILE, place('corp'), 'sealed:abc'),
    FILE.replace('"env:OLD"  # to be', '"sealed:abc"  # to be'),
  );
});

test('a value that is missing comes behind the last line of its table', () => {
  assert.equal(
    editToml(FILE, place('other'), 'sealed:abc'),
    FILE.replace("id = 'other'\n", 'id = \'other\'\nclient_secret = "sealed:abc"\n'),
  );
});

test('a value is taken out with its line', () => {
  assert.equal(
    editToml(FILE, place('corp'), undefined),
    FILE.replace('client_secret = "env:OLD"  # to be sealed\n', ''),
  );
});

test('a plain table is made where there is none', () => {
  const key = { table: 'tls', key: 'key_passphrase' };
  assert.equal(editToml('', key, 'env:A'), '[tls]\nkey_passphrase = "env:A"\n');
  assert.equal(editToml('a = 1', key, 'env:A'), 'a = 1\n\n[tls]\nkey_passphrase = "env:A"\n');
});

for (const [what, text] of [
  ['a list without that id', '[[oidc]]\nid = "x"\n'],
  ['no list', ''],
  ['a list in one line', 'oidc = [{ id = "corp" }]\n'],
  ['a value over several lines', '[[oidc]]\nid = "corp"\nclient_secret = """\nenv:A"""\n'],
  ['a table that only looks like one', 'a = """\n[[oidc]]\nid = "corp"\n"""\n[[ "oidc" ]]\nid = "corp"\n'],
] as const) {
  test(`leaves ${what} alone`, () => assert.equal(editToml(text, place('corp'), 'env:B'), undefined));
}

test('whatever the value, the file says it and nothing else has changed', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (value) => {
      const edited = editToml(FILE, place('corp'), value);
      if (edited === undefined) return;
      const [before, after] = [parse(FILE) as unknown, parse(edited) as unknown];
      const [corp] = (after as { oidc: { client_secret: string }[] }).oidc;
      assert.equal(corp?.client_secret, value);
      corp.client_secret = 'env:OLD';
      assert.deepEqual(JSON.parse(JSON.stringify(after)), JSON.parse(JSON.stringify(before)));
    }),
  );
});
