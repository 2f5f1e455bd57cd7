"""Writes pickles of many kinds and what they hold, as JSON lines: {"file", "expected", "pickle"}. Needs pandas."""

import base64
import collections
import datetime as dt
import decimal
import json
import pickle
import uuid

import numpy as np
import pandas as pd

TIMES = ["2024-01-01 00:00:00.5", "1969-12-31 23:59:59.123456789", None, "2200-12-31 12:00:00.25"]


def cell(value):
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, np.integer) or isinstance(value, int):
        return int(value) if abs(int(value)) < 2**53 else str(int(value))
    if isinstance(value, (float, np.floating)):
        number = float(value)
        if number != number:
            return None
        return ("-" if number < 0 else "") + "Infinity" if abs(number) == float("inf") else number
    if isinstance(value, complex):
        return str(complex(value))
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, pd.Timedelta):
        return str(value)
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    if isinstance(value, (tuple, list)):
        return [cell(inner) for inner in value]
    if isinstance(value, dict):
        return {str(key): cell(inner) for key, inner in value.items()}
    return str(value)


def labels(index):
    return {"type": type(index).__name__, "names": [cell(name) for name in index.names], "head": [cell(v) for v in index]}


def described(value):
    if isinstance(value, pd.DataFrame):
        columns = range(value.shape[1])
        return {
            "kind": "dataframe",
            "n_rows": len(value),
            "columns": [cell(label) for label in value.columns],
            "dtypes": [str(dtype) for dtype in value.dtypes],
            "index": labels(value.index),
            "rows": [[cell(value.iloc[row, column]) for column in columns] for row in range(len(value))],
        }
    if isinstance(value, pd.Series):
        head = {"kind": "series", "n_rows": len(value), "name": cell(value.name), "dtype": str(value.dtype)}
        return {**head, "index": labels(value.index), "values": [cell(inner) for inner in value]}
    if isinstance(value, np.ndarray):
        values = [cell(inner) for inner in value.flatten()]
        return {"kind": "ndarray", "dtype": str(value.dtype), "shape": list(value.shape), "values": values}
    return {"kind": type(value).__name__, "value": cell(value)}


def column(values, **options):
    return pd.DataFrame({"v": pd.Series(values, **options)})


def labelled(index):
    return pd.DataFrame({"v": range(len(index))}, index=index)


cases = {
    **{f"array {t}": np.array([0, 1, 3, 100]).astype(t) for t in ["?", "i1", ">i2", "u4", ">i8", "f2", ">f4", "f8", "c8"]},
    "large numbers": np.array([2**62, -(2**53) - 1, 2**53 - 1]),
    "large unsigned numbers": np.array([2**64 - 1, 5], dtype="u8"),
    "zero dimensions": np.array(5.5),
    "order of Fortran": np.asfortranarray(np.arange(24).reshape(2, 3, 4)),
    "steps": np.arange(20).reshape(4, 5)[::2, ::-1],
    "texts of an array": np.array(["aé😀", "", "x"]),
    "bytes": np.array([b"ab", b""]),
    "objects": np.array([[1, "a"], [None, 2.5]], dtype=object),
    "times": column(pd.to_datetime(TIMES)),
    "spans": column(pd.to_timedelta([1, -1, None, 90061], unit="s")),
    **{f"zone {zone}": column(pd.to_datetime(TIMES, utc=True)).v.dt.tz_convert(zone) for zone in ["UTC", "Asia/Kolkata"]},
    **{f"masked {t}": column([1, None, 0], dtype=t) for t in ["Int8", "UInt64", "Int64", "Float32", "boolean", "string"]},
    **{f"periods {f}": column(pd.period_range("1969-11-28 13:14", periods=4, freq=f)) for f in "DMQW"},
    "categories": column(["a", None, "b"], dtype="category"),
    "categories of times": column(pd.to_datetime(TIMES[:2] + TIMES[:1])).astype("category"),
    "sparse": column(pd.arrays.SparseArray([np.nan, 1.5, np.nan])),
    "sparse blocks": column(pd.arrays.SparseArray([0, 0, 7, 8], kind="block")),
    "labels of intervals": labelled(pd.interval_range(0, 4)),
    "labels of spans": labelled(pd.to_timedelta(range(4), unit="D")),
    "labels of days": labelled(pd.date_range("2024-03-30", periods=4, tz="Europe/Berlin", name="day")),
    "labels of levels": labelled(pd.MultiIndex.from_product([["a", "b"], [1.5, None]], names=["x", None])),
    "labels backwards": labelled(pd.RangeIndex(10, 0, -3, name="r")),
    "one column of many": pd.DataFrame(np.arange(12).reshape(3, 4)).T,
    "columns of many types": pd.DataFrame({"a": [1, 2], "b": ["x", None], "c": [1.5, None], "d": [True, False]}),
    "values of Python": [uuid.UUID(int=5), decimal.Decimal("1.50"), dt.date(2024, 1, 2), dt.time(1, 2, 3, 4), 10**30],
    "values of pandas": [pd.Timestamp(TIMES[1]), pd.Timestamp("2024-07-01", tz="Europe/Berlin"), pd.Timedelta(-5), pd.NaT],
    "dict in order": collections.OrderedDict([("b", 1), ("a", [None, (1, 2)])]),
    "dict with a default": collections.defaultdict(list, {"a": [1]}),
}

for name, value in cases.items():
    for protocol in range(6):
        written = base64.b64encode(pickle.dumps(value, protocol)).decode()
        print(json.dumps({"file": f"{name}, protocol {protocol}", "expected": described(value), "pickle": written}))
