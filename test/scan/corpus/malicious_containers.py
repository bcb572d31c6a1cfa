"""Payloads in every container and under every name: C1, C4-C8, C11, C14-C18 of the list of bypasses."""

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zlib

from pickle_code import BENIGN, PAYLOADS, P0, P2, P4, STOP, call, proto, text
from zip_code import STATE, STORAGES, plain_zip, torch_zip

NAMES = {
    "pkl": "model.pkl", "bin": "model.bin", "pt": "model.pt", "ckpt": "model.ckpt", "joblib": "model.joblib", "dill": "model.dill",
    "dat": "model.dat", "model": "m.model", "none": "weights", "txt": "notes.txt", "json": "config.json",
    "safetensors": "model.safetensors", "gguf": "model.gguf", "npy": "array.npy", "onnx": "model.onnx", "h5": "model.h5",
    "md": "README.md", "png": "logo.png",
}  # fmt: skip


def make(writer):
    names(writer)
    compressed(writer)
    writer.attempt("lz4", lambda: lz4_payload(writer))
    tars(writer)
    numpy_files(writer)
    torch_files(writer)
    joblib_files(writer)
    polyglots(writer)


def names(writer):
    for name, payload in PAYLOADS.items():
        writer.add(f"plain-{name}", "model.pkl", payload, trick="C5")
    for name, file in NAMES.items():
        payload = P0 if len(name) % 2 else P4
        writer.add(f"named-{name}", file, payload, trick="C5 CVE-2025-10155")
        if name != "pkl":
            writer.add(f"named-{name}-p2", file, P2, trick="C5 CVE-2025-10155")
    writer.add("tiny-bin", "a.bin", b"cos\nsystem\n(S'true'\ntR.", trick="C17")


def raw_zstd(data):
    """A frame of one raw block."""
    return b"\x28\xb5\x2f\xfd\x20" + bytes([len(data)]) + struct.pack("<I", len(data) << 3 | 1)[:3] + data


def packers():
    return {
        "gzip": (".gz", lambda data: gzip.compress(data, mtime=0)),
        "zlib": (".z", zlib.compress),
        "bz2": (".bz2", bz2.compress),
        "xz": (".xz", lzma.compress),
        "lzma": (".lzma", lambda data: lzma.compress(data, lzma.FORMAT_ALONE)),
        "zstd": (".zst", raw_zstd),
    }


def compressed(writer):
    for name, (suffix, pack) in packers().items():
        for payload in ("p0", "p2", "p4"):
            writer.add(f"compressed-{name}-{payload}", f"model.pkl{suffix}", pack(PAYLOADS[payload]), trick="C15")
        writer.add(f"compressed-{name}-misnamed", "model.bin", pack(P2), trick="C15")
        writer.add(f"compressed-{name}-zip", f"model.zip{suffix}", pack(plain_zip({"model.pkl": P2})[:250]), trick="C15", expected="not-clean")
        writer.add(f"compressed-{name}-truncated", f"model.pkl{suffix}", pack(BENIGN)[:-5], trick="C7", expected="not-clean")
    writer.add("compressed-twice", "model.pkl.gz", gzip.compress(bz2.compress(P2), mtime=0), trick="C15")
    writer.add("gzip-second-member", "model.pkl.gz", gzip.compress(BENIGN, mtime=0) + gzip.compress(P2, mtime=0), trick="C15")
    writer.add("gzip-trailing-pickle", "model.pkl.gz", gzip.compress(BENIGN, mtime=0) + P2, trick="C15", expected="suspicious-or-worse")
    deep = P2
    for _ in range(40):
        deep = gzip.compress(deep, mtime=0)
    writer.add("gzip-matryoshka", "model.gz", deep, trick="C19", expected="not-clean")


def lz4_payload(writer):
    import lz4.frame

    for payload in ("p0", "p2", "p4"):
        writer.add(f"compressed-lz4-{payload}", "model.pkl.lz4", lz4.frame.compress(PAYLOADS[payload]), trick="C15")


def tar_of(entries, **options):
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", **options) as archive:
        for entry, content in entries:
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return made.getvalue()


def entry(name, **fields):
    made = tarfile.TarInfo(name)
    for key, value in fields.items():
        setattr(made, key, value)
    return made


def tars(writer):
    old = [(entry(name), content) for name, content in (("sys_info", BENIGN), ("pickle", P2), ("storages", BENIGN), ("tensors", BENIGN))]
    writer.add("torch-tar", "model.pt", tar_of(old), trick="C18 V22 CVE-2025-32434")
    storages = [(entry(name), content) for name, content in (("sys_info", BENIGN), ("pickle", BENIGN), ("storages", P2), ("tensors", BENIGN))]
    writer.add("torch-tar-storages", "model.pt", tar_of(storages), trick="C18")
    for name, content in (("model.pkl", P4), ("notes.txt", P0)):
        writer.add(f"tar-{name[:5]}", "model.tar", tar_of([(entry(name), content)]), trick="C18")
    writer.add("tar-gz", "model.tar.gz", gzip.compress(tar_of([(entry("a/b.bin"), P2)]), mtime=0), trick="C18")
    outside = {
        "tar-symlink": entry("weights", type=tarfile.SYMTYPE, linkname="/etc/passwd"),
        "tar-hardlink": entry("weights", type=tarfile.LNKTYPE, linkname="../../secret"),
        "tar-device": entry("null", type=tarfile.CHRTYPE, devmajor=1, devminor=3),
        "tar-fifo": entry("pipe", type=tarfile.FIFOTYPE),
        "tar-absolute": entry("/etc/cron.d/model"),
        "tar-parent": entry("../../model.py"),
        "tar-pax-path": entry("weights", pax_headers={"path": "../../../escape"}),
        "tar-setuid": entry("../run", mode=0o4755),
    }
    for name, made in outside.items():
        writer.add(name, "model.tar", tar_of([(made, b"")], format=tarfile.PAX_FORMAT), trick="C18", expected="suspicious-or-worse")
    twice = tar_of([(entry("model.pkl"), BENIGN), (entry("model.pkl"), P2)])
    writer.add("tar-duplicate", "model.tar", twice, trick="C18")
    writer.add("tar-behind-end", "model.tar", tar_of([(entry("a"), b"x")]) + tar_of([(entry("model.pkl"), P2)]), trick="C18")


def npy(descr, shape, data, version=1):
    header = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}".encode()
    header += b" " * (-(len(header) + 11) % 64) + b"\n"
    return b"\x93NUMPY" + bytes([version, 0]) + struct.pack("<H", len(header)) + header + data


def numpy_files(writer):
    writer.add("npy-object", "array.npy", npy("'|O'", "(1,)", P2), trick="N1 CVE-2019-6446")
    writer.add("npy-object-structured", "array.npy", npy("[('a', '<i4'), ('b', '|O')]", "(1,)", P2), trick="N1 CVE-2019-6446")
    writer.add("npy-object-nested", "array.npy", npy("[('a', [('c', '|O')])]", "(1,)", P4), trick="N1 CVE-2019-6446")
    writer.add("npy-object-p0", "array.npy", npy("'O'", "()", P0), trick="N1")
    writer.add("npy-misnamed", "array.txt", npy("'|O'", "(1,)", P2), trick="N1")
    writer.add("npy-trailing-pickle", "array.npy", npy("'<f4'", "(2,)", b"\0" * 8 + P2), trick="N1", expected="suspicious-or-worse")
    writer.add("npy-short", "array.npy", npy("'<f8'", "(1000,)", b"\0" * 8), trick="N1", expected="not-clean")
    writer.add("npy-header-code", "array.npy", npy("__import__('os').system('true')", "(1,)", b""), trick="N1", expected="not-clean")
    writer.add("npy-huge-shape", "array.npy", npy("'<f8'", f"({2**62}, {2**62})", b""), trick="N1", expected="not-clean")
    writer.add("npz-object", "arrays.npz", plain_zip({"a.npy": npy("'<f4'", "(1,)", b"\0" * 4), "b.npy": npy("'|O'", "(1,)", P2)}), trick="N1")
    writer.add("npz-object-deflated", "arrays.npz", plain_zip({"b.npy": npy("'|O'", "(1,)", P4)}, deflate=True), trick="N1")
    writer.add("npz-pickle-member", "arrays.npz", plain_zip({"a.npy": P2}), trick="N1")


MAGIC = b"\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19."
LEGACY_REST = [proto(2) + b"M\xe9\x03.", BENIGN]


def torch_files(writer):
    for name, payload in PAYLOADS.items():
        writer.add(f"torch-zip-{name}", "model.pt", plain_zip(torch_zip(payload, STORAGES)), trick="C1")
    writer.add("torch-zip-deflated", "model.pt", plain_zip(torch_zip(P2, STORAGES), deflate=True), trick="C1")
    writer.add("torch-zip-second-pickle", "model.pt", plain_zip(torch_zip(STATE, STORAGES, {"archive/extra.pkl": P2})), trick="C12")
    writer.add("torch-zip-storage-pickle", "model.pt", plain_zip(torch_zip(STATE, {"0": P2})), trick="C12")
    writer.add("torch-zip-unused-storage", "model.pt", plain_zip(torch_zip(STATE, {**STORAGES, "7": P4})), trick="C12")
    writer.add("torch-zip-hidden-txt", "model.pt", plain_zip(torch_zip(STATE, STORAGES, {"archive/weights.txt": P0})), trick="C1 CVE-2025-1889")
    writer.add("torch-zip-two-data", "model.pt", plain_zip(torch_zip(STATE, STORAGES, {"other/data.pkl": P2})), trick="C12")
    writer.add("torch-script-extra", "model.pt", plain_zip(torch_zip(STATE, STORAGES, {"archive/constants.pkl": P2, "archive/code/m.py": b""})), trick="C12")
    writer.add("torch-script-hidden", "model.pt", plain_zip({"archive/constants.pkl": b"\x80\x02).", "archive/version": b"3\n", "archive/data.pkl": STATE, "archive/data/0": STORAGES["0"], "archive/extra/x": P2}), trick="C12")
    whole = proto(2) + MAGIC
    for index, where in enumerate(("main", "keys")):
        streams = [whole, *LEGACY_REST, *([P2, proto(2) + b"]."] if index == 0 else [STATE, P2])]
        writer.add(f"torch-legacy-{where}", "pytorch_model.bin", b"".join(streams), trick="C12")
    magic = proto(2) + call("builtins", "eval", "0x1950a86a20f9469cfc6c") + STOP
    writer.add("torch-legacy-magic", "pytorch_model.bin", magic + b"".join(LEGACY_REST) + STATE, trick="C8 GHSA-97f8-7cmv-76j2")
    writer.add("torch-legacy-sys-info", "pytorch_model.bin", whole + LEGACY_REST[0] + P2 + STATE, trick="C12")


def joblib_files(writer):
    array = (
        proto(4) + b"\x8c\x13joblib.numpy_pickle\x8c\x11NumpyArrayWrapper\x93)\x81}(\x8c\x08subclass\x8c\x05numpy\x8c\x07ndarray\x93"
        b"\x8c\x05shapeK\x04\x85\x8c\x05order\x8c\x01C\x8c\x05dtype\x8c\x05numpy\x8c\x05dtype\x93\x8c\x02f8\x89\x88\x87R"
        b"(K\x03\x8c\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x8c\nallow_mmap\x88ub"
    )
    raw = struct.pack("<4d", 1, 2, 3, 4)
    writer.add("joblib-array-then-call", "model.joblib", array + b"\x00" + raw + call4_tail(), trick="C16")
    writer.add("joblib-array-then-stream", "model.joblib", array + raw + STOP + P2, trick="C16")
    for name, (suffix, pack) in packers().items():
        if name != "zstd":
            writer.add(f"joblib-{name}", f"model.joblib{suffix}", pack(array + raw + call4_tail()), trick="C15 C16")
    writer.add("joblib-zfile", "model.pkl", b"ZF0x" + f"{len(P2):<17x}".encode() + zlib.compress(P2), trick="C15")


def call4_tail():
    return b"\x8c\x05posix\x8c\x06system\x93\x8c\x04true\x85R\x86."


def polyglots(writer):
    image = b"\x89PNG\r\n\x1a\n" + b"\0" * 60
    archive = plain_zip({"model.pkl": P2})
    heads = {
        "pdf": b"%PDF-1.4\n%%EOF\n", "elf": b"\x7fELF\x02\x01\x01" + b"\0" * 60, "png": image, "pickle": BENIGN,
        "text": b"notes\n" * 30, "junk": bytes(range(256)),
    }  # fmt: skip
    for name, head in heads.items():
        writer.add(f"polyglot-{name}-zip", "model.pt", head + archive, trick="C14")
    header = b'{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}'
    safe = struct.pack("<Q", len(header)) + header + b"\0" * 4
    writer.add("polyglot-safetensors-zip", "model.safetensors", safe + archive, trick="C14 S1")
    writer.add("polyglot-safetensors-pickle", "model.safetensors", safe + P2, trick="C14 S1", expected="suspicious-or-worse")
    gguf = b"GGUF" + struct.pack("<IQQ", 3, 0, 0)
    writer.add("polyglot-gguf-pickle", "model.gguf", gguf + P2, trick="C14", expected="suspicious-or-worse")
    writer.add("polyglot-gguf-zip", "model.gguf", gguf + archive, trick="C14")
    writer.add("polyglot-zip-pickle", "model.zip", plain_zip({"a.txt": b"x"}) + P2, trick="C14", expected="suspicious-or-worse")
    writer.add("polyglot-pickle-text", "model.pkl", P0 + b"\nthese are my notes\n", trick="C14")
    for name, head in (("7z", b"7z\xbc\xaf'\x1c\x00\x04" + b"\x11" * 200), ("rar", b"Rar!\x1a\x07\x01\x00" + b"\x11" * 90), ("cab", b"MSCF" + b"\0" * 90)):
        writer.add(f"opaque-{name}", "model.pt", head, trick="C6 nullifAI", expected="not-clean")
    writer.add("opaque-unknown", "model.bin", bytes(range(7, 250)), trick="C6", expected="not-clean")
    writer.add("nested-text-pickle", "vocab.txt", text("x") + P2, trick="C11", expected="not-clean")
