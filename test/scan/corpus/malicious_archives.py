"""Zip archives that lie: C1-C4, C9-C13, C19."""

import zlib

from pickle_code import BENIGN, P0, P2, P4
from zip_code import STATE, STORAGES, Member, plain_zip, torch_zip, zip_of


def make(writer):
    inner_files(writer)
    headers(writer)
    names(writer)
    bombs(writer)


def inner_files(writer):
    for name in ("model.pkl", "weights.txt", "payload.bin", "config.json", "a/b/c", "logo.png", "model.safetensors", "x.npy"):
        for label, payload in (("p0", P0), ("p4", P4)):
            slug = name.replace("/", "-").replace(".", "-")
            writer.add(f"zip-{slug}-{label}", "model.zip", plain_zip({"README.md": b"# hello\n", name: payload}), trick="C1 C11 CVE-2025-1889")
    inner = plain_zip({"model.pkl": P2})
    writer.add("zip-in-zip", "model.zip", plain_zip({"inner.zip": inner}), trick="C11")
    writer.add("zip-in-zip-deflated", "model.zip", plain_zip({"inner.bin": inner}, deflate=True), trick="C11")
    deep = inner
    for level in range(4):
        deep = plain_zip({f"level{level}": deep}, deflate=True)
    writer.add("zip-four-deep", "model.zip", deep, trick="C11")
    for level in range(30):
        deep = plain_zip({f"more{level}": deep})
    writer.add("zip-thirty-deep", "model.zip", deep, trick="C19", expected="not-clean")
    broken = Member("broken.pkl", b"\x80\x04\x95", crc=1)
    writer.add("zip-bad-entry-first", "model.zip", zip_of([broken, Member("model.pkl", P2)]), trick="C9")
    method = Member("odd.pkl", b"abc", method=99)
    writer.add("zip-unknown-method-first", "model.zip", zip_of([method, Member("model.pkl", P2)]), trick="C9")
    writer.add("zip-unknown-method", "model.zip", zip_of([method]), trick="C13", expected="not-clean")
    writer.add("zip-encrypted", "model.zip", zip_of([Member("model.pkl", b"\x13" * 40, flags=1)]), trick="C13", expected="not-clean")


def headers(writer):
    for flag in (0x1, 0x20, 0x40, 0x2000):
        lied = [Member("archive/data.pkl", P2, flags=flag), Member("archive/version", b"3\n")]
        writer.add(f"zip-flag-{flag:x}", "model.pt", zip_of(lied), trick="C3 CVE-2025-1945")
        one = [Member("archive/data.pkl", P2, central_flags=flag), Member("archive/version", b"3\n")]
        writer.add(f"zip-flag-central-{flag:x}", "model.pt", zip_of(one), trick="C3 CVE-2025-1945")
    lies = {
        "local-name": ({"local_name": b"archive/notes.txt"}, "C2 CVE-2025-1944"),
        "central-name": ({"central_name": b"archive/notes.txt"}, "C2 CVE-2025-1944"),
        "crc": ({"crc": 0x12345678}, "C4 CVE-2025-10156"),
        "crc-central": ({"central_crc": 7}, "C4 CVE-2025-10156"),
        "crc-local": ({"local_crc": 7}, "C4 CVE-2025-10156"),
        "size-central": ({"central_size": 3}, "C10"),
        "size-local": ({"local_size": 3}, "C10"),
        "method-central": ({"central_method": 8}, "C10"),
        "method-local": ({"local_method": 8}, "C10"),
        "unlisted": ({"is_listed": False}, "C10"),
    }
    for name, (lie, trick) in lies.items():
        members = [Member("archive/version", b"3\n"), Member("archive/data.pkl", P2, **lie)]
        writer.add(f"zip-lie-{name}", "model.pt", zip_of(members), trick=trick)
        harmless = [Member("archive/version", b"3\n"), Member("archive/data.pkl", BENIGN, **lie)]
        writer.add(f"zip-lie-{name}-harmless", "model.pt", zip_of(harmless), trick=trick, expected="not-clean")
    ghost = [Member("archive/data.pkl", BENIGN), Member("ghost", b"", is_local=False, offset=999999)]
    writer.add("zip-ghost", "model.pt", zip_of(ghost), trick="C10", expected="not-clean")
    twice = [Member("archive/data.pkl", STATE), Member("archive/data.pkl", P2), Member("archive/data/0", STORAGES["0"])]
    writer.add("zip-duplicate", "model.pt", zip_of(twice), trick="C10")
    writer.add("zip-case-twins", "model.zip", plain_zip({"model.pkl": BENIGN, "MODEL.PKL": P2}), trick="C10")
    writer.add("zip-prefix", "model.zip", zip_of([Member("a.txt", b"x")], prefix=P2), trick="C14")
    writer.add("zip-gap", "model.zip", zip_of([Member("a.txt", b"x"), Member("b.txt", b"y")], gap=P2), trick="C14", expected="suspicious-or-worse")
    writer.add("zip-comment", "model.zip", zip_of([Member("a.txt", b"x")], comment=P2), trick="C14", expected="suspicious-or-worse")
    writer.add("zip-two-ends", "model.zip", plain_zip({"model.pkl": P2}) + plain_zip({"a.txt": b"x"}), trick="C10")
    writer.add("zip-two-ends-reversed", "model.zip", plain_zip({"a.txt": b"x"}) + plain_zip({"model.pkl": P2}), trick="C10")
    cut = plain_zip(torch_zip(P2, STORAGES))
    writer.add("zip-no-directory", "model.pt", cut[: cut.index(b"PK\x01\x02")], trick="C10")
    writer.add("zip-truncated", "model.pt", cut[:-30], trick="C10")


def names(writer):
    for label, name in {
        "parent": "../../etc/passwd", "absolute": "/etc/cron.d/x", "drive": "C:\\x.dll", "backslash": "..\\..\\x", "nul": "a\0b",
        "device": "NUL", "empty": "",
    }.items():  # fmt: skip
        writer.add(f"zip-name-{label}", "model.zip", plain_zip({name: b"x"}), trick="C10", expected="not-clean")
    link = Member("link", b"/etc/passwd", attributes=0o120777 << 16, made_by=3 << 8 | 20)
    writer.add("zip-symlink", "model.zip", zip_of([link]), trick="C10", expected="suspicious-or-worse")


def bombs(writer):
    zeros = bytes(1 << 24)
    writer.add("zip-bomb-ratio", "model.zip", plain_zip({"zeros.bin": zeros}, deflate=True), trick="C19", expected="not-clean")
    once = plain_zip({"zeros.bin": zeros}, deflate=True)
    writer.add("zip-bomb-nested", "model.zip", plain_zip({f"{index}.zip": once for index in range(16)}, deflate=True), trick="C19", expected="not-clean")
    packed = Member("0", zeros[:65536], deflate=True)
    overlapped = zip_of([packed, *[Member(str(index), zeros[:65536], deflate=True, is_local=False, offset=0) for index in range(1, 50)]])
    writer.add("zip-bomb-overlap", "model.zip", overlapped, trick="C19", expected="not-clean")
    lying = Member("a.bin", zeros, deflate=True, size=10, crc=zlib.crc32(b""))
    writer.add("zip-bomb-lying-size", "model.zip", zip_of([lying]), trick="C19", expected="not-clean")
