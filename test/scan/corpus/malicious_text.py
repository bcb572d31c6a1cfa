"""Settings, markup, skops and the rest: X1-X4, and what lies beside weights."""

import json

from malicious_containers import entry, tar_of
from pickle_code import P2
from zip_code import plain_zip


def make(writer):
    pmml(writer)
    yaml(writer)
    skops(writer)
    settings(writer)
    programs(writer)
    writer.attempt("dill and cloudpickle", lambda: code_picklers(writer))


PMML = '<PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4"><Header/>{}</PMML>'


def pmml(writer):
    doctype = '<!DOCTYPE PMML [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    body = PMML.format("<Extension>&x;</Extension>")
    cases = {
        "doctype": f'<?xml version="1.0"?>{doctype}{body}'.encode(),
        "doctype-utf16": f'<?xml version="1.0" encoding="UTF-16"?>{doctype}{body}'.encode("utf-16"),
        "doctype-utf16-bare": f"{doctype}{body}".encode("utf-16-be"),
        "doctype-after-comment": f'<?xml version="1.0"?><!-- {"x" * 9000} -->{doctype}{body}'.encode(),
        "doctype-lines": f'<?xml version="1.0"?>\n\n<!DOCTYPE\n PMML SYSTEM "http://example.org/x.dtd">{body}'.encode(),
        "billion-laughs": ('<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>' + PMML.format("&b;")).encode(),
        "xinclude": PMML.format('<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd"/>').encode(),
        "stylesheet": ('<?xml version="1.0"?><?xml-stylesheet type="text/xsl" href="http://example.org/x.xsl"?>' + PMML.format("")).encode(),
    }
    for name, content in cases.items():
        writer.add(f"pmml-{name}", "model.pmml", content, trick="X1", expected="not-clean")
    openvino = b'<?xml version="1.0"?><!DOCTYPE net SYSTEM "file:///etc/passwd"><net name="n" version="11"><layers/></net>'
    writer.add("openvino-doctype", "model.xml", openvino, trick="X1", expected="not-clean")
    layer = b'<?xml version="1.0"?><net name="n" version="11"><layers><layer id="0" name="x" type="Python" version="custom" library="/tmp/evil.so"/></layers></net>'
    writer.add("openvino-library", "model.xml", layer, trick="3.9", expected="not-clean")


def yaml(writer):
    cases = {
        "apply": "model: !!python/object/apply:os.system ['true']\n",
        "new": "!!python/object/new:subprocess.Popen [['true']]\n",
        "name": "activation: !!python/name:os.system\n",
        "module": "x: !!python/module:os\n",
        "tag-long": "x: !<tag:yaml.org,2002:python/object/apply:os.system> ['true']\n",
        "tag-directive": "%TAG !p! tag:yaml.org,2002:python/\n---\nx: !p!object/apply:os.system ['true']\n",
        "object": "x: !!python/object:acme.Model {}\n",
        "target": "model:\n  _target_: os.system\n  command: 'true'\n",
        "target-builtins": "trainer:\n  callbacks:\n    - _target_: builtins.exec\n      _args_: ['pass']\n",
    }
    for name, content in cases.items():
        file = "model_config.yaml"
        writer.add(f"yaml-{name}", file, content.encode(), trick="X1 CVE-2025-23304", expected="suspicious-or-worse")
    nemo = tar_of([(entry("model_config.yaml"), cases["target"].encode()), (entry("model_weights.ckpt"), b"")])
    writer.add("nemo-target", "model.nemo", nemo, trick="X1 CVE-2025-23304", expected="suspicious-or-worse")
    weights = tar_of([(entry("model_config.yaml"), b"a: 1\n"), (entry("model_weights.ckpt"), plain_zip({"archive/data.pkl": P2, "archive/version": b"3\n"}))])
    writer.add("nemo-weights", "model.nemo", weights, trick="X1 CVE-2025-23304")
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(f"{chr(98 + i)}: &{chr(98 + i)} [{','.join(['*' + chr(97 + i)] * 9)}]\n" for i in range(9))
    writer.add("yaml-aliases", "config.yaml", bomb.encode(), trick="X1", expected="not-clean")


def skops_file(schema, extra=None):
    return plain_zip({"schema.json": json.dumps(schema).encode(), **(extra or {})})


def skops(writer):
    base = {"protocol": 2, "_skops_version": "0.16.0"}
    node = {"__class__": "list", "__module__": "builtins", "content": []}
    cases = {
        "operator": {**base, "__loader__": "OperatorFuncNode", "__class__": "methodcaller", "__module__": "operator", "attrs": {**node, "__loader__": "TupleNode"}},
        "operator-fake-module": {**base, "__loader__": "OperatorFuncNode", "__class__": "call", "__module__": "sklearn", "attrs": node},
        "method": {**base, "__loader__": "MethodNode", "__class__": "system", "__module__": "os", "content": {"func": "system", "obj": node}},
        "function": {**base, "__loader__": "FunctionNode", "__class__": "function", "__module__": "os", "content": "system"},
        "type": {**base, "__loader__": "TypeNode", "__class__": "Popen", "__module__": "subprocess"},
        "object": {**base, "__loader__": "ObjectNode", "__class__": "Evil", "__module__": "acme"},
        "nested": {**base, "__loader__": "ListNode", **node, "content": [{"__loader__": "FunctionNode", "__class__": "function", "__module__": "os", "content": "system"}]},
        "unknown-loader": {**base, "__loader__": "EvalNode", "__class__": "x", "__module__": "builtins"},
    }  # fmt: skip
    for name, schema in cases.items():
        writer.add(f"skops-{name}", "model.skops", skops_file(schema), trick="X2 CVE-2025-54412 CVE-2025-54413", expected="suspicious-or-worse")
    writer.add("skops-joblib-fallback", "model.skops", P2, trick="X2 CVE-2025-54886")
    writer.add("skops-pickle-member", "model.skops", skops_file({**base, "__loader__": "ListNode", **node}, {"0.npy": P2}), trick="X2")


def settings(writer):
    cases = {
        "auto-map": ("config.json", {"model_type": "x", "auto_map": {"AutoModel": "modeling.Evil"}}, "3.10"),
        "auto-map-trusted-name": ("config.json", {"_name_or_path": "bert-base-uncased", "model_type": "bert", "auto_map": {"AutoModel": "acme/evil--modeling.Evil"}}, "X4"),
        "trust-remote-code": ("config.json", {"model_type": "x", "trust_remote_code": True}, "3.10"),
        "model-file": ("config.json", {"model_type": "x", "model_file": "evil.py"}, "X3 CVE-2026-5843"),
        "custom-pipelines": ("config.json", {"model_type": "x", "custom_pipelines": {"p": {"impl": "pipe.Evil"}}}, "3.10"),
        "target": ("config.json", {"_target_": "os.system", "command": "true"}, "X1"),
        "class-name-url": ("model_index.json", {"_class_name": "https://example.org/pipeline.py"}, "3.10"),
        "mxnet-library": ("model-symbol.json", {"nodes": [{"op": "_CustomOp", "name": "x", "attrs": {"library": "/tmp/evil.so"}, "inputs": []}], "arg_nodes": [], "heads": [[0, 0, 0]]}, "X3 CVE-2022-24294"),
        "shard-traversal": ("model.safetensors.index.json", {"metadata": {}, "weight_map": {"a": "../../etc/passwd"}}, "S1"),
    }  # fmt: skip
    for name, (file, value, trick) in cases.items():
        writer.add(f"settings-{name}", file, json.dumps(value).encode(), trick=trick, expected="not-clean")
    mar = plain_zip({"MAR-INF/MANIFEST.json": json.dumps({"model": {"handler": "handler.py", "serializedFile": "m.pt"}}).encode(), "handler.py": b"import os\nos.system('true')\n", "m.pt": plain_zip({"archive/data.pkl": P2})})
    writer.add("mar-handler", "model.mar", mar, trick="X3 CVE-2023-48299")
    code = plain_zip({"MAR-INF/MANIFEST.json": b'{"model":{"handler":"handler.py"}}', "handler.py": b"import os\nos.system('true')\n"})
    writer.add("mar-handler-only", "model.mar", code, trick="X3 CVE-2023-48299", expected="suspicious-or-worse")
    mlp = b"function load() os.execute('true') end"
    writer.add("torch7", "model.t7", b"\x04\0\0\0\x01\0\0\0\x03\0\0\0V 1\x11\0\0\0nn.Sequential" + mlp, trick="3.9", expected="not-clean")


def programs(writer):
    elf = b"\x7fELF\x02\x01\x01\0" + b"\0" * 8 + b"\x02\0\x3e\0\x01\0\0\0" + b"\0" * 200
    pe = b"MZ" + b"\0" * 58 + b"\x80\0\0\0" + b"\0" * 64 + b"PE\0\0\x64\x86" + b"\0" * 200
    cases = {
        "elf": ("model.bin", elf), "pe": ("model.bin", pe), "mach-o": ("model.bin", b"\xcf\xfa\xed\xfe\x07\0\0\x01" + b"\0" * 200),
        "script": ("weights.bin", b"#!/bin/sh\ntrue\n"), "wasm": ("model.bin", b"\0asm\x01\0\0\0" + b"\0" * 40),
        "java": ("model.bin", b"\xca\xfe\xba\xbe\0\0\0\x34\0\x10" + b"\0" * 60), "shortcut": ("weights.lnk", b"L\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0\0\0\0F" + b"\0" * 90),
        "llamafile": ("model.llamafile", b"MZqFpD='\n" + b"\0" * 300), "python": ("modeling.py", b"import os\nos.system('true')\n"),
    }  # fmt: skip
    for name, (file, content) in cases.items():
        writer.add(f"program-{name}", file, content, trick="generic", expected="not-clean")
        writer.add(f"program-{name}-zipped", "model.zip", plain_zip({file: content}), trick="generic", expected="not-clean")
    torch = plain_zip({"archive/data.pkl": b"\x80\x02}.", "archive/version": b"3\n", "archive/data/0": elf})
    writer.add("program-in-storage", "model.pt", torch, trick="generic", expected="not-clean")


def code_picklers(writer):
    import cloudpickle
    import dill

    def local(value):
        return value + 1

    class Model:
        def predict(self, value):
            return local(value)

    for name, value in {"function": local, "lambda": lambda value: value, "class": Model, "instance": Model()}.items():
        writer.add(f"cloudpickle-{name}", "model.pkl", cloudpickle.dumps(value), trick="3.4 code inside", expected="suspicious-or-worse")
        writer.add(f"dill-{name}", "model.pkl", dill.dumps(value, recurse=True), trick="3.4 code inside", expected="suspicious-or-worse")
