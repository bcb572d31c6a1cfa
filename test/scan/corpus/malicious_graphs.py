"""ONNX, TensorFlow and TFLite: O1-O9, T1."""

from protobuf_code import message, number, varint


def make(writer):
    onnx(writer)
    onnx_places(writer)
    tensorflow(writer)
    writer.attempt("tflite", lambda: tflite(writer))


def node(operator, domain="", *attributes):
    return message(1, "x") + message(2, "y") + message(4, operator) + (message(7, domain) if domain else b"") + b"".join(message(5, attribute) for attribute in attributes)


def pair(key, value):
    return message(1, key) + message(2, value)


def external(*pairs):
    """A tensor whose data lies in another file."""
    return number(1, 4) + number(2, 1) + message(8, "w") + b"".join(message(13, pair(*each)) for each in pairs) + number(14, 1)


def graph(nodes=(), initializers=(), extra=b""):
    return b"".join(message(1, each) for each in nodes) + message(2, "g") + b"".join(message(5, each) for each in initializers) + extra


def model(main, extra=b"", imports=()):
    opsets = message(8, message(1, "") + number(2, 18)) + b"".join(message(8, message(1, name) + number(2, 1)) for name in imports)
    return number(1, 8) + message(2, "pytorch") + message(7, main) + opsets + extra


LOCATIONS = {
    "parent": ("../../etc/passwd", "O1 CVE-2022-25882"),
    "parent-inside": ("data/../../secret.bin", "O2 CVE-2024-27318"),
    "absolute": ("/etc/passwd", "O1 CVE-2022-25882"),
    "backslash": ("..\\..\\secret.bin", "O2 CVE-2024-27318"),
    "drive": ("C:\\secret.bin", "O2"),
    "dots": ("....//....//etc/passwd", "O5 CVE-2026-27489"),
    "url": ("file:///etc/passwd", "O5"),
    "home": ("~/.ssh/id_rsa", "O5"),
    "nul": ("weights\0/../x", "O5"),
    "empty": ("", "O5"),
}


def onnx(writer):
    for name, (location, trick) in LOCATIONS.items():
        content = model(graph([node("Relu")], [external(("location", location))]))
        expected = "suspicious-or-worse" if name in ("parent", "parent-inside", "absolute", "backslash", "drive") else "not-clean"
        writer.add(f"onnx-location-{name}", "model.onnx", content, trick=trick, expected=expected)
    keys = external(("location", "w.bin"), ("__class__", "x"), ("offset", "0"))
    writer.add("onnx-external-key", "model.onnx", model(graph([node("Relu")], [keys])), trick="O6 CVE-2026-34445", expected="suspicious-or-worse")
    for label, value in (("negative", "-5"), ("huge", str(2**70)), ("text", "abc")):
        content = external(("location", "w.bin"), ("offset", value), ("length", value))
        writer.add(f"onnx-external-offset-{label}", "model.onnx", model(graph([node("Relu")], [content])), trick="O9", expected="not-clean")
    raw = number(1, 2**62) + number(1, 2**62) + number(2, 1) + message(8, "w") + message(9, b"\0" * 16)
    writer.add("onnx-dims-overflow", "model.onnx", model(graph([node("Relu")], [raw])), trick="O9", expected="not-clean")
    short = number(1, 1000) + number(2, 1) + message(8, "w") + message(9, b"\0" * 16)
    writer.add("onnx-data-short", "model.onnx", model(graph([node("Relu")], [short])), trick="O9", expected="not-clean")


def onnx_places(writer):
    bad = external(("location", "../../etc/passwd"))
    sub = graph([node("Relu")], [bad])
    places = {
        "if-branch": graph([node("If", "", message(1, "then_branch") + message(6, sub) + number(20, 5))]),
        "loop-body": graph([node("Loop", "", message(1, "body") + message(6, sub) + number(20, 5))]),
        "scan-body": graph([node("Scan", "", message(1, "body") + message(6, sub) + number(20, 5))]),
        "graphs": graph([node("If", "", message(1, "branches") + message(11, sub) + number(20, 10))]),
        "attribute-tensor": graph([node("Constant", "", message(1, "value") + message(5, bad) + number(20, 4))]),
        "attribute-tensors": graph([node("Constant", "", message(1, "value") + message(10, bad) + number(20, 9))]),
        "sparse": graph([node("Relu")], extra=message(15, message(1, bad))),
        "sparse-indices": graph([node("Relu")], extra=message(15, message(2, bad))),
        "sparse-attribute": graph([node("Constant", "", message(1, "v") + message(22, message(1, bad)) + number(20, 11))]),
        "twice-nested": graph([node("If", "", message(1, "b") + message(6, graph([node("Loop", "", message(1, "body") + message(6, sub))])))]),
    }  # fmt: skip
    for name, main in places.items():
        writer.add(f"onnx-hidden-{name}", "model.onnx", model(main), trick="O1-O9 hidden", expected="suspicious-or-worse")
    inner = message(1, "f") + message(7, node("Constant", "", message(1, "value") + message(5, bad))) + message(10, "local")
    writer.add("onnx-hidden-function", "model.onnx", model(graph([node("f", "local")]), message(25, inner), ["local"]), trick="O1-O9 hidden", expected="suspicious-or-worse")
    default = message(1, "f") + message(11, message(1, "value") + message(5, bad)) + message(10, "local")
    writer.add("onnx-hidden-function-default", "model.onnx", model(graph([node("f", "local")]), message(25, default), ["local"]), trick="O1-O9 hidden", expected="suspicious-or-worse")
    training = message(20, message(1, graph([node("Relu")], [bad])))
    writer.add("onnx-hidden-training", "model.onnx", model(graph([node("Relu")]), training), trick="O1-O9 hidden", expected="suspicious-or-worse")
    twice = model(graph([node("Relu")])) + message(7, sub)
    writer.add("onnx-second-graph", "model.onnx", twice, trick="O last wins", expected="suspicious-or-worse")
    for operator, domain in (("PyOp", "ai.onnx.contrib"), ("PythonOp", "com.microsoft"), ("PyFunc", "acme.ops")):
        writer.add(f"onnx-operator-{operator.lower()}", "model.onnx", model(graph([node(operator, domain)]), imports=[domain]), trick="3.8", expected="suspicious-or-worse")
    deep = graph([node("Relu")])
    for _ in range(2000):
        deep = graph([node("If", "", message(1, "b") + message(6, deep))])
    writer.add("onnx-deep", "model.onnx", model(deep), trick="O recursion", expected="not-clean")
    writer.add("onnx-truncated", "model.onnx", model(graph([node("Relu")] * 5))[:-20], trick="O", expected="not-clean")


def tf_node(operator):
    return message(1, operator.lower()) + message(2, operator)


def meta_graph(nodes, functions=()):
    library = message(2, b"".join(message(1, message(1, message(1, "f")) + b"".join(message(3, each) for each in body)) for body in functions))
    main = b"".join(message(1, each) for each in nodes) + library
    return message(1, message(4, "serve") + message(5, "2.16.0")) + message(2, main)


def saved_model(*parts):
    return number(1, 1) + b"".join(message(2, part) for part in parts)


def tensorflow(writer):
    harmless = [tf_node("Placeholder"), tf_node("MatMul"), tf_node("Identity")]
    bad = ["WriteFile", "PyFunc", "PyFuncStateless", "EagerPyFunc", "PyCall"]
    odd = ["ReadFile", "MatchingFiles", "TextLineDataset", "RemoteCall", "LookupTableImportV2", "SaveDataset", "WholeFileReader"]
    for operator in bad + odd:
        expected = "malicious" if operator in bad else "suspicious-or-worse"
        slug = operator.lower()
        writer.add(f"tf-graph-{slug}", "saved_model.pb", saved_model(meta_graph([*harmless, tf_node(operator)])), trick="T1", expected=expected)
        writer.add(f"tf-library-{slug}", "saved_model.pb", saved_model(meta_graph(harmless, [[tf_node(operator)]])), trick="T1", expected=expected)
    writer.add("tf-second-meta-graph", "saved_model.pb", saved_model(meta_graph(harmless), meta_graph([tf_node("WriteFile")])), trick="T1")
    writer.add("tf-meta-graph", "model.meta", meta_graph([*harmless, tf_node("PyFunc")]), trick="T1", expected="suspicious-or-worse")
    pbtxt = 'saved_model_schema_version: 1\nmeta_graphs {\n  graph_def {\n    node {\n      name: "w"\n      op: "WriteFile"\n    }\n  }\n}\n'
    writer.add("tf-pbtxt", "saved_model.pbtxt", pbtxt.encode(), trick="T1", expected="suspicious-or-worse")
    unknown = varint(2**29 - 8 << 3 | 2) + varint(2**60)
    writer.add("tf-length-huge", "saved_model.pb", saved_model(meta_graph(harmless)) + unknown, trick="T1", expected="not-clean")


def tflite(writer):
    from tflite_builder import tflite_model

    writer.add("tflite-flex", "model.tflite", tflite_model([(32, "FlexWriteFile")]), trick="3.9", expected="suspicious-or-worse")
    writer.add("tflite-flex-py", "model.tflite", tflite_model([(32, "FlexPyFunc")]), trick="3.9", expected="suspicious-or-worse")
    plain = tflite_model([(0, None)])
    writer.add("tflite-truncated", "model.tflite", plain[:-40], trick="3.9", expected="not-clean")
    writer.add("tflite-root-outside", "model.tflite", b"\xff\xff\xff\x7f" + plain[4:], trick="3.9", expected="not-clean")
