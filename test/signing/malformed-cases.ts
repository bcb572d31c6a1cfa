import {
  bundle,
  chainMaterial,
  FILES,
  file,
  resource,
  type StatementChanges,
  statement,
} from './bundle-kit.ts';
import type { SigningVector } from './vector-format.ts';
import { byKey, chain, edited, keyed, p256, p384, stated, text } from './vector-making.ts';

const DEEP = 40;

/** Signatures that are none, or that could be read in two ways. */
export function malformedCases(): readonly SigningVector[] {
  const duplicated = text(statement()).replace(
    '"_type"',
    '"_type":"https://in-toto.io/Statement/v1","_type"',
  );
  const bytes = (name: string, content: Uint8Array): SigningVector => ({
    name,
    signature: Buffer.from(content).toString('base64'),
    isBase64: true,
    ...byKey,
  });
  return [
    { name: 'an empty file', signature: '', ...byKey },
    { name: 'no JSON', signature: 'signature', ...byKey },
    { name: 'another JSON document', signature: '{}', ...byKey },
    { name: 'an array', signature: '[]', ...byKey },
    edited('a bundle that is cut', (json) => json.slice(0, -20)),
    edited('bytes after the bundle', (json) => `${json}x`),
    edited('two bundles', (json) => json + json),
    bytes('a byte order mark', Buffer.from(`\ufeff${text(bundle(p256))}`)),
    bytes(
      'bytes that are no UTF-8',
      Buffer.concat([Buffer.from(text(bundle(p256)).slice(0, -1)), Buffer.from([0xff, 0x7d])]),
    ),
    edited('a member of the bundle twice', (json) =>
      json.replace('{"mediaType"', '{"mediaType":"x","mediaType"'),
    ),
    edited('a member of the bundle twice, once escaped', (json) =>
      json.replace('{"mediaType"', '{"media\\u0054ype":"x","mediaType"'),
    ),
    edited('a comment in the bundle', (json) => json.replace('{', '{/**/')),
    edited('a comma too many', (json) => json.replace(/\}$/, ',}')),
    edited('a lone surrogate', (json) => json.replace('"keyid":""', '"keyid":"\\ud800"')),
    keyed('deep nesting in the bundle', {
      more: { x: JSON.parse(`${'['.repeat(DEEP)}${']'.repeat(DEEP)}`) as unknown },
    }),
    keyed('deep nesting in the statement', {
      payload: statement({ more: { x: JSON.parse(`${'['.repeat(DEEP)}${']'.repeat(DEEP)}`) as unknown } }),
    }),
    keyed('a member of the bundle that is not known', { more: { comment: 'x' } }),
    keyed('a member of the envelope that is not known', { envelope: { comment: 'x' } }),
    keyed('__proto__ in the bundle', {
      more: JSON.parse('{"__proto__":{"x":1}}') as Record<string, unknown>,
    }),
    keyed('no signature', { signatures: () => [] }),
    keyed('a second signature', { signatures: (entry) => [entry, entry] }),
    keyed('a signature of its own beside the envelope', { more: { messageSignature: { signature: '' } } }),
    keyed('another key’s id beside the signature', {
      signatures: (entry) => [{ ...entry, keyid: p384.publicKey.id }],
    }),
    keyed('media type 0.1', { mediaType: 'application/vnd.dev.sigstore.bundle+json;version=0.1' }),
    keyed('media type 0.2', { mediaType: 'application/vnd.dev.sigstore.bundle+json;version=0.2' }),
    keyed('another payload type', { payloadType: 'application/json' }),
    keyed('key and certificates', {
      material: { ...chainMaterial(chain.leaf.certificate), publicKey: { hint: p256.publicKey.id } },
    }),
    keyed('neither key nor certificates', { material: { tlogEntries: [] } }),
    keyed('entries of a log that nobody checks', {
      material: { publicKey: { hint: p256.publicKey.id }, tlogEntries: [{}] },
    }),
    keyed('a hint that is no digest', { material: { publicKey: { hint: 'key' }, tlogEntries: [] } }),
    keyed('an empty chain', { material: { x509CertificateChain: { certificates: [] }, tlogEntries: [] } }),
    keyed('a chain of nine', {
      material: chainMaterial(...Array.from({ length: 9 }, () => chain.leaf.certificate)),
    }),
    ...base64Cases(),
    keyed('a statement with a member twice', { payload: duplicated }),
    keyed('a statement that is no JSON', { payload: 'hello' }),
    stated('another type of statement', { type: 'https://in-toto.io/Statement/v0.1' }),
    stated('a predicate of a version that is not known', {
      predicateType: 'https://model_signing/signature/v1.1',
    }),
    stated('a predicate about something else', { predicateType: 'https://slsa.dev/provenance/v1' }),
    stated('two subjects', {
      subject: [1, 2].map((n) => ({ name: `m${n}`, digest: { sha256: '0'.repeat(64) } })),
    }),
    stated('no subject', { subject: [] }),
    stated('a root digest that is not that of the files', { root: '0'.repeat(64) }),
    stated('no resources', { resources: [] }),
    stated('no serialization', { more: { predicate: { resources: FILES.map(resource) } } }),
    stated('everything ignored: "."', { ignorePaths: ['.'] }),
    stated('everything ignored: ""', { ignorePaths: [''] }),
    stated('everything ignored: ".."', { ignorePaths: ['..'] }),
    stated('an ignored path that leads out', { ignorePaths: ['a/../../b'] }),
    ...nameCases(),
  ].map((vector) => ({ ...vector, error: 'SIGNATURE_MALFORMED' }));
}

function base64Cases(): readonly SigningVector[] {
  // A payload whose base64 has padding, and the two characters in which the alphabets differ.
  const plain = text(statement({ more: { note: '???>>>~~~' } }));
  const payload = plain.padEnd(plain.length + 3 - ((plain.length + 2) % 3));
  const good = Buffer.from(payload).toString('base64');
  if (!/^[^-_]*[+/].*==$/.test(good)) throw new Error('the payload has lost its purpose');
  const change = (name: string, edit: (base64: string) => string): SigningVector =>
    keyed(`${name} in the payload`, { payload, envelope: { payload: edit(good) } });
  return [
    change('base64 without padding', (base64) => base64.replace(/=+$/, '')),
    change('base64 with padding too many', (base64) => `${base64}====`),
    change('base64 of URLs', (base64) => base64.replaceAll('+', '-').replaceAll('/', '_')),
    change('base64 with blanks', (base64) => `${base64.slice(0, 4)} ${base64.slice(4)}`),
    change('base64 with a line feed', (base64) => `${base64}\n`),
    change('base64 with bits after its end', (base64) =>
      base64.replace(/.==$/, (end) => `${nextCharacter(end)}==`),
    ),
    change('base64 with a foreign character', (base64) => base64.replace(/^./, '!')),
  ];
}

/** The character after this one in the alphabet: the same bits where they count, others where they do not. */
function nextCharacter(end: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  return alphabet[alphabet.indexOf(end.charAt(0)) + 1] ?? '';
}

function nameCases(): readonly SigningVector[] {
  const named = (...names: readonly string[]): Partial<StatementChanges> => ({
    resources: names.map((name) => resource(file(name, name))),
  });
  const names: readonly (readonly [what: string, names: readonly string[]])[] = [
    ['a file outside of the model', ['../secret.txt']],
    ['a file outside of the model, further down', ['a/../../secret.txt']],
    ['an absolute path', ['/etc/passwd']],
    ['a backslash', ['a\\b']],
    ['a drive letter', ['C:/model']],
    ['an empty part', ['a//b']],
    ['a part that is a dot', ['./a']],
    ['a folder’s name', ['a/']],
    ['an empty name', ['']],
    ['a NUL', ['a\0b']],
    ['a line feed', ['a\nb']],
    ['the same name twice', ['a', 'a']],
    ['names that differ in case only', ['Model.bin', 'model.bin']],
    ['names that differ in normalisation only', ['caf\u00e9', 'cafe\u0301']],
    ['names that differ in width only', ['model', '\uff4dodel']],
    ['a file that is a folder too', ['a', 'a/b']],
    ['a file and "."', ['.', 'a']],
    ['a very long name', ['a'.repeat(5000)]],
  ];
  return names.map(([what, each]) => stated(`${what} among the signed`, named(...each)));
}
