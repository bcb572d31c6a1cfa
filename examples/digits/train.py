"""Trains the example classifier and writes it in four formats.

Three runs of a small neural network (one hidden layer) on scikit-learn's bundled handwritten digits. Each run
goes to a folder of its own with the same weights four times:

    digits.joblib       the fitted scikit-learn model, as scikit-learn users save one
    digits.onnx         converted with skl2onnx
    digits.pt           the state dict of the same network in PyTorch, by torch.save
    digits.safetensors  the same tensors

holdout.csv is the held-back test set (label, then 64 pixels from 0 to 16) and metrics.json what each run scored on
it. Every file is read back and must give the same predictions before the script ends well.

    python3 -m venv .venv && .venv/bin/pip install -r requirements.txt && .venv/bin/python train.py
"""

import json
import platform
from pathlib import Path

import joblib
import numpy
import onnx
import onnxruntime
import safetensors.torch
import skl2onnx
import sklearn
import torch
from sklearn.datasets import load_digits
from sklearn.metrics import accuracy_score, f1_score, log_loss
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

FOLDER = Path(__file__).parent
SEED = 20
HIDDEN_UNITS = (8, 64, 16)  # one run each, in the order in which the versions are stored
PIXELS = 64
CLASSES = 10


def main() -> None:
    digits = load_digits()
    pixels, labels = digits.data.astype(numpy.float32), digits.target
    train_x, test_x, train_y, test_y = train_test_split(
        pixels, labels, test_size=0.2, random_state=SEED, stratify=labels
    )
    write_holdout(test_x, test_y)
    runs = []
    for number, hidden in enumerate(HIDDEN_UNITS, start=1):
        folder = FOLDER / f"run-{number}"
        folder.mkdir(exist_ok=True)
        model = train(train_x, train_y, hidden)
        save(model, hidden, folder)
        check(model, hidden, folder, test_x)
        runs.append({"run": number, "folder": folder.name, "hiddenUnits": hidden, "metrics": score(model, test_x, test_y)})
    write_metrics(runs, len(train_y), len(test_y))


def train(x: numpy.ndarray, y: numpy.ndarray, hidden: int) -> MLPClassifier:
    model = MLPClassifier((hidden,), max_iter=3000, alpha=1e-3, random_state=SEED)
    model.fit(x / 16, y)
    return model


def score(model: MLPClassifier, x: numpy.ndarray, y: numpy.ndarray) -> dict[str, float]:
    probabilities = model.predict_proba(x / 16)
    guesses = probabilities.argmax(axis=1)
    return {
        "accuracy": round(float(accuracy_score(y, guesses)), 6),
        "f1": round(float(f1_score(y, guesses, average="macro")), 6),
        "log_loss": round(float(log_loss(y, probabilities)), 6),
    }


def network(hidden: int) -> torch.nn.Sequential:
    """The same network in PyTorch; it takes pixels already divided by 16."""
    return torch.nn.Sequential(torch.nn.Linear(PIXELS, hidden), torch.nn.ReLU(), torch.nn.Linear(hidden, CLASSES))


def save(model: MLPClassifier, hidden: int, folder: Path) -> None:
    joblib.dump(model, folder / "digits.joblib")
    shape = [("pixels", skl2onnx.common.data_types.FloatTensorType([None, PIXELS]))]
    graph = skl2onnx.to_onnx(model, initial_types=shape, options={"zipmap": False}, target_opset=18)
    onnx.save(graph, folder / "digits.onnx")
    torch_model = network(hidden)
    for layer, weights, biases in zip((torch_model[0], torch_model[2]), model.coefs_, model.intercepts_):
        layer.weight.data = torch.tensor(weights.T.copy(), dtype=torch.float32)
        layer.bias.data = torch.tensor(biases, dtype=torch.float32)
    state = torch_model.state_dict()
    torch.save(state, folder / "digits.pt")
    safetensors.torch.save_file(state, folder / "digits.safetensors", metadata={"format": "pt"})


def check(model: MLPClassifier, hidden: int, folder: Path, x: numpy.ndarray) -> None:
    """Reads every file back; all four must agree with the model in memory on the held-back set."""
    scaled = x / 16
    expected = model.predict(scaled)
    assert (joblib.load(folder / "digits.joblib").predict(scaled) == expected).all()
    session = onnxruntime.InferenceSession(folder / "digits.onnx", providers=["CPUExecutionProvider"])
    assert (session.run(None, {"pixels": scaled})[0] == expected).all()
    for state in (
        torch.load(folder / "digits.pt", weights_only=True),
        safetensors.torch.load_file(folder / "digits.safetensors"),
    ):
        torch_model = network(hidden)
        torch_model.load_state_dict(state)
        with torch.no_grad():
            guesses = torch_model(torch.from_numpy(scaled)).argmax(dim=1).numpy()
        assert (guesses == expected).all()


def write_holdout(x: numpy.ndarray, y: numpy.ndarray) -> None:
    header = ",".join(["label", *(f"p{index}" for index in range(PIXELS))])
    rows = [",".join(str(int(value)) for value in (label, *pixels)) for label, pixels in zip(y, x)]
    (FOLDER / "holdout.csv").write_text("\n".join([header, *rows]) + "\n", encoding="ascii")


def write_metrics(runs: list[dict], train_rows: int, test_rows: int) -> None:
    made_with = {
        "python": platform.python_version(),
        "scikit-learn": sklearn.__version__,
        "skl2onnx": skl2onnx.__version__,
        "onnx": onnx.__version__,
        "torch": torch.__version__.split("+")[0],
        "safetensors": safetensors.__version__,
        "joblib": joblib.__version__,
        "numpy": numpy.__version__,
    }
    report = {"trainRows": train_rows, "testRows": test_rows, "seed": SEED, "runs": runs, "madeWith": made_with}
    (FOLDER / "metrics.json").write_text(json.dumps(report, indent=2) + "\n", encoding="ascii")


if __name__ == "__main__":
    main()
