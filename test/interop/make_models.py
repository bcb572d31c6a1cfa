"""Makes two models for test/interop/predictions.ts, and what Python's onnxruntime says about held-back rows.

Usage: make_models.py FOLDER. Writes tabular.onnx, tabular.csv, tabular.json, text.onnx, text.json.
"""

import json
import sys
from pathlib import Path

import numpy as np
import onnxruntime
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType, StringTensorType
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline

folder = Path(sys.argv[1])


def answers(path, inputs):
    label, probabilities = onnxruntime.InferenceSession(path).run(["label", "probabilities"], inputs)
    return {"label": label.tolist(), "probabilities": probabilities.tolist()}


def tabular():
    data = load_breast_cancer()
    features = data.data.astype(np.float32)
    train, held, labels, _ = train_test_split(features, data.target, test_size=0.25, random_state=7)
    model = GradientBoostingClassifier(n_estimators=60, random_state=7).fit(train, labels)
    onnx = to_onnx(
        model,
        initial_types=[("features", FloatTensorType([None, features.shape[1]]))],
        options={"zipmap": False},
        target_opset=17,
    )
    (folder / "tabular.onnx").write_bytes(onnx.SerializeToString())
    names = [name.replace(" ", "_") for name in data.feature_names]
    lines = [",".join(names)] + [",".join(repr(float(value)) for value in row) for row in held]
    (folder / "tabular.csv").write_text("\n".join(lines) + "\n")
    schema = {"features": [{"name": name} for name in names], "labels": data.target_names.tolist()}
    said = answers(folder / "tabular.onnx", {"features": held})
    (folder / "tabular.json").write_text(json.dumps({"schema": schema, "rows": held.tolist(), **said}))


TEXTS = [
    ("the parcel never arrived and nobody answers", "complaint"),
    ("arrived broken, I want my money back", "complaint"),
    ("this is the worst service that I have seen", "complaint"),
    ("the invoice is wrong again", "complaint"),
    ("thank you, everything works well", "praise"),
    ("great service and a friendly answer", "praise"),
    ("I love the new version", "praise"),
    ("the parcel arrived early, very good", "praise"),
    ("where can I change my address", "question"),
    ("how do I open an account", "question"),
    ("what does the large parcel cost", "question"),
    ("when does the service open", "question"),
]
ASKED = ["my parcel is broken", "a very friendly and good service", "how can I change the account", "GREAT VERSION"]


def text():
    texts, labels = zip(*TEXTS)
    model = make_pipeline(TfidfVectorizer(token_pattern=r"[a-zA-Z]+"), LogisticRegression(C=10)).fit(texts, labels)
    onnx = to_onnx(
        model,
        initial_types=[("text", StringTensorType([None, 1]))],
        # A locale that every system has; the default, en_US, often is not installed.
        options={id(model): {"zipmap": False}, id(model[0]): {"tokenexp": "[a-zA-Z]+", "locale": "C.UTF-8"}},
        target_opset=17,
    )
    (folder / "text.onnx").write_bytes(onnx.SerializeToString())
    asked = np.array(ASKED, dtype=object).reshape(-1, 1)
    said = answers(folder / "text.onnx", {"text": asked})
    (folder / "text.json").write_text(json.dumps({"rows": ASKED, **said}))


tabular()
text()
