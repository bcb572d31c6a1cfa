"""Models of XGBoost and LightGBM in their own formats and pickled; msgpack weights."""

import pickle


def make(writer):
    for maker in (xgboost_models, lightgbm_models, msgpack_weights):
        writer.attempt(maker.__name__, lambda maker=maker: maker(writer))


def data():
    import numpy as np

    features = np.random.default_rng(5).random((80, 4))
    return features, (features[:, 1] > 0.5).astype(int)


def xgboost_models(writer):
    import xgboost

    features, labels = data()
    model = xgboost.XGBClassifier(n_estimators=4, max_depth=2).fit(features, labels)
    model.save_model(writer.path("xgboost-json", "model.json"))
    model.save_model(writer.path("xgboost-ubj", "model.ubj"))
    writer.add("xgboost-pickle", "model.pkl", pickle.dumps(model, 4))
    writer.add("xgboost-booster-pickle", "model.pkl", pickle.dumps(model.get_booster(), 4))


def lightgbm_models(writer):
    import lightgbm

    features, labels = data()
    model = lightgbm.LGBMClassifier(n_estimators=4, verbose=-1).fit(features, labels)
    model.booster_.save_model(writer.path("lightgbm-text", "model.txt"))
    writer.add("lightgbm-pickle", "model.pkl", pickle.dumps(model, 4))


def msgpack_weights(writer):
    import msgpack
    import numpy as np

    weights = {"params": {"kernel": np.arange(12, dtype="f4").tobytes(), "shape": [3, 4], "dtype": "float32"}}
    writer.add("msgpack-weights", "flax_model.msgpack", msgpack.packb(weights))
