"""Asks a strongroom with an unmodified tritonclient; what it says must be what Python's onnxruntime says.

Usage: check_predictions.py HOST:PORT CA TOKEN FOLDER. FOLDER has digits.onnx, holdout.csv, text.json.
"""

import gzip
import json
import ssl
import sys
import urllib.request
from pathlib import Path

import numpy as np
import onnxruntime
import tritonclient.http as http
from tritonclient.http.auth import BasicAuth
from tritonclient.utils import InferenceServerException

url, ca, token, folder = sys.argv[1], sys.argv[2], sys.argv[3], Path(sys.argv[4])


def bearer():
    """Fresh every time: the client leaves headers of one call in the dictionary that it was given."""
    return {"Authorization": f"Bearer {token}"}


def new_client():
    return http.InferenceServerClient(
        url, ssl=True, ssl_context_factory=lambda: ssl.create_default_context(cafile=ca)
    )


def tensor(name, array, binary=True):
    datatype = "BYTES" if array.dtype == object else "FP32"
    given = http.InferInput(name, list(array.shape), datatype)
    given.set_data_from_numpy(array, binary_data=binary)
    return given


def refused(pattern, call):
    try:
        call()
    except InferenceServerException as error:
        assert pattern in str(error), f"expected {pattern!r} in {error}"
        return error
    raise AssertionError(f"not refused: {pattern}")


client = new_client()
assert client.is_server_live() and client.is_server_ready()
server = client.get_server_metadata(headers=bearer())
assert server["name"] == "strongroom" and "binary_tensor_data" in server["extensions"], server

held = np.loadtxt(folder / "holdout.csv", delimiter=",", skiprows=1, dtype=np.float32)
pixels = np.ascontiguousarray(held[:, 1:] / 16)
label, probabilities = onnxruntime.InferenceSession(folder / "digits.onnx").run(None, {"pixels": pixels})

assert client.is_model_ready("acme/digits", headers=bearer())
metadata = client.get_model_metadata("acme/digits", headers=bearer())
assert metadata["inputs"] == [{"name": "pixels", "datatype": "FP32", "shape": [-1, 64]}], metadata
assert [each["name"] for each in metadata["outputs"]] == ["label", "probabilities"], metadata
assert metadata["versions"] == ["1"], metadata
config = client.get_model_config("acme/digits", headers=bearer())
assert config["input"][0]["data_type"] == "TYPE_FP32" and config["max_batch_size"] == 0, config


def same(result):
    assert np.array_equal(result.as_numpy("label"), label)
    difference = np.abs(result.as_numpy("probabilities") - probabilities).max()
    assert difference <= 1e-6, difference
    return difference


greatest = 0
for name in ["acme/digits", "acme/digits:production", "acme~digits", "acme/digits@1"]:
    result = client.infer(name, [tensor("pixels", pixels)], headers=bearer(), request_id="42")
    greatest = max(greatest, same(result))
    answer = result.get_response()
    assert (answer["id"], answer["model_version"]) == ("42", "1"), answer
same(client.infer("acme/digits", [tensor("pixels", pixels)], model_version="1", headers=bearer()))
same(client.infer("acme/digits", [tensor("pixels", pixels, binary=False)], headers=bearer()))
as_json = [http.InferRequestedOutput(name, binary_data=False) for name in ("label", "probabilities")]
same(client.infer("acme/digits", [tensor("pixels", pixels)], outputs=as_json, headers=bearer()))
for algorithm in ("gzip", "deflate"):
    same(
        client.infer(
            "acme/digits",
            [tensor("pixels", pixels)],
            headers=bearer(),
            request_compression_algorithm=algorithm,
            response_compression_algorithm=algorithm,
        )
    )
print(f"digits: {len(pixels)} rows, greatest difference {greatest:g}")

top = [http.InferRequestedOutput("probabilities", class_count=2)]
classes = client.infer("acme/digits", [tensor("pixels", pixels[:3])], outputs=top, headers=bearer())
first = [row[0].decode().split(":") for row in classes.as_numpy("probabilities")]
assert [int(index) for _, index in first] == label[:3].tolist(), first

text = json.loads((folder / "text.json").read_text())
words = np.array(text["rows"], dtype=object).reshape(-1, 1)
for binary in (True, False):
    said = client.infer("acme/text", [tensor("text", words, binary)], headers=bearer())
    assert [one.decode() for one in said.as_numpy("label").tolist()] == text["label"]
    assert np.abs(said.as_numpy("probabilities") - np.array(text["probabilities"])).max() <= 1e-6
print(f"text: {len(words)} rows")

index = client.get_model_repository_index(headers=bearer())
assert {"name": "acme/digits", "version": "1", "state": "READY", "reason": ""} in index, index
statistics = client.get_inference_statistics("acme/digits", headers=bearer())
assert statistics["model_stats"][0]["inference_stats"]["success"]["count"] > 0, statistics
client.load_model("acme/digits", headers=bearer())

ask = tensor("pixels", pixels[:1])
refused("no input", lambda: client.infer("acme/digits", [ask, tensor("other", pixels[:1])], headers=bearer()))
refused("dimension 1", lambda: client.infer("acme/digits", [tensor("pixels", pixels[:1, :9])], headers=bearer()))
refused("finite", lambda: client.infer("acme/digits", [tensor("pixels", pixels[:1] * np.nan)], headers=bearer()))
refused("there is no model", lambda: client.infer("acme/nothing", [ask], headers=bearer()))
refused("not for use here", lambda: client.infer("acme/digits", [ask], headers=bearer(), sequence_id=7))
refused("as they are stored", lambda: client.load_model("acme/digits", headers=bearer(), config="{}"))
refused("shared memory", lambda: client.get_system_shared_memory_status(headers=bearer()))
refused("nobody is logged in", lambda: client.infer("acme/digits", [ask]))
wrong = {"Authorization": "Bearer srs_wrong"}
error = refused("", lambda: client.infer("acme/digits", [ask], headers=wrong))
assert error.status() == "401", error

basic = new_client()
basic.register_plugin(BasicAuth("anybody", token))
same(basic.infer("acme/digits", [tensor("pixels", pixels)]))

bomb = urllib.request.Request(
    f"https://{url}/v2/models/acme/digits/infer",
    gzip.compress(b" " * (64 << 20)),
    {**bearer(), "content-encoding": "gzip"},
)
try:
    urllib.request.urlopen(bomb, context=ssl.create_default_context(cafile=ca))
    raise AssertionError("a bomb was taken")
except urllib.error.HTTPError as answer:
    assert answer.code == 413, answer.code
    assert "larger" in json.loads(answer.read())["error"]
print("refusals and Basic: as they should be")
