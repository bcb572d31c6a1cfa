"""State dicts, whole checkpoints and TorchScript archives, in the zip and in the legacy form."""

import collections
import pickle


def make(writer):
    for maker in (state_dicts, checkpoints, scripts, pickles):
        writer.attempt(maker.__name__, lambda maker=maker: maker(writer))


def network():
    import torch

    torch.manual_seed(1)
    return torch.nn.Sequential(
        torch.nn.Linear(4, 8), torch.nn.BatchNorm1d(8), torch.nn.ReLU(), torch.nn.Dropout(0.1), torch.nn.Linear(8, 2)
    )


def save_both(writer, name, value):
    import torch

    torch.save(value, writer.path(f"torch-{name}", "model.pt"))
    torch.save(value, writer.path(f"torch-legacy-{name}", "pytorch_model.bin"), _use_new_zipfile_serialization=False)


def state_dicts(writer):
    import torch

    save_both(writer, "state-dict", network().state_dict())
    image = torch.nn.Sequential(torch.nn.Conv2d(1, 4, 3), torch.nn.BatchNorm2d(4), torch.nn.LSTM(4, 3))
    save_both(writer, "conv-lstm", image.state_dict())
    encoder = torch.nn.TransformerEncoderLayer(16, 2)
    save_both(writer, "transformer", encoder.state_dict())
    shared = torch.arange(100.0)
    save_both(writer, "shared", {"a": shared[:50], "b": shared[50:], "c": shared.view(10, 10).t()})
    for name in "float64 float16 bfloat16 int64 int32 int16 int8 uint8 bool complex64".split():
        dtype = getattr(torch, name)
        torch.save(torch.ones(3, 4).to(dtype), writer.path(f"torch-{name}", "tensor.pt"))
    save_both(writer, "sparse", torch.eye(4).to_sparse())
    save_both(writer, "quantised", torch.quantize_per_tensor(torch.rand(3, 4), 0.1, 2, torch.qint8))
    save_both(writer, "parameter", torch.nn.Parameter(torch.ones(2)))
    save_both(writer, "empty", torch.zeros(0, 3))
    # Raw numbers that begin as a pickle does, and hold the byte that ends one.
    lookalike = torch.frombuffer(bytearray(b"\x80\x02}q\x00" + bytes(range(256)) * 4), dtype=torch.uint8)
    torch.save({"raw": lookalike}, writer.path("torch-lookalike-storage", "model.pt"))


def checkpoints(writer):
    import torch

    model = network()
    adam = torch.optim.Adam(model.parameters())
    model(torch.rand(4, 4)).sum().backward()
    adam.step()
    checkpoint = {
        "epoch": 3,
        "model": model.state_dict(),
        "optimizer": adam.state_dict(),
        "history": collections.OrderedDict(loss=[0.5, 0.2]),
        "device": torch.device("cpu"),
        "size": torch.Size([2, 3]),
        "dtype": torch.float32,
        "rng": torch.get_rng_state(),
    }
    save_both(writer, "checkpoint", checkpoint)
    save_both(writer, "nested", {"a": {"b": [torch.ones(2), (torch.zeros(1), None)]}, "text": "hello"})
    save_both(writer, "numpy-inside", {"array": torch.rand(3).numpy(), "weight": torch.rand(3)})
    save_both(writer, "module", model)
    torch.save(model.state_dict(), writer.path("torch-named-ckpt", "epoch=3.ckpt"))
    torch.save(model.state_dict(), writer.path("torch-protocol-4", "model.pth"), pickle_protocol=4)


def scripts(writer):
    import torch

    model = network().eval()
    torch.jit.script(model).save(writer.path("torchscript-scripted", "model.pt"))
    torch.jit.trace(model, torch.rand(2, 4)).save(writer.path("torchscript-traced", "model.pt"))
    frozen = torch.jit.freeze(torch.jit.script(model))
    frozen.save(writer.path("torchscript-frozen", "model.pt"))


def pickles(writer):
    import torch

    writer.add("torch-pickled-size", "value.pkl", pickle.dumps({"shape": torch.Size([1, 2]), "dtype": torch.float16}, 4))
