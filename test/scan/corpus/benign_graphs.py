"""safetensors, GGUF, ONNX, Keras, HDF5 and TFLite."""


def make(writer):
    for maker in (safetensors_files, gguf_files, onnx_files, sklearn_onnx, keras_files, hdf5_files, tflite_file):
        writer.attempt(maker.__name__, lambda maker=maker: maker(writer))


def safetensors_files(writer):
    import numpy as np
    from safetensors.numpy import save

    rng = np.random.default_rng(9)
    for dtype in ("float32", "float16", "int64", "uint8", "bool"):
        tensors = {f"layer.{index}.weight": (rng.random((4, 8)) * 9).astype(dtype) for index in range(3)}
        writer.add(f"safetensors-{dtype}", "model.safetensors", save(tensors, metadata={"format": "pt"}))
    writer.add("safetensors-empty-tensor", "model.safetensors", save({"empty": np.zeros((0, 4), "f4")}))
    writer.add("safetensors-no-tensors", "model.safetensors", save({}))
    large = {"embed": rng.standard_normal((1200, 900)).astype("f4")}
    writer.add("safetensors-large", "model.safetensors", save(large))


CHAT_TEMPLATES = {
    "chatml": "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n'}}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}",
    "alternating": "{{ bos_token }}{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}"
    "{{ raise_exception('roles must alternate') }}{% endif %}{% if message['role'] == 'user' %}"
    "{{ '[INST] ' + message['content'].strip() + ' [/INST]' }}{% else %}{{ message['content'] | trim + eos_token }}{% endif %}{% endfor %}",
    "tools": "{%- set ns = namespace(found=false) -%}{%- macro render(tool) -%}{{ tool.function | tojson(indent=4) }}{%- endmacro -%}"
    "{%- if tools is defined and tools is not none -%}{%- for tool in tools -%}{{ render(tool) }}{%- endfor -%}{%- endif -%}"
    "{%- for message in messages | selectattr('role', 'equalto', 'user') -%}{%- set ns.found = true -%}"
    "{{- message.content | replace('a', 'b') | upper -}}{%- endfor -%}{{ strftime_now('%d %b %Y') }}{{ messages[1:] | length }}",
}


def gguf_files(writer):
    import gguf
    import numpy as np

    rng = np.random.default_rng(11)
    for name, template in CHAT_TEMPLATES.items():
        path = writer.path(f"gguf-chat-{name}", "model.gguf")
        file = gguf.GGUFWriter(path, "llama")
        file.add_context_length(2048)
        file.add_block_count(1)
        file.add_tokenizer_model("gpt2")
        file.add_token_list([f"token{index}" for index in range(64)])
        file.add_token_scores([0.5] * 64)
        file.add_chat_template(template)
        file.add_tensor("token_embd.weight", rng.random((64, 32), dtype="f4"))
        file.add_tensor("output.weight", rng.random((64, 32)).astype("f2"))
        quantised = gguf.quants.quantize(rng.random((8, 256), dtype="f4"), gguf.GGMLQuantizationType.Q8_0)
        file.add_tensor("blk.0.weight", quantised, raw_dtype=gguf.GGMLQuantizationType.Q8_0)
        close_gguf(file)
    file = gguf.GGUFWriter(writer.path("gguf-no-tensors", "vocab.gguf"), "llama")
    file.add_name("just a vocabulary")
    close_gguf(file)


def close_gguf(file):
    file.write_header_to_file()
    file.write_kv_data_to_file()
    file.write_tensors_to_file()
    file.close()


def onnx_files(writer):
    import numpy as np
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 4])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 3])
    weight = numpy_helper.from_array(np.random.default_rng(2).random((4, 3), dtype="f4"), "w")
    matmul = helper.make_node("MatMul", ["x", "w"], ["y"])
    plain = helper.make_model(helper.make_graph([matmul], "g", [x], [y], [weight]))
    writer.add("onnx-matmul", "model.onnx", plain.SerializeToString())

    flag = helper.make_tensor_value_info("flag", TensorProto.BOOL, [])
    branch = helper.make_graph([helper.make_node("MatMul", ["x", "w"], ["b"])], "then", [], [helper.make_tensor_value_info("b", 1, [1, 3])])
    other = helper.make_graph([helper.make_node("Neg", ["z"], ["c"])], "else", [], [helper.make_tensor_value_info("c", 1, [1, 3])])
    nodes = [helper.make_node("MatMul", ["x", "w"], ["z"]), helper.make_node("If", ["flag"], ["y"], then_branch=branch, else_branch=other)]
    writer.add("onnx-if", "model.onnx", helper.make_model(helper.make_graph(nodes, "g", [x, flag], [y], [weight])).SerializeToString())

    function = helper.make_function("local", "Twice", ["a"], ["b"], [helper.make_node("Add", ["a", "a"], ["b"])], [helper.make_opsetid("", 18)])
    node = helper.make_node("Twice", ["x"], ["y"], domain="local")
    four = helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 4])
    imports = [helper.make_opsetid("", 18), helper.make_opsetid("local", 1)]
    model = helper.make_model(helper.make_graph([node], "g", [x], [four]), functions=[function], opset_imports=imports)
    writer.add("onnx-function", "model.onnx", model.SerializeToString())

    microsoft = helper.make_node("FusedMatMul", ["x", "w"], ["y"], domain="com.microsoft")
    imports = [helper.make_opsetid("", 18), helper.make_opsetid("com.microsoft", 1)]
    model = helper.make_model(helper.make_graph([microsoft], "g", [x], [y], [weight]), opset_imports=imports)
    writer.add("onnx-microsoft", "model.onnx", model.SerializeToString())

    # An operator that a program must bring itself: no code in the model.
    custom = helper.make_node("Fancy", ["x"], ["y"], domain="acme.ops")
    imports = [helper.make_opsetid("", 18), helper.make_opsetid("acme.ops", 1)]
    model = helper.make_model(helper.make_graph([custom], "g", [x], [four]), opset_imports=imports)
    writer.add("onnx-custom-domain", "model.onnx", model.SerializeToString())

    path = writer.path("onnx-external-data", "model.onnx")
    onnx.save_model(plain, path, save_as_external_data=True, location="model.onnx.data", size_threshold=0)


def sklearn_onnx(writer):
    import numpy as np
    from skl2onnx import to_onnx
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    features = np.random.default_rng(4).random((40, 3), dtype="f4")
    labels = (features[:, 0] > 0.5).astype(int)
    models = {
        "logistic": LogisticRegression(),
        "forest": RandomForestClassifier(3, random_state=0),
        "pipeline": make_pipeline(StandardScaler(), LogisticRegression()),
    }
    for name, model in models.items():
        converted = to_onnx(model.fit(features, labels), features[:1])
        writer.add(f"onnx-sklearn-{name}", "model.onnx", converted.SerializeToString())


def keras_files(writer):
    import keras
    from keras import layers

    keras.utils.set_random_seed(1)
    dense = keras.Sequential([layers.Input((4,)), layers.Dense(8, activation="relu"), layers.Dropout(0.1), layers.Dense(2, "softmax")])
    dense.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    image = keras.Sequential([layers.Input((8, 8, 1)), layers.Conv2D(4, 3), layers.BatchNormalization(), layers.MaxPooling2D(), layers.Flatten(), layers.Dense(2)])
    sequence = keras.Sequential([layers.Input((5,)), layers.Embedding(20, 4), layers.Bidirectional(layers.LSTM(3)), layers.Dense(1)])
    entry = layers.Input((4,))
    nested = keras.Model(entry, layers.Add()([dense(entry), layers.Dense(2)(entry)]))
    timed = keras.Sequential([layers.Input((3, 4)), layers.TimeDistributed(layers.Dense(2)), layers.GlobalAveragePooling1D()])
    models = {"dense": dense, "image": image, "sequence": sequence, "nested": nested, "timed": timed}
    for name, model in models.items():
        model.save(writer.path(f"keras-{name}", "model.keras"))
        writer.attempt(f"keras-h5-{name}", lambda: model.save(writer.path(f"keras-h5-{name}", "model.h5")))
    dense.save_weights(writer.path("keras-weights", "model.weights.h5"))


def hdf5_files(writer):
    import h5py
    import numpy as np

    for version in ("earliest", "latest"):
        with h5py.File(writer.path(f"hdf5-{version}", "data.h5"), "w", libver=version) as file:
            group = file.create_group("layer")
            group.create_dataset("kernel", data=np.arange(12.0).reshape(3, 4))
            group.create_dataset("packed", data=np.zeros((64, 64)), chunks=(8, 8), compression="gzip")
            group.attrs["names"] = [b"kernel", b"packed"]
            file["soft"] = h5py.SoftLink("/layer/kernel")


def tflite_file(writer):
    from tflite_builder import tflite_model

    writer.add("tflite-plain", "model.tflite", tflite_model([(0, None), (9, None)]))
    writer.add("tflite-custom-operator", "model.tflite", tflite_model([(0, None), (32, "MaxPoolingWithArgmax2D")]))
