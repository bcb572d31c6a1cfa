"""What the pickle machine does and scanners do not: V1-V26 of the list of bypasses."""

import base64
import bz2
import lzma
import struct
import zlib

from pickle_code import BENIGN, MARK, P0, P2, P4, POP, STOP, args, blob, call, call4, glob, proto, short, stack_global, text


def make(writer):
    operands(writer)
    memo(writer)
    streams(writer)
    calls(writer)
    names(writer)
    mutations(writer)
    frames(writer)
    amplification(writer)
    nested(writer)
    lines(writer)


STRINGS = {
    "unicode": lambda value: b"V" + value.encode() + b"\n",
    "string": lambda value: b"S'" + value.encode() + b"'\n",
    "binstring": lambda value: b"T" + struct.pack("<I", len(value)) + value.encode(),
    "short-binstring": lambda value: b"U" + bytes([len(value)]) + value.encode(),
    "binunicode": text,
    "short-binunicode": short,
    "binunicode8": lambda value: b"\x8d" + struct.pack("<Q", len(value)) + value.encode(),
}


def operands(writer):
    for one, write_module in STRINGS.items():
        for other in ("short-binunicode", "string", "binunicode8", "unicode"):
            body = write_module("os") + STRINGS[other]("system") + b"\x93"
            writer.add(f"operands-{one}-{other}", "model.pkl", proto(4) + body + args("true") + b"R.", trick="V1 GHSA-9gvj-pp9x-gcfr")
    decoy = proto(4) + short("os") + short("system") + short("torch") + short("LongStorage") + POP + POP + b"\x93" + args("true") + b"R."
    writer.add("operands-decoys-popped", "model.pkl", decoy, trick="V5 memo_attack")
    computed = proto(4) + short("os") + call4("builtins", "str", "system") + b"\x93" + args("true") + b"R."
    writer.add("operands-computed", "model.pkl", computed, trick="V1")
    number = proto(4) + b"K\x05\x94" + b"0h\x00" + short("system") + b"\x93."
    writer.add("operands-number", "model.pkl", number, trick="V3", expected="not-clean")
    encoded = proto(4) + short("os") + stack_global("_codecs", "encode") + args("system", "utf-8") + b"R\x93" + args("true") + b"R."
    writer.add("operands-encoded", "model.pkl", encoded, trick="V1")
    joined = proto(4) + call4("operator", "add", "o", "s") + short("system") + b"\x93" + args("true") + b"R."
    writer.add("operands-joined", "model.pkl", joined, trick="V1")


def memo(writer):
    writer.add("memo-unset-after", "model.pkl", P2[:-1] + b"h\x63.", trick="V2")
    writer.add("memo-unset-before", "model.pkl", proto(2) + b"h\x63" + P2[2:], trick="V2", expected="not-clean")
    stored = proto(4) + short("os") + b"\x94" + short("system") + b"\x94" + short("collections") + short("OrderedDict") + b"0000h\x00h\x01\x93" + args("true") + b"R."
    writer.add("memo-names", "model.pkl", stored, trick="V5 memo_attack")
    wrong = proto(4) + short("os") + b"q\x05" + POP + short("system") + b"q\x06" + POP + short("torch") + b"q\x07" + short("nn") + b"h\x05h\x06\x93" + args("true") + b"R."
    writer.add("memo-binput", "model.pkl", wrong, trick="V4 V5")
    lines_ = b"S'os'\np7\n0S'system'\np8\n0g7\ng8\n\x93(S'true'\ntR."
    writer.add("memo-text-put", "model.pkl", proto(4) + lines_, trick="V5 V20")
    again = proto(4) + short("json") + b"\x94" + short("os") + b"q\x00" + short("system") + b"h\x00\x8c\x06system\x93" + args("true") + b"R."
    writer.add("memo-overwritten", "model.pkl", again, trick="V4")
    long = proto(4) + short("os") + b"r\x00\x01\x00\x00" + POP + b"j\x00\x01\x00\x00" + short("system") + b"\x93" + args("true") + b"R."
    writer.add("memo-long", "model.pkl", long, trick="V5")
    build = proto(4) + stack_global("numpy", "prod") + b"}" + text("__setattr__") + short("x") + b"sb" + b"q\x01" + call4("os", "system", "true") + STOP
    writer.add("memo-build", "model.pkl", build, trick="V4")


def streams(writer):
    writer.add("streams-two", "model.pkl", BENIGN + P2, trick="V6")
    writer.add("streams-many", "model.pkl", BENIGN * 40 + P0, trick="V6")
    for size in (1, 300, 70_000, 2_000_000):
        writer.add(f"streams-gap-{size}", "model.pkl", BENIGN + bytes(size) + P2, trick="V7")
        writer.add(f"streams-gap-{size}-p0", "model.pkl", BENIGN + b"\xff" * size + P0, trick="V7")
    partial = (b"\x80\x02}q\x00(X\xff\xff" + b"\x01" * 9) * 30
    writer.add("streams-gap-partial", "model.pkl", BENIGN + partial + P2, trick="V7")
    padding = b"N0" * 600_000
    writer.add("streams-opcode-padding", "model.pkl", proto(2) + padding + P2[2:], trick="V8")
    writer.add("streams-text-padding", "model.pkl", proto(2) + (text("x" * 1000) + POP) * 4000 + P2[2:], trick="V8")
    for name, tail in {"bytes": b"\xff\xfe", "opcode": b"\x00", "cut": b"X\xff", "nothing": b""}.items():
        writer.add(f"broken-{name}", "model.pkl", P2[:-1] + tail, trick="C7 nullifAI")
        writer.add(f"broken-{name}-p0", "model.pkl", P0[:-1] + tail, trick="C7 nullifAI")
    writer.add("broken-before", "model.pkl", proto(2) + b"\xff" + P2[2:], trick="V26", expected="not-clean")
    writer.add("broken-stack", "model.pkl", P2[:-1] + POP + POP + STOP, trick="C7")


def calls(writer):
    made = {
        "obj-pop": (proto(2) + MARK + glob("os", "system") + text("true") + b"o0N.", "V9 GHSA-mxhj-88fx-4pcv"),
        "inst-pop": (MARK + b"S'true'\n" + b"ios\nsystem\n0N.", "V9"),
        "reduce-pop": (P2[:-1] + b"0N.", "V9"),
        "newobj": (proto(2) + glob("subprocess", "Popen") + args("true") + b"\x81.", "V23"),
        "newobj-ex": (proto(4) + stack_global("subprocess", "Popen") + b")}" + short("args") + short("true") + b"s\x92.", "V23"),
        "import-only": (proto(2) + glob("os", "system") + STOP, "V23"),
        "import-pop": (proto(2) + glob("os", "system") + b"0N.", "V23"),
        "pop-mark": (proto(2) + MARK + call("os", "system", "true") + b"1N.", "V9"),
        "build-setstate": (proto(2) + glob("subprocess", "Popen") + b")\x81}" + text("args") + text("true") + b"sb.", "V23"),
        "append-called": (proto(2) + glob("logging.handlers", "QueueHandler") + b")RK\x01a.", "V23"),
        "list-of-calls": (proto(2) + b"](" + call("os", "system", "true") + b"e.", "V23"),
        "dict-key": (proto(2) + b"}(" + call("os", "system", "true") + b"K\x01u.", "V23"),
        "set-item": (proto(4) + b"\x8f(" + call4("os", "system", "true") + b"\x90.", "V23"),
        "map": (proto(4) + stack_global("builtins", "list") + MARK + stack_global("builtins", "map") + MARK + stack_global("os", "system") + b"](" + text("true") + b"etRtR.", "V23"),
        "partial": (proto(4) + stack_global("functools", "partial") + MARK + stack_global("os", "system") + text("true") + b"tR)R.", "V23"),
        "reduce-reduce": (proto(4) + call4("builtins", "getattr", stack_global("os", "path"), "os") + STOP, "V23"),
        "getattr-chain": (proto(4) + call4("operator", "attrgetter", "system") + MARK + call4("importlib", "import_module", "os") + b"tR" + args("true") + b"R.", "V23"),
        "exception": (proto(4) + stack_global("builtins", "ValueError") + b")R" + call4("builtins", "exit") + STOP, "V25"),
        "property": (proto(4) + stack_global("builtins", "property") + MARK + stack_global("os", "system") + b"tR.", "V23"),
        "dynamic-class": (proto(4) + call4("builtins", "type", "X", b")", b"}" + text("__reduce__") + stack_global("os", "system") + b"s") + STOP, "V23"),
        "atexit": (proto(4) + call4("atexit", "register", stack_global("os", "system"), "true") + STOP, "V23"),
        "format": (proto(4) + call4("builtins", "str.format", "{0.__class__.__init__.__globals__}", b"N") + STOP, "V23"),
        "scanner": (proto(4) + call4("fickling.hook", "remove_hook") + STOP, "V24"),
        "scanner-picklescan": (proto(4) + stack_global("picklescan.scanner", "scan_pickle_bytes") + b"}" + text("__code__") + b"NsbN.", "V24"),
        "persid": (proto(2) + call("os", "system", "true") + b"Q.", "V23"),
    }  # fmt: skip
    for name, (content, trick) in made.items():
        writer.add(f"call-{name}", "model.pkl", content, trick=trick)
    factory = proto(4) + stack_global("collections", "defaultdict") + MARK + stack_global("os", "getcwd") + b"tR."
    writer.add("call-defaultdict", "model.pkl", factory, trick="V23")
    for code, number in (("1", b"\x82\x05"), ("2", b"\x83\x05\x00"), ("4", b"\x84\x05\x00\x00\x00")):
        writer.add(f"extension-{code}", "model.pkl", proto(2) + number + args("true") + b"R.", trick="V17", expected="suspicious-or-worse")
        added = call("copyreg", "add_extension", "os", "system", b"K\x05") + POP + number + args("true") + b"R."
        writer.add(f"extension-{code}-registered", "model.pkl", proto(2) + added, trick="V17")
    writer.add("buffer-next", "model.pkl", proto(5) + b"\x97.", trick="V18", expected="not-clean")
    writer.add("buffer-readonly", "model.pkl", proto(5) + b"\x97\x98.", trick="V18", expected="not-clean")


def names(writer):
    dotted = [
        ("pathlib", "os.system"), ("shutil", "os.system"), ("torch", "_utils.builtins.eval"), ("numpy", "f2py.os.system"),
        ("collections", "_sys.modules"), ("json", "codecs.builtins.exec"), ("sklearn", "os.system"), ("random", "_os.system"),
        ("builtins", "__dict__.get"), ("builtins", "print.__class__.__base__.__subclasses__"), ("collections", "OrderedDict.__reduce__"),
        ("numpy", "ndarray.__class__.__base__.__subclasses__"), ("os.path", "os.system"), ("logging", "os.system"), ("tempfile", "_os.system"),
    ]  # fmt: skip
    for module, name in dotted:
        slug = f"{module}-{name}".replace(".", "-").replace("_", "")
        writer.add(f"dotted-{slug}", "model.pkl", proto(4) + call4(module, name, "true") + STOP, trick="V10 GHSA-5j3x-jp52-966f", expected="suspicious-or-worse")
    below = [("asyncio.unix_events", "_UnixSubprocessTransport._start"), ("os.path", "exists"), ("http.client", "HTTPSConnection"),
             ("xml.sax.expatreader", "create_parser"), ("multiprocessing.util", "spawnv_passfds"), ("concurrent.futures.process", "ProcessPoolExecutor"),
             ("torch.utils.collect_env", "run"), ("numpy.testing._private.utils", "runstring")]  # fmt: skip
    for module, name in below:
        slug = f"{module}-{name}".replace(".", "-").replace("_", "")
        writer.add(f"submodule-{slug}", "model.pkl", proto(4) + call4(module, name, "true") + STOP, trick="V11 CVE-2025-10157")
    old = [("__builtin__", "eval"), ("commands", "getoutput"), ("httplib", "HTTPConnection"), ("cPickle", "loads"), ("copy_reg", "constructor"),
           ("urllib2", "urlopen"), ("__builtin__", "apply"), ("exceptions", "SystemExit"), ("itertools", "imap"), ("thread", "start_new_thread")]  # fmt: skip
    for module, name in old:
        expected = "suspicious-or-worse" if module in ("exceptions", "copy_reg", "itertools") else "malicious"
        writer.add(f"python2-{module.strip('_').lower()}-{name.lower()}", "model.pkl", call(module, name, "true") + STOP, trick="V26 compat", expected=expected)
    for module in ("OS", "os ", " os", "os\0", "ｏｓ", "os.", ".os", "os/system", "o\u0441"):
        label = module.encode().hex()
        writer.add(f"odd-module-{label}", "model.pkl", proto(2) + call(module, "system", "true") + STOP, trick="V26", expected="not-clean")


def mutations(writer):
    utils = stack_global("sys", "modules") + text("torch._utils") + stack_global("builtins", "__dict__") + b"s0" + call4("torch._utils", "_rebuild_tensor_v2", "1")
    writer.add("modules-override", "model.pkl", proto(4) + utils + STOP, trick="V12")
    item = call4("builtins", "dict.__setitem__", stack_global("sys", "modules"), "torch._utils", stack_global("os", "system"))
    writer.add("modules-setitem", "model.pkl", proto(4) + item + STOP, trick="V12")
    for module, name in (("collections", "OrderedDict"), ("torch._utils", "_rebuild_tensor_v2"), ("numpy", "ndarray"), ("sklearn.tree._classes", "DecisionTreeClassifier")):
        slug = name.strip("_").lower().replace("_", "-")
        overwrite = stack_global(module, name) + b"}" + text("__reduce__") + stack_global("os", "system") + b"sb."
        writer.add(f"shadow-{slug}", "model.pkl", proto(4) + overwrite, trick="V13 ShadowPickle")
        harmless = stack_global(module, name) + b"}" + text("__init__") + stack_global("collections", "OrderedDict") + b"sb."
        writer.add(f"shadow-{slug}-subtle", "model.pkl", proto(4) + harmless, trick="V13 ShadowPickle", expected="suspicious-or-worse")
        slots = stack_global(module, name) + b"N}" + text("__class__") + stack_global("builtins", "object") + b"s\x86b."
        writer.add(f"shadow-{slug}-slots", "model.pkl", proto(4) + slots, trick="V13 V23", expected="suspicious-or-worse")
    stored = proto(2) + glob("torch._utils", "_rebuild_tensor_v2") + text("x") + b"K\x01s."
    writer.add("setitem-function", "model.pkl", stored, trick="V21 CVE-2026-24747", expected="suspicious-or-worse")
    tensor = proto(2) + glob("torch", "Tensor") + b")\x81" + text("x") + b"K\x01s."
    writer.add("setitem-tensor", "model.pkl", tensor, trick="V21 CVE-2026-24747", expected="suspicious-or-worse")
    kind = call4("torch._tensor", "_rebuild_from_type_v2", stack_global("os", "system"), stack_global("torch", "Tensor"), args("true"), b"N")
    writer.add("rebuild-from-type", "model.pkl", proto(4) + kind + STOP, trick="V13")
    hooks = call4("torch._utils", "_rebuild_parameter", b"N", b"\x88", stack_global("os", "system")) + STOP
    writer.add("rebuild-parameter-hooks", "model.pkl", proto(4) + hooks, trick="V13")
    reduce_ = call4("functools", "reduce", stack_global("os", "system"), b"](" + text("true") + b"e") + STOP
    writer.add("functools-reduce", "model.pkl", proto(4) + reduce_, trick="V23")
    transformer = stack_global("sklearn.preprocessing._function_transformer", "FunctionTransformer") + b")\x81}" + text("func") + stack_global("os", "system") + b"sb."
    writer.add("function-transformer-os", "model.pkl", proto(4) + transformer, trick="V14 GHSA-cffv-grgg-g429")


def frames(writer):
    inner = blob(b"\x00" * 40)
    short_frame = proto(4) + b"\x95" + struct.pack("<Q", 10) + inner + P4[2:]
    writer.add("frame-short", "model.pkl", short_frame, trick="V15 cpython-154848", expected="suspicious-or-worse")
    writer.add("frame-nested", "model.pkl", proto(4) + b"\x95" + struct.pack("<Q", 60) + b"\x95" + struct.pack("<Q", 20) + P4[2:], trick="V15", expected="suspicious-or-worse")
    writer.add("frame-long", "model.pkl", proto(4) + b"\x95" + struct.pack("<Q", 2**40) + P4[2:], trick="V15", expected="not-clean")
    writer.add("frame-hides", "model.pkl", proto(4) + b"\x95" + struct.pack("<Q", 6) + b"B" + struct.pack("<I", len(P4)) + P4 + STOP, trick="V15", expected="not-clean")
    writer.add("proto-twice", "model.pkl", proto(4) + proto(2) + P2[2:], trick="V26")
    writer.add("proto-late", "model.pkl", b"N0" + P4, trick="V26")
    writer.add("proto-nine", "model.pkl", proto(9) + P2[2:], trick="V26", expected="not-clean")
    for name, code in {"bytearray8": b"\x96", "binunicode8": b"\x8d", "binbytes8": b"\x8e"}.items():
        writer.add(f"length-{name}", "model.pkl", proto(5) + code + b"\xff" * 7 + b"\x7f" + b"abc.", trick="V18", expected="not-clean")
        writer.add(f"length-{name}-after", "model.pkl", P2[:-1] + code + b"\xff" * 8, trick="V18")
    writer.add("length-long4", "model.pkl", proto(2) + b"\x8b\xff\xff\xff\xff.", trick="V18", expected="not-clean")
    writer.add("length-long4-huge", "model.pkl", proto(2) + b"\x8b\xff\xff\xff\x7f.", trick="V18", expected="not-clean")
    writer.add("length-binbytes", "model.pkl", proto(3) + b"B\xff\xff\xff\xff.", trick="V18", expected="not-clean")


def amplification(writer):
    bomb = b"]q\x00"
    for index in range(60):
        bomb += b"](" + (b"h" + bytes([index])) * 10 + b"eq" + bytes([index + 1])
    writer.add("amplify-get", "model.pkl", proto(2) + bomb + STOP, trick="V16", expected="not-clean")
    writer.add("amplify-get-payload", "model.pkl", proto(2) + bomb + P2[2:], trick="V16")
    writer.add("amplify-dup", "model.pkl", proto(2) + b"N" + b"2" * 3_000_000 + P2[2:], trick="V16")
    writer.add("amplify-marks", "model.pkl", proto(2) + MARK * 500_000 + P2[2:], trick="V16", expected="not-clean")
    writer.add("amplify-tuples", "model.pkl", proto(2) + b")" + b"\x85" * 200_000 + P2[2:], trick="V16")
    writer.add("amplify-cycle", "model.pkl", proto(2) + b"]q\x00h\x00ah\x00a" + P2[2:], trick="V16")
    writer.add("amplify-memo-index", "model.pkl", proto(2) + b"Nr\xff\xff\xff\x7f" + P2[2:], trick="V16")


def nested(writer):
    codings = {
        "raw": P2, "base64": base64.b64encode(P2), "base64-url": base64.urlsafe_b64encode(P4), "base64-nopad": base64.b64encode(P2).rstrip(b"="),
        "base64-lines": base64.encodebytes(P2 * 3), "hex": P2.hex().encode(), "hex-upper": P4.hex().upper().encode(), "zlib": zlib.compress(P2),
        "bz2": bz2.compress(P2), "xz": lzma.compress(P2), "p0": P0, "base64-zlib": base64.b64encode(zlib.compress(P2)),
        "base64-base64": base64.b64encode(base64.b64encode(P2)), "reversed": P2[::-1],
    }  # fmt: skip
    for name, coded in codings.items():
        data = proto(3) + b"}" + text("weights") + blob(coded) + b"s."
        writer.add(f"nested-{name}", "model.pkl", data, trick="V19", expected="suspicious-or-worse")
        loaded = proto(4) + stack_global("pickle", "loads") + MARK + blob(coded) + b"tR."
        writer.add(f"nested-{name}-loads", "model.pkl", loaded, trick="V19")
    for name in ("base64", "hex"):
        data = proto(2) + b"}" + text("weights") + text(codings[name]) + b"s."
        writer.add(f"nested-text-{name}", "model.pkl", data, trick="V19", expected="suspicious-or-worse")
    loaders = [("torch.storage", "_load_from_bytes"), ("dill", "loads"), ("cloudpickle", "loads"), ("_pickle", "loads"), ("marshal", "loads"), ("joblib", "load"), ("numpy", "load")]
    for module, name in loaders:
        loaded = proto(4) + stack_global(module, name) + MARK + blob(P2) + b"tR."
        writer.add(f"nested-loader-{module.strip('_')}-{name.strip('_')}".replace(".", "-").replace("_", "-"), "model.pkl", loaded, trick="V19")
    elf = proto(3) + b"}" + text("blob") + blob(b"\x7fELF\x02\x01\x01\0" + b"\0" * 8 + b"\x02\0\x3e\0\x01\0\0\0" + b"\0" * 100) + b"s."
    writer.add("nested-elf", "model.pkl", elf, trick="V19", expected="suspicious-or-worse")


def lines(writer):
    writer.add("lines-crlf", "model.pkl", b"cos\r\nsystem\r\n(S'true'\r\ntR.", trick="V20", expected="not-clean")
    long_text = b"S'" + b"a" * (8 << 20) + b"'\n0"
    writer.add("lines-long", "model.pkl", long_text + P0, trick="V20", expected="not-clean")
    writer.add("lines-long-between", "model.pkl", P0[:-1] + b"0" + long_text + b"N.", trick="V20")
    for label, number in {"plus": b"+1", "underscore": b"1_0", "blank": b" 1", "zeros": b"0001", "tab": b"\t1"}.items():
        memoised = proto(4) + short("os") + b"p" + number + b"\n0" + b"g" + number + b"\n" + short("system") + b"\x93" + args("true") + b"R."
        writer.add(f"lines-memo-{label}", "model.pkl", memoised, trick="V20", expected="suspicious-or-worse")
    escaped = b"c" + b"os\nsystem\n(S'\\x74rue'\ntR."
    writer.add("lines-escaped", "model.pkl", escaped, trick="V20")
    unicode_ = b"V\\u006fs\nVsystem\n\x93(S'true'\ntR."
    writer.add("lines-unicode-escape", "model.pkl", proto(4) + unicode_, trick="V20")
    writer.add("lines-no-quote", "model.pkl", b"cos\nsystem\n(Strue\ntR.", trick="V20", expected="not-clean")
