"""Pickles written opcode by opcode. Nothing here is ever loaded; what they would run is harmless all the same."""

import struct

STOP = b"."
POP = b"0"
MARK = b"("


def proto(number):
    return b"\x80" + bytes([number])


def text(value):
    data = value.encode() if isinstance(value, str) else value
    return b"X" + struct.pack("<I", len(data)) + data


def short(value):
    data = value.encode()
    return b"\x8c" + bytes([len(data)]) + data


def blob(data):
    return b"B" + struct.pack("<I", len(data)) + data


def glob(module, name):
    return f"c{module}\n{name}\n".encode()


def stack_global(module, name):
    return short(module) + short(name) + b"\x93"


def args(*values):
    """A tuple of texts and of ready-made opcodes."""
    return MARK + b"".join(value if isinstance(value, bytes) else text(value) for value in values) + b"t"


def call(module, name, *values):
    return glob(module, name) + args(*values) + b"R"


def call4(module, name, *values):
    return stack_global(module, name) + args(*values) + b"R"


# The harmless command that every payload would run.
COMMAND = "true"
P0 = b"cos\nsystem\n(S'true'\ntR."
P0_INST = b"(S'true'\nios\nsystem\n."
P0_OBJ = b"(cos\nsystem\nS'true'\no."
P1 = b"cos\nsystem\nq\x00(U\x04truetR."
P2 = proto(2) + call("os", "system", COMMAND) + STOP
P3 = proto(3) + call("posix", "system", COMMAND) + STOP
P4 = proto(4) + call4("os", "system", COMMAND) + STOP
P5 = proto(5) + call4("builtins", "exec", "pass") + STOP
P4_FRAMED = proto(4) + b"\x95" + struct.pack("<Q", len(P4) - 2) + P4[2:]
PAYLOADS = {"p0": P0, "p0-inst": P0_INST, "p0-obj": P0_OBJ, "p1": P1, "p2": P2, "p3": P3, "p4": P4, "p4-framed": P4_FRAMED, "p5": P5}
BENIGN = proto(2) + b"}q\x00(X\x01\x00\x00\x00aK\x01X\x01\x00\x00\x00bK\x02u."
