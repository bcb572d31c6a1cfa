"""Writes the two real data sets on which the extraction defence is measured.

    digits.txt  one line an image: its label, then 64 pixels from 0 to 16 as the letters a to q
    cancer.csv  one line a tumour: its label (0 malignant, 1 benign), then 30 measurements

Both come with scikit-learn, so nothing is downloaded besides it:

    python3 -m venv .venv && .venv/bin/pip install -r requirements.txt && .venv/bin/python make-data.py
"""

from pathlib import Path

from sklearn.datasets import load_breast_cancer, load_digits

FOLDER = Path(__file__).parent


def main() -> None:
    digits = load_digits()
    lines = [
        f"{label}{''.join(chr(ord('a') + int(pixel)) for pixel in pixels)}"
        for label, pixels in zip(digits.target, digits.data)
    ]
    (FOLDER / "digits.txt").write_text("\n".join(lines) + "\n")
    cancer = load_breast_cancer()
    names = ",".join(name.replace(" ", "_") for name in cancer.feature_names)
    rows = [
        f"{label},{','.join(f'{value:.6g}' for value in values)}"
        for label, values in zip(cancer.target, cancer.data)
    ]
    (FOLDER / "cancer.csv").write_text("\n".join([f"label,{names}", *rows]) + "\n")


if __name__ == "__main__":
    main()
