"""Configuration, tokenizers, cards, notebooks, archives: what lies beside weights."""

import gzip
import io
import json
import tarfile
import zipfile

from benign_graphs import CHAT_TEMPLATES

CONFIG = {
    "_name_or_path": "bert-base-uncased",
    "architectures": ["BertForMaskedLM"],
    "model_type": "bert",
    "hidden_size": 768,
    "id2label": {"0": "NEG", "1": "POS"},
    "torch_dtype": "float32",
    "transformers_version": "4.40.0",
}

CARD = """---
license: apache-2.0
language: en
tags:
- text-classification
---
# A model

It is loaded with:

```python
from transformers import pipeline
classify = pipeline("text-classification")
print(classify("good"))
```

See https://example.org/paper for the paper.
"""

TREE_PMML = """<?xml version="1.0" encoding="UTF-8"?>
<PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4"><Header/><DataDictionary numberOfFields="1">
<DataField name="x" optype="continuous" dataType="double"/></DataDictionary></PMML>
"""


def make(writer):
    settings(writer)
    texts(writer)
    archives(writer)
    writer.attempt("tokenizers", lambda: tokenizers(writer))


def settings(writer):
    add_json(writer, "json-config", "config.json", CONFIG)
    add_json(writer, "json-generation", "generation_config.json", {"temperature": 0.6, "eos_token_id": [1, 2]})
    shards = {"metadata": {"total_size": 12}, "weight_map": {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}}
    add_json(writer, "json-shards", "model.safetensors.index.json", shards)
    for name, template in CHAT_TEMPLATES.items():
        content = {"tokenizer_class": "PreTrainedTokenizerFast", "chat_template": template, "bos_token": "<s>", "eos_token": "</s>"}
        add_json(writer, f"tokenizer-config-{name}", "tokenizer_config.json", content)
        writer.add(f"jinja-{name}", "chat_template.jinja", template.encode())
    words = ["password", "import", "os", "system", "http://example.org", "lambda", "MZ", "#!", "secret", "eval("]
    add_json(writer, "json-vocabulary", "vocab.json", {word: index for index, word in enumerate(words)})
    add_json(writer, "json-adapter", "adapter_config.json", {"peft_type": "LORA", "r": 8, "base_model_name_or_path": "acme/base"})
    nemo = b"model:\n  _target_: nemo.collections.asr.models.EncDecCTCModel\n  optim:\n    _target_: torch.optim.AdamW\n    lr: 0.1\n"
    writer.add("yaml-nemo-targets", "model_config.yaml", nemo)
    writer.add("yaml-environment", "params.yaml", b"learning_rate: 0.1\nlayers:\n  - 64\n  - 32\nname: 'a model'\n")


def add_json(writer, name, file, value):
    writer.add(name, file, json.dumps(value, indent=2).encode())


def texts(writer):
    writer.add("text-card", "README.md", CARD.encode())
    writer.add("text-plain", "notes.txt", b"trained for three epochs; see the log.\n")
    writer.add("text-merges", "merges.txt", b"#version: 0.2\nt h\nth e\ni n\n")
    writer.add("text-vocabulary", "vocab.txt", "\n".join(f"[unused{index}]" for index in range(500)).encode())
    writer.add("text-csv", "data.csv", b"a,b,c\n1,2,3\n4,5,6\n")
    writer.add("text-unicode", "LIESMICH.txt", "Käse für alle ☃\n".encode())
    writer.add("xml-pmml", "model.pmml", TREE_PMML.encode())


def archives(writer):
    files = {"config.json": json.dumps(CONFIG).encode(), "README.md": CARD.encode(), "weights/0.txt": b"1 2 3\n"}
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), content)
    writer.add("archive-zip", "model.zip", zipped.getvalue())
    tarred = io.BytesIO()
    with tarfile.open(fileobj=tarred, mode="w") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    writer.add("archive-tar", "model.tar", tarred.getvalue())
    writer.add("archive-tar-gz", "model.tar.gz", gzip.compress(tarred.getvalue(), mtime=0))


def tokenizers(writer):
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

    corpus = ["the quick brown fox", "jumps over the lazy dog"] * 5
    for name, model, trainer in (
        ("bpe", models.BPE(unk_token="?"), trainers.BpeTrainer(special_tokens=["?"], show_progress=False)),
        ("wordpiece", models.WordPiece(unk_token="?"), trainers.WordPieceTrainer(special_tokens=["?"], show_progress=False)),
    ):
        tokenizer = Tokenizer(model)
        tokenizer.normalizer = normalizers.NFKC()
        tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
        tokenizer.train_from_iterator(corpus, trainer)
        tokenizer.save(writer.path(f"tokenizer-{name}", "tokenizer.json"))
