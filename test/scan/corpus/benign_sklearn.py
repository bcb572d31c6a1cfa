"""Fitted estimators of scikit-learn as pickle, joblib (all compressors) and skops files; xgboost and lightgbm wrappers."""

import importlib
import pickle
import warnings

ESTIMATORS = """
linear_model.LogisticRegression linear_model.LinearRegression linear_model.Ridge linear_model.Lasso linear_model.ElasticNet
linear_model.SGDClassifier linear_model.Perceptron linear_model.BayesianRidge linear_model.HuberRegressor
linear_model.LogisticRegressionCV tree.DecisionTreeClassifier tree.DecisionTreeRegressor tree.ExtraTreeClassifier
ensemble.RandomForestClassifier ensemble.ExtraTreesClassifier ensemble.GradientBoostingClassifier
ensemble.HistGradientBoostingClassifier ensemble.AdaBoostClassifier ensemble.BaggingClassifier ensemble.IsolationForest
svm.SVC svm.LinearSVC svm.SVR svm.OneClassSVM neighbors.KNeighborsClassifier neighbors.NearestNeighbors neighbors.KernelDensity
neighbors.LocalOutlierFactor naive_bayes.GaussianNB naive_bayes.BernoulliNB cluster.KMeans cluster.MiniBatchKMeans cluster.DBSCAN
cluster.AgglomerativeClustering cluster.Birch mixture.GaussianMixture decomposition.PCA decomposition.TruncatedSVD
decomposition.FastICA neural_network.MLPClassifier gaussian_process.GaussianProcessRegressor
discriminant_analysis.LinearDiscriminantAnalysis preprocessing.StandardScaler preprocessing.MinMaxScaler
preprocessing.OneHotEncoder preprocessing.PolynomialFeatures preprocessing.QuantileTransformer preprocessing.PowerTransformer
preprocessing.KBinsDiscretizer impute.SimpleImputer impute.KNNImputer manifold.TSNE calibration.CalibratedClassifierCV
dummy.DummyClassifier kernel_approximation.RBFSampler cross_decomposition.PLSRegression kernel_approximation.Nystroem
""".split()


def make(writer, prefix="sklearn"):
    warnings.simplefilter("ignore")
    writer.attempt(f"{prefix} estimators", lambda: estimators(writer, prefix))
    writer.attempt(f"{prefix} pipelines", lambda: pipelines(writer, prefix))
    writer.attempt(f"{prefix} joblib", lambda: joblib_files(writer, prefix))
    if prefix == "sklearn":
        writer.attempt("skops", lambda: skops_files(writer))


def data():
    import numpy as np

    rng = np.random.default_rng(3)
    features = rng.random((60, 4))
    return features, (features[:, 0] > 0.5).astype(int)


def fitted(path):
    module, name = path.rsplit(".", 1)
    estimator = getattr(importlib.import_module(f"sklearn.{module}"), name)()
    if "random_state" in estimator.get_params():
        estimator.set_params(random_state=0)
    features, labels = data()
    if "n_estimators" in estimator.get_params() and name != "IsolationForest":
        estimator.set_params(n_estimators=3)
    return estimator.fit(features, labels)


def estimators(writer, prefix):
    for index, path in enumerate(ESTIMATORS):
        protocol = 2 + index % 4
        name = f"{prefix}-{path.split('.')[1].lower()}"
        writer.attempt(name, lambda: writer.add(name, "model.pkl", pickle.dumps(fitted(path), protocol)))


def pipelines(writer, prefix):
    import numpy as np
    from sklearn.compose import ColumnTransformer
    from sklearn.ensemble import RandomForestClassifier, StackingClassifier, VotingClassifier
    from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer, TfidfVectorizer
    from sklearn.feature_selection import SelectKBest
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GridSearchCV
    from sklearn.naive_bayes import MultinomialNB
    from sklearn.pipeline import make_pipeline, make_union
    from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler
    from sklearn.tree import DecisionTreeClassifier

    features, labels = data()
    words = ["good film", "bad film", "good book", "bad book"]
    forest = RandomForestClassifier(3, random_state=0)
    made = {
        "pipeline-scaled": make_pipeline(StandardScaler(), LogisticRegression()).fit(features, labels),
        "pipeline-select": make_pipeline(SelectKBest(k=2), forest).fit(features, labels),
        "pipeline-union": make_pipeline(make_union(StandardScaler(), SelectKBest(k=2)), LogisticRegression()).fit(features, labels),
        "pipeline-log": make_pipeline(FunctionTransformer(np.log1p), LogisticRegression()).fit(features, labels),
        "pipeline-columns": ColumnTransformer([("n", StandardScaler(), [0, 1]), ("c", OneHotEncoder(), [2])]).fit(features.round(1)),
        "text-tfidf": make_pipeline(TfidfVectorizer(), MultinomialNB()).fit(words, [1, 0, 1, 0]),
        "text-counts": CountVectorizer(ngram_range=(1, 2)).fit(words),
        "text-hashing": HashingVectorizer(n_features=16).fit(words),
        "grid-search": GridSearchCV(DecisionTreeClassifier(), {"max_depth": [1, 2]}, cv=2).fit(features, labels),
        "voting": VotingClassifier([("a", forest), ("b", LogisticRegression())]).fit(features, labels),
        "stacking": StackingClassifier([("a", forest)], final_estimator=LogisticRegression(), cv=2).fit(features, labels),
    }
    for name, estimator in made.items():
        writer.add(f"{prefix}-{name}", "model.pkl", pickle.dumps(estimator, 4))


def joblib_files(writer, prefix):
    import joblib

    forest = fitted("ensemble.RandomForestClassifier")
    network = fitted("neural_network.MLPClassifier")
    joblib.dump(forest, writer.path(f"{prefix}-joblib-plain", "model.joblib"))
    joblib.dump(network, writer.path(f"{prefix}-joblib-network", "model.joblib"))
    methods = [("zlib", "z"), ("gzip", "gz"), ("bz2", "bz2"), ("xz", "xz"), ("lzma", "lzma")]
    if prefix == "sklearn":
        methods.append(("lz4", "lz4"))
    for method, suffix in methods:
        writer.attempt(
            f"{prefix} joblib {method}",
            lambda: joblib.dump(forest, writer.path(f"{prefix}-joblib-{method}", f"model.joblib.{suffix}"), compress=(method, 3)),
        )


def skops_files(writer):
    import skops.io

    for path in ("linear_model.LogisticRegression", "ensemble.RandomForestClassifier", "preprocessing.StandardScaler"):
        name = path.split(".")[1].lower()
        skops.io.dump(fitted(path), writer.path(f"skops-{name}", "model.skops"))
