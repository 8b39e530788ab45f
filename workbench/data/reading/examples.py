"""tf.Example without TensorFlow: its message, built from its fields, and its features' columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pyarrow as pa

#: A record's features, by name: what kind of list each holds, and its values.
Features = dict[str, tuple[str, Sequence[Any]]]

_LISTS = {"bytes_list": "bytes", "float_list": "floats", "int64_list": "whole numbers"}


@cache
def example_class() -> Any:  # a class that protobuf makes
    """Return the message ``tensorflow.Example``, as tensorflow/core/example declares it.

    It lies in a pool of its own, so that TensorFlow can be loaded beside it.
    """
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

    file = descriptor_pb2.FileDescriptorProto(
        name="workbench/example.proto", package="tensorflow", syntax="proto3"
    )
    kinds = descriptor_pb2.FieldDescriptorProto

    def message(name: str) -> Any:
        return file.message_type.add(name=name)

    def add(to: Any, name: str, number: int, kind: int, *, many: bool = False, of: str = "") -> Any:
        label = kinds.LABEL_REPEATED if many else kinds.LABEL_OPTIONAL
        made = to.field.add(name=name, number=number, type=kind, label=label)
        if of:
            made.type_name = f".tensorflow.{of}"
        return made

    for name, kind in (
        ("BytesList", kinds.TYPE_BYTES),
        ("FloatList", kinds.TYPE_FLOAT),
        ("Int64List", kinds.TYPE_INT64),
    ):
        add(message(name), "value", 1, kind, many=True)
    feature = message("Feature")
    feature.oneof_decl.add(name="kind")
    for number, (name, of) in enumerate(
        (("bytes_list", "BytesList"), ("float_list", "FloatList"), ("int64_list", "Int64List")), 1
    ):
        add(feature, name, number, kinds.TYPE_MESSAGE, of=of).oneof_index = 0
    features = message("Features")
    entry = features.nested_type.add(name="FeatureEntry")
    entry.options.map_entry = True
    add(entry, "key", 1, kinds.TYPE_STRING)
    add(entry, "value", 2, kinds.TYPE_MESSAGE, of="Feature")
    add(features, "feature", 1, kinds.TYPE_MESSAGE, many=True, of="Features.FeatureEntry")
    add(message("Example"), "features", 1, kinds.TYPE_MESSAGE, of="Features")
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("tensorflow.Example"))


def features_of(record: bytes) -> Features:
    """Return a serialized tf.Example's features; one with no values has the kind ''.

    Raises
    ------
    google.protobuf.message.DecodeError
        If the bytes are no tf.Example.
    """
    found: Features = {}
    for name, feature in example_class().FromString(record).features.feature.items():
        kind = feature.WhichOneof("kind")
        values = getattr(feature, kind).value if kind else ()
        found[name] = (_LISTS[kind] if kind and values else "", values)
    return found


@dataclass
class Seen:
    """What was seen of a feature: its kinds, its most values in a record, whether all is UTF-8."""

    kinds: Counter[str] = field(default_factory=Counter)
    most: int = 0
    text: bool = True

    def add(self, kind: str, values: Sequence[Any]) -> None:
        """Count a record's values."""
        if not values:
            return
        self.kinds[kind] += 1
        self.most = max(self.most, len(values))
        if kind == "bytes" and self.text:
            self.text = all(_is_text(value) for value in values)

    def settled(self) -> tuple[pa.DataType, int, str]:
        """Return the type, how many records hold another kind, and which kind most hold."""
        if not self.kinds:
            return pa.string(), 0, ""
        word, count = self.kinds.most_common(1)[0]
        plain = {
            "bytes": pa.string() if self.text else pa.binary(),
            "floats": pa.float32(),
            "whole numbers": pa.int64(),
        }[word]
        kind = pa.list_(plain) if self.most > 1 else plain
        return kind, self.kinds.total() - count, word


def _is_text(value: bytes) -> bool:
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return True
