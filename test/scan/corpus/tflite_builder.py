"""The smallest TFLite models, built field by field after TensorFlow's schema.fbs."""


def tflite_model(operators):
    """A model with these operators: pairs of a builtin code and, for code 32, a custom name."""
    import flatbuffers

    builder = flatbuffers.Builder(0)
    codes = [operator_code(builder, *operator) for operator in operators]
    used = [table(builder, [("uint32", index)]) for index in range(len(operators))]
    graph = table(builder, [None, None, None, ("offset", vector(builder, used))])
    graphs = vector(builder, [graph])
    buffers = vector(builder, [table(builder, [])])
    about = builder.CreateString("a model")
    fields = [("uint32", 3), ("offset", vector(builder, codes)), ("offset", graphs), ("offset", about), ("offset", buffers)]
    builder.Finish(table(builder, fields), file_identifier=b"TFL3")
    return bytes(builder.Output())


def operator_code(builder, code, custom):
    name = None if custom is None else ("offset", builder.CreateString(custom))
    return table(builder, [("int8", min(code, 127)), name, ("int32", 1), ("int32", code)])


def table(builder, fields):
    builder.StartObject(len(fields))
    for slot, field in enumerate(fields):
        if field is None:
            continue
        kind, value = field
        builder.ForceDefaults(True)
        if kind == "offset":
            builder.PrependUOffsetTRelativeSlot(slot, value, 0)
        else:
            getattr(builder, f"Prepend{kind.capitalize()}Slot")(slot, value, 0)
    return builder.EndObject()


def vector(builder, offsets):
    builder.StartVector(4, len(offsets), 4)
    for offset in reversed(offsets):
        builder.PrependUOffsetTRelative(offset)
    return builder.EndVector()
