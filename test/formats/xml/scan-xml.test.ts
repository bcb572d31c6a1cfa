import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { memorySource, utf8Bytes } from '../../../src/bytes/index.ts';
import { scanXml } from '../../../src/formats/index.ts';

async function scan(text: string | Uint8Array, limits = {}) {
  const seen: string[] = [];
  const problems = await scanXml(
    memorySource(typeof text === 'string' ? utf8Bytes(text) : text),
    {
      element: ({ name, prefix, attributes, path }) => {
        seen.push(
          `${path.length}${prefix}:${name} ${attributes.map((each) => `${each.name}=${each.value}`).join(' ')}`,
        );
      },
      text: (value) => {
        seen.push(`text ${value}`);
      },
      declaration: ({ kind }) => {
        seen.push(kind);
      },
    },
    limits,
  );
  return { seen, codes: problems.map(({ code }) => code) };
}

test('reads elements, attributes, text, comments and CDATA', async () => {
  const text = `<?xml version="1.0"?>\n<!-- <!DOCTYPE x> -->
    <a:net x="1&amp;2" y='"'><layer/>hi &lt;&#65;&#x42;<![CDATA[<b>]]></a:net>\n`;
  const { seen, codes } = await scan(text);
  assert.deepEqual(codes, []);
  assert.deepEqual(seen, ['0a:net x=1&2 y="', '1:layer ', 'text hi <AB', 'text <b>']);
});

test('notes what parsers act on: document types, entities, instructions', async () => {
  const doctype = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd"><!ENTITY % b "c">]><x>&a;</x>';
  assert.deepEqual(await scan(doctype), { seen: ['doctype', 'entity', 'entity'], codes: ['XML_DOCTYPE'] });
  assert.deepEqual((await scan(`<!-- before -->\n<!doctype x SYSTEM "u">`)).seen, ['doctype']);
  assert.deepEqual((await scan('<x>&a;</x>')).seen, ['0:x ', 'entity-reference', 'text &a;']);
  assert.deepEqual((await scan('<x y="&a;"/>')).seen, ['entity-reference', '0:x y=&a;']);
  assert.deepEqual((await scan('<x><?php x ?></x>')).seen, ['0:x ', 'instruction']);
});

test('sees through the encodings that hide a document type', async () => {
  const text = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x/>';
  const utf16le = new Uint8Array(Buffer.from(`\ufeff${text}`, 'utf16le'));
  const utf16be = Uint8Array.from(Buffer.from(utf16le).swap16());
  for (const bytes of [utf16le, utf16be, utf16le.subarray(2), utf16be.subarray(2)]) {
    assert.deepEqual((await scan(bytes)).seen, ['doctype', 'entity']);
  }
  assert.deepEqual((await scan('<?xml version="1.0" encoding="UTF-7"?><x/>')).codes, ['XML_ENCODING']);
  assert.deepEqual((await scan(Uint8Array.of(0x4c, 0x6f, 0xa7, 0x94))).codes, ['XML_ENCODING']);
});

test('refuses what is not well-formed, and ends at its limits', async () => {
  const broken = [
    '',
    'x',
    '<a>',
    '<a></b>',
    '</a>',
    '<a/><b/>',
    '<a x=1/>',
    '<a x="1" x="2"/>',
    '<a x="<"/>',
    '<!-- ',
    '<![CDATA[',
    '<?x',
    '< a/>',
    '<!x>',
    '<a/>text',
  ];
  for (const text of broken) assert.deepEqual((await scan(text)).codes, ['XML_MALFORMED'], text);
  assert.deepEqual((await scan('<a>'.repeat(300))).codes, ['XML_LIMIT']);
  assert.deepEqual((await scan('<a><b/><b/></a>', { maxElements: 2 })).codes, ['XML_LIMIT']);
  assert.deepEqual((await scan('<a/>', { maxBytes: 3 })).codes, ['XML_LIMIT']);
});

test('pieces of XML in any order never throw', async () => {
  const pieces = fc.constantFrom(
    '<',
    '>',
    '/',
    '!',
    '?',
    '<!--',
    '-->',
    '<![CDATA[',
    ']]>',
    '<!DOCTYPE',
    '[',
    ']',
    '<!ENTITY',
    'a',
    '=',
    '"',
    "'",
    '&',
    ';',
    ' ',
    '<?xml',
    '?>',
    ':',
  );
  const property = fc.asyncProperty(fc.array(pieces, { maxLength: 50 }), async (parts) => {
    await scan(parts.join(''));
  });
  await fc.assert(property, { numRuns: 2000 });
});
