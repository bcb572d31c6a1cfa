import assert from 'node:assert/strict';
import { test } from 'node:test';
import { concatBytes, utf8Bytes } from '../../../src/bytes/index.ts';
import { flatBuffer } from '../../formats/build/flatbuffer.ts';
import { u32 } from '../../formats/build/gguf.ts';
import { buildZip } from '../../kit/zip-builder.ts';
import { rulesOf, scanFile } from './scan-file.ts';

const PMML = (inside: string, before = '<?xml version="1.0" encoding="UTF-8"?>') =>
  `${before}<PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4"><Header copyright="x"/><DataDictionary/>${inside}</PMML>`;
const NET = (layer: string) =>
  `<?xml version="1.0"?><net name="m" version="11"><layers>${layer}</layers><edges/></net>`;

test('ordinary PMML models and OpenVINO graphs are clean', async () => {
  const files = {
    'm.pmml': PMML('<TreeModel functionName="classification"><Node score="a &amp; b"/></TreeModel>'),
    'e.pmml': PMML('<Extension extender="x" name="y" value="z"/>'),
    'm.xml': NET(
      '<layer id="0" name="x" type="Parameter" version="opset1"><data shape="1,3" element_type="f32"/></layer>',
    ),
    'c.xml': NET('<layer id="0" name="x" type="MyOp" version="my_opset"/>'),
  };
  for (const [name, text] of Object.entries(files)) {
    const report = await scanFile(name, text);
    assert.equal(report.verdict, 'clean', `${name}: ${rulesOf(report).join()}`);
  }
});

test('PMML: document types, entities, inclusions and instructions in every dress are found', async () => {
  const doctype = '<!DOCTYPE PMML [<!ENTITY x SYSTEM "file:///etc/passwd">]>';
  const laughs = '<!DOCTYPE PMML [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>';
  const cases: readonly (readonly [string | Uint8Array, string])[] = [
    [PMML('&x;', doctype), 'XML_ENTITY'],
    [PMML('&b;', laughs), 'XML_ENTITY'],
    [PMML('', `<!-- a comment -->\n${doctype}`), 'XML_ENTITY'],
    [PMML('', '<?xml version="1.0"?><!DOCTYPE PMML SYSTEM "http://x/y.dtd">'), 'XML_DOCTYPE'],
    [new Uint8Array(Buffer.from(`\ufeff${PMML('', doctype)}`, 'utf16le')), 'XML_ENTITY'],
    [PMML('&undeclared;'), 'XML_DOCTYPE'],
    [PMML('<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="/etc/passwd"/>'), 'XML_INCLUDE'],
    [PMML('<other xmlns:i="http://www.w3.org/2001/XInclude"/>'), 'XML_INCLUDE'],
    [PMML('', '<?xml version="1.0"?><?xml-stylesheet href="http://x/y.xsl"?>'), 'XML_INCLUDE'],
    [PMML('<?php system("id") ?>'), 'XML_INSTRUCTION'],
    [PMML('<script>x</script>'), 'PMML_ACTIVE_TEXT'],
    [PMML('<Extension value="Runtime.getRuntime().exec"/>'), 'PMML_ACTIVE_TEXT'],
    [PMML('<a></b>'), 'XML_MALFORMED'],
  ];
  for (const [file, rule] of cases) {
    const report = await scanFile('m.pmml', file);
    assert.ok(rulesOf(report).includes(rule), `${rule}: ${report.formats.join()} ${rulesOf(report).join()}`);
    assert.notEqual(report.verdict, 'clean');
  }
});

test('OpenVINO: layers with code of their own are found', async () => {
  const cases: readonly (readonly [string, string])[] = [
    ['<layer id="0" type="PythonLayer" version="opset1"/>', 'OPENVINO_CUSTOM_LAYER'],
    ['<layer id="0" type="X" version="opset1" library="/tmp/x.so"/>', 'OPENVINO_CUSTOM_LAYER'],
    [
      '<layer id="0" type="X" version="opset1"><data implementation="x.cl"/></layer>',
      'OPENVINO_CUSTOM_LAYER',
    ],
    ['<layer id="0" type="X" version="mine"/>', 'OPENVINO_UNKNOWN_OPSET'],
  ];
  for (const [layer, rule] of cases) assert.deepEqual(rulesOf(await scanFile('m.xml', NET(layer))), [rule]);
});

const key = (text: string) =>
  concatBytes(utf8Bytes('L\0\0\0\0\0\0\0'), Uint8Array.of(text.length), utf8Bytes(text));
const ubjson = (booster: string, tail = '') =>
  concatBytes(
    utf8Bytes('{'),
    key('learner'),
    utf8Bytes('{'),
    key('gradient_booster'),
    utf8Bytes('{'),
    key('name'),
    utf8Bytes('S'),
    key(booster),
    utf8Bytes(`}}}${tail}`),
  );

test('XGBoost: UBJSON and JSON are checked, the old binary format is not read', async () => {
  const json = (name: string) =>
    JSON.stringify({ learner: { gradient_booster: { name } }, version: [2, 0, 0] });
  const cases: readonly (readonly [string | Uint8Array, readonly string[], string])[] = [
    [ubjson('gbtree'), [], 'clean'],
    [ubjson('evil'), ['XGBOOST_MALFORMED'], 'suspicious'],
    [ubjson('gbtree', 'x'), ['XGBOOST_MALFORMED'], 'suspicious'],
    [ubjson('gbtree').subarray(0, 30), ['XGBOOST_MALFORMED'], 'suspicious'],
    [json('gbtree'), [], 'clean'],
    [json('evil'), ['XGBOOST_MALFORMED'], 'suspicious'],
    [utf8Bytes('binf\0\0\0\0\0\0'), ['XGBOOST_OPAQUE'], 'suspicious'],
  ];
  for (const [file, rules, verdict] of cases) {
    const report = await scanFile(typeof file === 'string' ? 'm.json' : 'm.ubj', file);
    assert.deepEqual(
      [rulesOf(report), report.verdict, report.formats.includes('xgboost')],
      [rules, verdict, true],
    );
  }
});

test('LightGBM and CatBoost: what does not fit its sizes is found', async () => {
  assert.ok(rulesOf(await scanFile('m.txt', 'tree\nversion=v4\nTree=7\n')).includes('LIGHTGBM_MALFORMED'));
  const core = flatBuffer({ table: [{ text: 'FlabuffersModel_v1' }, { table: [] }] }, '');
  const file = concatBytes(utf8Bytes('CBM1'), u32(core.length), core);
  assert.equal((await scanFile('m.cbm', file)).verdict, 'clean');
  assert.deepEqual(rulesOf(await scanFile('m.cbm', file.subarray(0, 20))), ['CATBOOST_MALFORMED']);
  assert.deepEqual(rulesOf(await scanFile('m.cbm', concatBytes(file, utf8Bytes('tail')))), [
    'CATBOOST_MALFORMED',
  ]);
});

const node = (loader: string, [module, name]: readonly [string, string], content: unknown = {}) => ({
  __class__: name,
  __module__: module,
  __loader__: loader,
  content,
  __id__: 1,
});
const skops = (root: object) =>
  buildZip({
    members: [
      { name: 'schema.json', content: JSON.stringify({ ...root, protocol: 2, _skops_version: '0.11' }) },
    ],
  });

test('skops: ordinary estimators are clean', async () => {
  const estimator = node(
    'ObjectNode',
    ['sklearn.linear_model._logistic', 'LogisticRegression'],
    node('DictNode', ['builtins', 'dict'], {
      C: node('JsonNode', ['builtins', 'float'], '1.0'),
      coef_: node('NdArrayNode', ['numpy', 'ndarray'], { type: 'numpy', file: '1.npy' }),
      f: node('FunctionNode', ['builtins', 'function'], { module_path: 'numpy', function: 'log1p' }),
      g: node('OperatorFuncNode', ['operator', 'itemgetter'], { attrs: { content: [] } }),
    }),
  );
  const report = await scanFile('m.skops', skops(estimator));
  assert.deepEqual([report.verdict, rulesOf(report)], ['clean', []]);
});

test('skops: CVE-2025-54412, CVE-2025-54413, CVE-2025-54886 and types that nobody should trust', async () => {
  const cases: readonly (readonly [object, string, string])[] = [
    [node('OperatorFuncNode', ['builtins', 'call']), 'SKOPS_OPERATOR', 'malicious'],
    [node('OperatorFuncNode', ['sklearn.x', 'call']), 'SKOPS_OPERATOR', 'malicious'],
    [
      node('MethodNode', ['builtins', 'int'], { obj: node('ObjectNode', ['os', 'system']), func: 'x' }),
      'SKOPS_OPERATOR',
      'malicious',
    ],
    [
      node('MethodNode', ['builtins', 'int'], {
        obj: node('ObjectNode', ['builtins', 'int']),
        func: '__class__',
      }),
      'SKOPS_OPERATOR',
      'malicious',
    ],
    [
      node('FunctionNode', ['builtins', 'function'], { module_path: 'os', function: 'system' }),
      'SKOPS_DANGEROUS_TYPE',
      'malicious',
    ],
    [node('TypeNode', ['subprocess', 'Popen']), 'SKOPS_DANGEROUS_TYPE', 'malicious'],
    [node('ObjectNode', ['my.package', 'Model']), 'SKOPS_UNTRUSTED_TYPE', 'suspicious'],
    [node('JoblibNode', ['builtins', 'dict']), 'SKOPS_MALFORMED', 'suspicious'],
    [
      node('DictNode', ['builtins', 'dict'], {
        a: [node('ListNode', ['builtins', 'list'], [node('ObjectNode', ['builtins', 'eval'])])],
      }),
      'SKOPS_DANGEROUS_TYPE',
      'malicious',
    ],
  ];
  for (const [root, rule, verdict] of cases) {
    const report = await scanFile('m.skops', skops(root));
    assert.ok(rulesOf(report).includes(rule), `${rule}: ${rulesOf(report).join()}`);
    assert.equal(report.verdict, verdict, rule);
  }
});
