"""Signs files as model_signing 0.2 did, with the current package's own functions for reading such signatures.

    python3 make_old_signature.py FOLDER PRIVATE_KEY SIGNATURE

An elliptic key, the statement `Digests/v0.1`, the broken encoding of what is signed, and the key itself in the bundle.
"""

import base64
import hashlib
import json
import sys
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from model_signing._signing import sign_ec_key, sign_sigstore_pb


def main(folder: str, private_key: str, signature: str) -> None:
    root = Path(folder)
    files = sorted(path for path in root.rglob("*") if path.is_file())
    key = serialization.load_pem_private_key(Path(private_key).read_bytes(), None)
    public = key.public_key()
    payload = json.dumps(
        {
            "_type": "https://in-toto.io/Statement/v1",
            "subject": [
                {
                    "name": path.relative_to(root).as_posix(),
                    "digest": {"sha256": hashlib.sha256(path.read_bytes()).hexdigest()},
                }
                for path in files
            ],
            "predicateType": "https://model_signing/Digests/v0.1",
            "predicate": {"note": "a 'quoted' word, a \"double\" one, a back\\slash and a tab\t"},
        }
    ).encode()
    signed = key.sign(sign_sigstore_pb.pae_compat(payload), ec.ECDSA(sign_ec_key.get_ec_key_hash(public)))
    pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    bundle = {
        "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
        "verificationMaterial": {
            "publicKey": {
                "rawBytes": base64.b64encode(pem).decode(),
                "keyDetails": f"PKIX_ECDSA_P{public.key_size}_SHA_{public.key_size}",
            }
        },
        "dsseEnvelope": {
            "payload": base64.b64encode(payload).decode(),
            "payloadType": "application/vnd.in-toto+json",
            "signatures": [{"sig": base64.b64encode(signed).decode(), "keyid": None}],
        },
    }
    Path(signature).write_text(json.dumps(bundle))


if __name__ == "__main__":
    main(*sys.argv[1:])
