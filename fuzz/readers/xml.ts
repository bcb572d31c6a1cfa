import fc from 'fast-check';
import { scanXml } from '../../src/formats/index.ts';
import { changed } from '../changed.ts';
import type { Fuzzer } from '../fuzzer.ts';
import { assertProblems, watchedSource } from '../watched-source.ts';

const text = fc.constantFrom(
  'text',
  '&amp;',
  '&#x41;',
  '&#99999999;',
  '&x;',
  '<![CDATA[ <a> ]]>',
  '<!-- c -->',
  ']]>',
);
const declaration = fc.constantFrom(
  '<?xml version="1.0" encoding="UTF-8"?>',
  '<?xml version="1.1" encoding="utf-7"?>',
  '<?xml-stylesheet href="x"?>',
  '<!DOCTYPE a SYSTEM "http://x/y.dtd">',
  '<!DOCTYPE a [<!ENTITY b "c"><!ENTITY % d SYSTEM "e"> %d;]>',
  '<!DOCTYPE a [<!ATTLIST a b CDATA "]>">]>',
  '<!DOCTYPE',
);
const name = fc.constantFrom('PMML', 'net', 'layer', 'a:b', 'é', '1a', '_');
const { element } = fc.letrec<{ element: string }>((tie) => ({
  element: fc.oneof(
    { maxDepth: 6 },
    text,
    fc.tuple(name, text).map(([tag, value]) => `<${tag} a="${value}" b='c'/>`),
    fc
      .tuple(name, name, fc.array(tie('element'), { maxLength: 4 }))
      .map(([tag, other, items]) =>
        items.length > 3
          ? `<${tag}>${items.join('')}</${other}>`
          : `<${tag} x="1">${items.join('')}</${tag}>`,
      ),
  ),
}));
const deep = fc
  .tuple(
    fc.constantFrom('<a>', '<', '<!--', '<a b="', '<![CDATA[', '&', '<a ', '<!DOCTYPE a ['),
    fc.nat(3000),
  )
  .map(([piece, count]) => piece.repeat(count));
const document = fc.oneof(
  fc.tuple(fc.array(declaration, { maxLength: 3 }), element).map(([head, root]) => head.join('') + root),
  deep,
);

/** The encodings that a parser may be told. */
const encoded = fc
  .tuple(document, fc.constantFrom('utf8', 'utf8', 'utf16le', 'latin1', 'utf16be'))
  .map(([content, encoding]) => {
    if (encoding !== 'utf16be' && encoding !== 'utf16le')
      return new Uint8Array(Buffer.from(content, encoding as BufferEncoding));
    const bytes = Buffer.from(`\ufeff${content}`, 'utf16le');
    return new Uint8Array(encoding === 'utf16be' ? bytes.swap16() : bytes);
  });

export const fuzzer: Fuzzer = {
  files: changed(encoded),
  async read(file) {
    const visitor = { element: () => undefined, text: () => undefined, declaration: () => undefined };
    assertProblems(await scanXml(watchedSource(file), visitor), { size: file.length });
  },
};
