import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeApi } from '../../src/http/openapi.ts';

interface Schema {
  readonly pattern?: string;
  readonly maxLength?: number;
  readonly examples?: readonly unknown[];
}

/** Every schema that has examples, wherever it stands. */
function exemplified(value: unknown): readonly Schema[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = 'examples' in value && Array.isArray(value.examples) ? [value as Schema] : [];
  return [...own, ...Object.values(value).flatMap(exemplified)];
}

test('the API description has examples, and each is what its own schema lets pass', () => {
  const schemas = exemplified(describeApi());
  assert.ok(schemas.length > 50, `${schemas.length} examples`);
  for (const { pattern, maxLength, examples } of schemas) {
    for (const example of examples ?? []) {
      if (pattern !== undefined) assert.match(String(example), new RegExp(pattern));
      if (maxLength !== undefined) assert.ok(String(example).length <= maxLength);
    }
  }
  const texts = new Set(schemas.flatMap(({ examples }) => examples ?? []).map(String));
  for (const text of ['acme', 'acme/churn', 'production', 'user:ada', 'weights/model.onnx', '3']) {
    assert.ok(texts.has(text), text);
  }
});
