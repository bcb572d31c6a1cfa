"""A second reader of `*.sealed` files, written from docs/spec/container.md and nothing else of ours.

It exists to show that the specification is enough, and that what strongroom writes opens without strongroom:

    python3 open_sealed.py FILE.sealed PASSPHRASE_FILE OUTPUT

Passphrase slots without an access code, payloads without compression. Prints the metadata as JSON.
"""

import base64
import hashlib
import hmac
import json
import sys
import unicodedata

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

MAGIC = b"SRSEAL1\n"
NOT_FINAL = 0xFFFFFFFF


def main(path: str, passphrase_path: str, output: str) -> None:
    with open(path, "rb") as file:
        data = file.read()
    with open(passphrase_path, encoding="utf-8") as file:
        passphrase = unicodedata.normalize("NFC", file.read().rstrip("\n")).encode()
    header, payload = take_apart(data)
    dek = unwrap_dek(header, passphrase)
    check_mac(header, dek)
    metadata = json.loads(floe_open(subkey(dek, "metadata"), bound_to("metadata", header), b64(header["metadata"]), 4096))
    plain = floe_open(dek, bound_to("payload", header, bytes([header["suite"]])), payload_message(header, payload), header["segment"])
    assert damage_check(payload) == header["payloadCheck"], "payload check"
    assert hashlib.sha256(plain).hexdigest() == metadata["sha256"], "plaintext digest"
    assert len(plain) == header["size"], "size"
    with open(output, "wb") as file:
        file.write(plain)
    print(json.dumps(metadata))


def damage_check(payload: bytes) -> str:
    gmac = AESGCM(bytes(32))
    pieces = (payload[at : at + 262_144] for at in range(0, len(payload), 262_144))
    return hashlib.sha256(b"".join(gmac.encrypt(bytes(12), b"", piece) for piece in pieces)).hexdigest()


def take_apart(data: bytes) -> tuple[dict, bytes]:
    assert data[:8] == MAGIC, "magic"
    region = int.from_bytes(data[8:12], "big")
    length = int.from_bytes(data[12:16], "big")
    text = data[16 : 16 + length]
    assert region % 4096 == 0 and set(data[16 + length : region]) <= {0}, "padding"
    header = json.loads(text)
    assert text == canonical(header) + b"\n", "canonical header"
    assert header["format"] == "strongroom/1" and header["suite"] == 1
    assert header["compression"] == {"algorithm": "none"}
    payload = data[region:]
    assert len(payload) == header["payloadSize"], "payload size"
    return header, payload


def payload_message(header: dict, payload: bytes) -> bytes:
    """The payload as one FLOE message."""
    floe = b64(header["floe"])
    return payload if payload[: len(floe)] == floe else floe + payload


def unwrap_dek(header: dict, passphrase: bytes) -> bytes:
    slot = next(slot for slot in header["slots"] if slot["type"] == "passphrase" and "code" not in slot)
    key = derive(passphrase, slot["kdf"])
    aad = bound_to("slot", header, f"passphrase\0{slot['kdf']}\0".encode())
    return floe_open(key, aad, b64(slot["wrapped"]), 4096)


def derive(passphrase: bytes, phc: str) -> bytes:
    _, name, *fields = phc.split("$")
    salt = base64.b64decode(fields[-1] + "=" * (-len(fields[-1]) % 4))
    costs = {key: int(value) for key, value in (pair.split("=") for pair in fields[-2].split(","))}
    if name == "argon2id":
        kdf = Argon2id(salt=salt, length=32, iterations=costs["t"], lanes=costs["p"], memory_cost=costs["m"])
    elif name == "scrypt":
        kdf = Scrypt(salt=salt, length=32, n=2 ** costs["ln"], r=costs["r"], p=costs["p"])
    else:
        digest = {"pbkdf2-sha512": hashes.SHA512(), "pbkdf2-sha256": hashes.SHA256()}[name]
        kdf = PBKDF2HMAC(algorithm=digest, length=32, salt=salt, iterations=costs["i"])
    return kdf.derive(passphrase)


def check_mac(header: dict, dek: bytes) -> None:
    part = {key: value for key, value in header.items() if key not in ("mac", "generation", "slots")}
    expected = hmac.digest(subkey(dek, "header mac"), canonical(part), "sha256")
    assert hmac.compare_digest(expected, b64(header["mac"])), "header mac"


def canonical(value: dict) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def bound_to(use: str, header: dict, rest: bytes = b"") -> bytes:
    return f"strongroom/1\0{use}\0".encode() + b64(header["vault"]) + b64(header["blob"]) + rest


def subkey(dek: bytes, label: str) -> bytes:
    return expand(dek, f"strongroom/1 {label}".encode(), 32)


def expand(key: bytes, info: bytes, length: int) -> bytes:
    return HKDFExpand(hashes.SHA384(), length, info).derive(key)


def b64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def floe_open(key: bytes, aad: bytes, message: bytes, segment_bytes: int) -> bytes:
    """FLOE (c2sp.org/FLOE) with AES-256-GCM and HKDF-Expand-SHA-384, for messages of less than 2^20 segments."""
    header, rest = message[:74], message[74:]
    prefix = header[:42]
    assert prefix[:10] == bytes([0, 0]) + segment_bytes.to_bytes(4, "big") + (32).to_bytes(4, "big"), "FLOE parameters"
    assert hmac.compare_digest(header[42:], expand(key, prefix + b"HEADER_TAG:" + aad, 32)), "FLOE header tag"
    message_key = expand(key, prefix + b"MESSAGE_KEY:" + aad, 48)
    cipher = AESGCM(expand(message_key, prefix + b"DEK:" + bytes(8) + aad, 32))
    segments = [rest[at : at + segment_bytes] for at in range(0, len(rest), segment_bytes)]
    content = []
    for position, segment in enumerate(segments):
        is_final = position == len(segments) - 1
        assert int.from_bytes(segment[:4], "big") == (len(segment) if is_final else NOT_FINAL), "segment length"
        place = position.to_bytes(8, "big") + bytes([is_final])
        content.append(cipher.decrypt(segment[4:16], segment[16:], place))
    return b"".join(content)


if __name__ == "__main__":
    main(*sys.argv[1:])
