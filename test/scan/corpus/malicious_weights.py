"""safetensors and GGUF that break their rules: S1, G1-G3."""

import json
import struct

from pickle_code import P2

U8, U32, I32, BOOL, STRING, ARRAY, U64 = 0, 4, 5, 7, 8, 9, 10


def make(writer):
    safetensors(writer)
    gguf_layout(writer)
    gguf_templates(writer)


def safe(header, data=b"", length=None):
    raw = header if isinstance(header, bytes) else json.dumps(header, separators=(",", ":")).encode()
    return struct.pack("<Q", len(raw) if length is None else length) + raw + data


def tensor(start, end, dtype="F32", shape=None):
    return {"dtype": dtype, "shape": [(end - start) // 4] if shape is None else shape, "data_offsets": [start, end]}


def safetensors(writer):
    zeros = bytes(16)
    cases = {
        "header-huge": safe({"a": tensor(0, 4)}, zeros, 2**40),
        "header-over-cap": safe({"a": tensor(0, 4)}, zeros, 100_000_001),
        "header-zero": safe(b"", zeros, 0),
        "header-array": safe(b"[]", b""),
        "header-not-json": safe(b'{"a":', b""),
        "header-not-utf8": safe(b'{"\xff":{}}', b""),
        "header-blank-first": safe(b' {"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}', bytes(4)),
        "duplicate-tensor": safe(b'{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}', bytes(4)),
        "duplicate-field": safe(b'{"a":{"dtype":"U8","dtype":"I8","shape":[4],"data_offsets":[0,4]}}', bytes(4)),
        "hole": safe({"a": tensor(0, 4), "b": tensor(8, 12)}, bytes(12)),
        "hole-first": safe({"a": tensor(4, 8)}, bytes(8)),
        "overlap": safe({"a": tensor(0, 8), "b": tensor(4, 12)}, bytes(12)),
        "trailing": safe({"a": tensor(0, 4)}, bytes(4) + b"hidden payload"),
        "trailing-pickle": safe({"a": tensor(0, 4)}, bytes(4) + P2),
        "short": safe({"a": tensor(0, 400)}, bytes(4)),
        "offset-overflow": safe({"a": tensor(0, 2**64, shape=[2**62])}, bytes(4)),
        "offset-reversed": safe({"a": tensor(8, 4, shape=[1])}, bytes(8)),
        "offset-negative": safe({"a": tensor(-4, 0, shape=[1])}, bytes(4)),
        "offset-float": safe(b'{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4.0]}}', bytes(4)),
        "shape-wrong": safe({"a": tensor(0, 8, shape=[3])}, bytes(8)),
        "shape-overflow": safe({"a": tensor(0, 4, shape=[2**33, 2**33])}, bytes(4)),
        "shape-negative": safe({"a": tensor(0, 4, shape=[-1])}, bytes(4)),
        "size-bf16": safe({"a": tensor(0, 4, "BF16", [4])}, bytes(4)),
        "size-f8": safe({"a": tensor(0, 4, "F8_E4M3", [2])}, bytes(4)),
        "size-f4": safe({"a": tensor(0, 4, "F4", [3])}, bytes(4)),
        "dtype-unknown": safe({"a": tensor(0, 4, "F33", [1])}, bytes(4)),
        "extra-field": safe({"a": {**tensor(0, 4), "loader": "os.system"}}, bytes(4)),
        "metadata-number": safe({"__metadata__": {"a": 1}, "t": tensor(0, 4)}, bytes(4)),
        "metadata-nested": safe({"__metadata__": {"a": {"b": "c"}}, "t": tensor(0, 4)}, bytes(4)),
        "metadata-list": safe({"__metadata__": ["a"], "t": tensor(0, 4)}, bytes(4)),
        "name-traversal": safe({"../../etc/passwd": tensor(0, 4)}, bytes(4)),
    }  # fmt: skip
    for name, content in cases.items():
        writer.add(f"safetensors-{name}", "model.safetensors", content, trick="S1", expected="not-clean")
    depth = 100_000
    writer.add("safetensors-deep-json", "model.safetensors", safe(b'{"a":' * depth + b"1" + b"}" * depth), trick="S1", expected="not-clean")


def gguf_text(value):
    data = value.encode() if isinstance(value, str) else value
    return struct.pack("<Q", len(data)) + data


def entry(key, kind, value):
    return gguf_text(key) + struct.pack("<I", kind) + value


def gguf(entries, tensors=(), data=b"", **lies):
    head = struct.pack("<IQQ", lies.get("version", 3), lies.get("n_tensors", len(tensors)), lies.get("n_kv", len(entries)))
    raw = b"GGUF" + head + b"".join(entries) + b"".join(tensors)
    return raw + bytes(-len(raw) % 32) + data


def gguf_tensor(name, dims, kind=0, offset=0, n_dims=None):
    return gguf_text(name) + struct.pack("<I", len(dims) if n_dims is None else n_dims) + b"".join(struct.pack("<Q", dim) for dim in dims) + struct.pack("<IQ", kind, offset)


ARCHITECTURE = entry("general.architecture", STRING, gguf_text("llama"))


def gguf_layout(writer):
    data = bytes(128)
    cases = {
        "version-0": gguf([ARCHITECTURE], version=0),
        "version-1": gguf([ARCHITECTURE], version=1),
        "version-99": gguf([ARCHITECTURE], version=99),
        "version-big-endian": gguf([ARCHITECTURE], version=3 << 24),
        "n-kv-huge": gguf([ARCHITECTURE], n_kv=2**63),
        "n-kv-more": gguf([ARCHITECTURE], n_kv=5),
        "n-tensors-huge": gguf([ARCHITECTURE], n_tensors=2**62),
        "string-huge": gguf([gguf_text("a") + struct.pack("<IQ", STRING, 2**63)]),
        "key-huge": gguf([struct.pack("<Q", 2**60) + b"a"]),
        "key-empty": gguf([entry("", U32, struct.pack("<I", 1))]),
        "key-twice": gguf([ARCHITECTURE, ARCHITECTURE]),
        "array-huge": gguf([gguf_text("a") + struct.pack("<IIQ", ARRAY, U64, 2**61)]),
        "array-huge-strings": gguf([gguf_text("a") + struct.pack("<IIQ", ARRAY, STRING, 2**40)]),
        "array-nested": gguf([gguf_text("a") + struct.pack("<IIQIQ", ARRAY, ARRAY, 1, U8, 1) + b"\0"]),
        "type-unknown": gguf([entry("a", 77, b"\0" * 8)]),
        "alignment-zero": gguf([entry("general.alignment", U32, struct.pack("<I", 0))], [gguf_tensor("t", [4])], data),
        "alignment-odd": gguf([entry("general.alignment", U32, struct.pack("<I", 33))], [gguf_tensor("t", [4])], data),
        "alignment-type": gguf([entry("general.alignment", STRING, gguf_text("32"))], [gguf_tensor("t", [4])], data),
        "dims-overflow": gguf([ARCHITECTURE], [gguf_tensor("t", [2**32, 2**32, 4])], data),
        "dims-negative": gguf([ARCHITECTURE], [gguf_tensor("t", [2**64 - 1])], data),
        "dims-many": gguf([ARCHITECTURE], [gguf_tensor("t", [1] * 9)], data),
        "dims-count-huge": gguf([ARCHITECTURE], [gguf_tensor("t", [1], n_dims=2**31)], data),
        "tensor-twice": gguf([ARCHITECTURE], [gguf_tensor("t", [8]), gguf_tensor("t", [8], offset=32)], data[:64]),
        "tensor-type": gguf([ARCHITECTURE], [gguf_tensor("t", [32], kind=200)], data),
        "tensor-removed-type": gguf([ARCHITECTURE], [gguf_tensor("t", [32], kind=4)], data),
        "tensor-name-long": gguf([ARCHITECTURE], [gguf_tensor("t" * 200, [4])], data[:32]),
        "tensor-block": gguf([ARCHITECTURE], [gguf_tensor("t", [31], kind=8)], data),
        "offset-outside": gguf([ARCHITECTURE], [gguf_tensor("t", [8], offset=2**40)], data[:32]),
        "offset-unaligned": gguf([ARCHITECTURE], [gguf_tensor("t", [8], offset=3)], data[:64]),
        "data-short": gguf([ARCHITECTURE], [gguf_tensor("t", [800])], data[:32]),
        "data-trailing": gguf([ARCHITECTURE], [gguf_tensor("t", [8])], data[:32] + b"hidden" * 40),
        "truncated": gguf([ARCHITECTURE])[:40],
    }  # fmt: skip
    for name, content in cases.items():
        writer.add(f"gguf-{name}", "model.gguf", content, trick="G3", expected="not-clean")


TEMPLATES = {
    "subclasses": "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "cycler": "{{ cycler.__init__.__globals__.os.popen('true').read() }}",
    "lipsum": "{{ lipsum.__globals__['os'].popen('true').read() }}",
    "self": "{{ self.__init__.__globals__ }}",
    "attr": "{{ messages|attr('__class__') }}",
    "attr-hex": "{{ messages|attr('\\x5f\\x5fclass\\x5f\\x5f') }}",
    "subscript": "{{ messages['__cl' ~ 'ass__'] }}",
    "subscript-literal": "{{ messages['__class__']['__mro__'] }}",
    "joined": "{{ messages[['__cla','ss__']|join] }}",
    "format": "{{ '%c%c'|format(95, 95) }}{{ messages|attr('%s%s'|format('__cla', 'ss__')) }}",
    "format-method": "{{ '{0.__class__}'.format(messages) }}",
    "request": "{{ request.application.__globals__ }}",
    "import": "{% import 'os' as os %}{{ os.system('true') }}",
    "include": "{% include '/etc/passwd' %}",
    "extends": "{% extends '/etc/passwd' %}",
    "loop-body": "{% for message in messages %}{% if message.__class__.__base__ %}x{% endif %}{% endfor %}",
    "set": "{% set x = messages.__class__ %}{{ x.__base__ }}",
    "macro": "{% macro m(a=messages.__class__) %}{{ a }}{% endmacro %}{{ m() }}",
    "filter-map": "{{ messages|map(attribute='__class__')|list }}",
    "mro-alias": "{% set ns = namespace(x='__class__') %}{{ messages[ns.x] }}",
    "after-error": "{% for %}{{ cycler.__init__.__globals__.os.popen('true') }}",
    "long": "x" * 60_000 + "{{ ''.__class__.__mro__ }}",
    "comment-hidden": "{# benign template #}{{ joiner.__init__.__globals__ }}",
    "bytes": "{{ messages.decode.__self__.__class__ }}",
}


def gguf_templates(writer):
    for name, template in TEMPLATES.items():
        chat = entry("tokenizer.chat_template", STRING, gguf_text(template))
        writer.add(f"gguf-template-{name}", "model.gguf", gguf([ARCHITECTURE, chat]), trick="G1 CVE-2024-34359", expected="suspicious-or-worse")
        config = {"tokenizer_class": "X", "chat_template": template}
        writer.add(f"tokenizer-template-{name}", "tokenizer_config.json", json.dumps(config).encode(), trick="G1", expected="suspicious-or-worse")
    evil = TEMPLATES["cycler"]
    plain = entry("tokenizer.chat_template", STRING, gguf_text("{{ messages[0].content }}"))
    variant = entry("tokenizer.chat_template.tool_use", STRING, gguf_text(evil))
    writer.add("gguf-template-variant", "model.gguf", gguf([ARCHITECTURE, plain, variant]), trick="G2", expected="suspicious-or-worse")
    listed = gguf_text("tokenizer.chat_templates") + struct.pack("<IIQ", ARRAY, STRING, 1) + gguf_text(evil)
    writer.add("gguf-template-listed", "model.gguf", gguf([ARCHITECTURE, plain, listed]), trick="G2", expected="suspicious-or-worse")
    variants = {"chat_template": [{"name": "default", "template": "{{ messages }}"}, {"name": "tool_use", "template": evil}]}
    writer.add("tokenizer-template-variant", "tokenizer_config.json", json.dumps(variants).encode(), trick="G2", expected="suspicious-or-worse")
    writer.add("jinja-file", "chat_template.jinja", evil.encode(), trick="G1", expected="suspicious-or-worse")
