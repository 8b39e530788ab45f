"""One transform that uses every function there is, and rows that hold every kind of value."""

from datetime import UTC, datetime

import pyarrow as pa
from hypothesis import strategies as st

from workbench.data import transforms as t

NEW_YORK = "America/New_York"

numbers = st.none() | st.floats() | st.sampled_from([0.0, -0.0, 1.0, 1e-310, 1e308, -1e308, 2.5])
wholes = st.none() | st.integers(-(2**63), 2**63 - 1) | st.integers(-3, 30)
words = st.sampled_from(
    [None, "", "UA", "ua", "AA", " DL ", "5", "5.0", "a b a", "\x1f", "née", "中文"]
)
times = st.none() | st.datetimes(datetime(1880, 1, 1), datetime(2110, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
lists = st.none() | st.lists(st.sampled_from(["x", "y", "z", None]), max_size=4)
row = st.fixed_dictionaries(
    {
        "x": numbers,
        "y": numbers,
        "n": wholes,
        "flag": st.none() | st.booleans(),
        "word": words | st.text(max_size=3),
        "other": words,
        "at": times,
        "until": times,
        "list": lists,
        "label": st.sampled_from([None, 0.0, 1.0, 0.25]),
    }
)
TYPES = {
    "x": pa.float64(),
    "y": pa.float64(),
    "n": pa.int64(),
    "flag": pa.bool_(),
    "word": pa.string(),
    "other": pa.string(),
    "at": pa.timestamp("us", "UTC"),
    "until": pa.timestamp("us", "UTC"),
    "list": pa.list_(pa.string()),
    "label": pa.float64(),
}
#: Rows that leave no analyzer without values.
ROWS = [
    {
        "x": 1.5,
        "y": 3.0,
        "n": 3,
        "flag": True,
        "word": "UA",
        "other": "JFK",
        "at": datetime(2013, 3, 10, 6, 59, tzinfo=UTC),
        "until": datetime(2013, 3, 10, 7, 1, tzinfo=UTC),
        "list": ["x", "y"],
        "label": 1.0,
    },
    {
        "x": -2.0,
        "y": 0.5,
        "n": 4,
        "flag": False,
        "word": "AA",
        "other": None,
        "at": None,
        "until": None,
        "list": None,
        "label": 0.0,
    },
]


def table_of(rows):
    return pa.table({name: pa.array([r[name] for r in rows], kind) for name, kind in TYPES.items()})


def everything(c):
    x, y, n = c["x"], c["y"], c["n"]
    word = t.vocabulary(c["word"], oov_buckets=3)
    return {
        "number": x,
        "flag": c["flag"],
        "sum": x + y * 2 - n / 3,
        "quotient": (1 - x) / y,
        "floor": x // y,
        "rest": x % 7,
        "power": abs(-x) ** 3,
        "root": t.sqrt(x) + x**0.5,
        "log": t.log(x),
        "log1p": t.log1p(y),
        "clip": t.clip(x, -1, 1.5),
        "below": t.clip(t.floor(x), high=0),
        "compared": ((x < y) & (n >= 2)) | ~(x == 1),
        "differs": (x <= y) | (x > 0) & (x != y),
        "where": t.where(x > y, x, t.fill(y, -1)),
        "missing": t.is_missing(x) + t.is_missing(t.number(n)) + t.is_missing(c["word"]),
        "no_list": t.is_missing(t.split(c["word"])),
        "whole": t.to_int(x, missing=-1),
        "parsed": t.to_number(c["word"]),
        "length": t.length(c["word"]) + t.length(t.split(c["word"])) + t.list_length(c["list"]),
        "contains": t.contains(c["word"], "A"),
        "holds": t.contains(t.split(c["word"]), "a"),
        "equals": (c["word"] == "UA") + (c["other"] != "AA"),
        "sine": t.sin_of(x, 24),
        "cosine": t.cos_of(x, 24),
        "circle": t.cyclic(t.hour(c["at"], NEW_YORK), 24),
        "year": t.year(c["at"], NEW_YORK),
        "month": t.month(c["at"]),
        "day": t.day(c["at"], "Asia/Kolkata"),
        "weekday": t.weekday(c["at"], NEW_YORK),
        "minute": t.minute(c["at"], "Asia/Kathmandu"),
        "weekend": t.is_weekend(c["at"]),
        "since": t.timestamp(c["at"]),
        "between": t.seconds_between(c["at"], c["until"]),
        "z": t.z_score(x),
        "deep": t.z_score(t.log(t.impute(x, "median"))),
        "min_max": t.min_max(y, -1, 1),
        "robust": t.robust_scale(x),
        "rank": t.rank(x, 10),
        "normal": t.quantile_normal(y, 5),
        "centred": (x - t.mean(x)) / t.std(x) + t.variance(y) - t.covariance(x, y),
        "range": (x - t.smallest(x)) / (t.largest(x) - t.smallest(x)),
        "above": x > t.quantile(x, 0.3),
        "most": t.impute(x, "most_frequent"),
        "word_most": t.vocabulary(t.impute(t.text(c["other"]), "most_frequent")),
        "bucket": t.bucketize(x, 4),
        "edges": t.bucketize_at(x, [-1, 0, 1.5]),
        "word": word,
        "lower": t.vocabulary(t.lower(t.strip(c["word"])), top_k=3),
        "part": t.vocabulary(t.fill(t.substring(c["word"], 0, 2), "none"), min_count=1),
        "number_word": t.vocabulary(n),
        "hashed": t.hash_bucket(c["word"], 10, seed=7),
        "hash64": t.hash64(c["word"]),
        "cross": t.hash_bucket(t.cross(c["word"], c["other"], c["flag"]), 50),
        "cross_word": t.vocabulary(t.cross(c["word"], t.bucketize_at(y, [0]))),
        "hot": t.one_hot(word),
        "hot_bucket": t.one_hot(t.bucketize_at(y, [0])),
        "both": t.concat(word, t.bucketize_at(x, [0])),
        "numeric": t.concat(x, t.one_hot(t.bucketize(y, 2)), t.z_score(x)),
        "documents": t.tf_idf(c["list"], top_k=5),
        "text": t.tf_idf(t.split(c["word"]), norm=None),
        "pca": t.pca([t.clip(t.fill(x, 0), -1e9, 1e9), t.z_score(t.fill(y, 1)), t.fill(n, 2)], 2),
        "target": t.target_encode(c["word"], c["label"], folds=3),
        "target_key": t.target_encode(c["other"], c["label"], key=c["n"], smoothing=0),
    }
