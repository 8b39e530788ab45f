"""What TFDV is known to find is found here: its published cases, with the kinds expected."""

from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]
from google.protobuf import json_format
from tensorflow_metadata.proto.v0 import anomalies_pb2, schema_pb2, statistics_pb2

from workbench.core.errors import InvalidInput
from workbench.data.schemas import Schema
from workbench.data.validation import validate

CASES = yaml.safe_load(Path(__file__).with_name("tfdv_cases.yaml").read_text())["cases"]

# Where each kind is checked: a module of workbench.data.validation, or "" for the kinds that TFDV,
# too, never raises; its reference says so of each.
CHECKED = {
    "UNKNOWN_TYPE": "",
    "MULTIPLE_REASONS": "",
    "BOOL_TYPE_BIG_INT": "domains",
    "BOOL_TYPE_BYTES_NOT_INT": "",
    "BOOL_TYPE_BYTES_NOT_STRING": "",
    "BOOL_TYPE_FLOAT_NOT_INT": "",
    "BOOL_TYPE_FLOAT_NOT_STRING": "",
    "BOOL_TYPE_INT_NOT_STRING": "",
    "BOOL_TYPE_SMALL_INT": "domains",
    "BOOL_TYPE_STRING_NOT_INT": "",
    "BOOL_TYPE_UNEXPECTED_STRING": "domains",
    "BOOL_TYPE_UNEXPECTED_FLOAT": "domains",
    "BOOL_TYPE_INVALID_CONFIG": "domains",
    "ENUM_TYPE_BYTES_NOT_STRING": "",
    "ENUM_TYPE_FLOAT_NOT_STRING": "",
    "ENUM_TYPE_INT_NOT_STRING": "",
    "ENUM_TYPE_INVALID_UTF8": "domains",
    "ENUM_TYPE_UNEXPECTED_STRING_VALUES": "domains",
    "FEATURE_TYPE_HIGH_NUMBER_VALUES": "presence",
    "FEATURE_TYPE_LOW_FRACTION_PRESENT": "presence",
    "FEATURE_TYPE_LOW_NUMBER_PRESENT": "presence",
    "FEATURE_TYPE_LOW_NUMBER_VALUES": "presence",
    "FEATURE_TYPE_NOT_PRESENT": "presence",
    "FEATURE_TYPE_NO_VALUES": "",
    "FEATURE_TYPE_UNEXPECTED_REPEATED": "",
    "FEATURE_TYPE_HIGH_UNIQUE": "presence",
    "FEATURE_TYPE_LOW_UNIQUE": "presence",
    "FEATURE_TYPE_NO_UNIQUE": "presence",
    "FLOAT_TYPE_BIG_FLOAT": "domains",
    "FLOAT_TYPE_NOT_FLOAT": "",
    "FLOAT_TYPE_SMALL_FLOAT": "domains",
    "FLOAT_TYPE_STRING_NOT_FLOAT": "domains",
    "FLOAT_TYPE_NON_STRING": "",
    "FLOAT_TYPE_UNKNOWN_TYPE_NUMBER": "",
    "FLOAT_TYPE_HAS_NAN": "domains",
    "FLOAT_TYPE_HAS_INF": "domains",
    "INT_TYPE_BIG_INT": "domains",
    "INT_TYPE_INT_EXPECTED": "",
    "INT_TYPE_NOT_INT_STRING": "domains",
    "INT_TYPE_NOT_STRING": "",
    "INT_TYPE_SMALL_INT": "domains",
    "INT_TYPE_STRING_EXPECTED": "",
    "INT_TYPE_UNKNOWN_TYPE_NUMBER": "",
    "LOW_SUPPORTED_IMAGE_FRACTION": "semantics",
    "SCHEMA_MISSING_COLUMN": "presence",
    "SCHEMA_NEW_COLUMN": "presence",
    "SCHEMA_TRAINING_SERVING_SKEW": "",
    "STRING_TYPE_NOW_FLOAT": "",
    "STRING_TYPE_NOW_INT": "",
    "COMPARATOR_CONTROL_DATA_MISSING": "comparisons",
    "COMPARATOR_TREATMENT_DATA_MISSING": "comparisons",
    "COMPARATOR_L_INFTY_HIGH": "comparisons",
    "COMPARATOR_JENSEN_SHANNON_DIVERGENCE_HIGH": "comparisons",
    "COMPARATOR_NORMALIZED_ABSOLUTE_DIFFERENCE_HIGH": "comparisons",
    "NO_DATA_IN_SPAN": "checking",
    "SPARSE_FEATURE_MISSING_VALUE": "composites",
    "SPARSE_FEATURE_MISSING_INDEX": "composites",
    "SPARSE_FEATURE_LENGTH_MISMATCH": "composites",
    "SPARSE_FEATURE_NAME_COLLISION": "composites",
    "SEMANTIC_DOMAIN_UPDATE": "semantics",
    "COMPARATOR_LOW_NUM_EXAMPLES": "size",
    "COMPARATOR_HIGH_NUM_EXAMPLES": "size",
    "DATASET_LOW_NUM_EXAMPLES": "size",
    "DATASET_HIGH_NUM_EXAMPLES": "size",
    "WEIGHTED_FEATURE_NAME_COLLISION": "composites",
    "WEIGHTED_FEATURE_MISSING_VALUE": "composites",
    "WEIGHTED_FEATURE_MISSING_WEIGHT": "composites",
    "WEIGHTED_FEATURE_LENGTH_MISMATCH": "composites",
    "VALUE_NESTEDNESS_MISMATCH": "presence",
    "DOMAIN_INVALID_FOR_TYPE": "domains",
    "FEATURE_MISSING_NAME": "specification",
    "FEATURE_MISSING_TYPE": "specification",
    "INVALID_SCHEMA_SPECIFICATION": "specification",
    "INVALID_DOMAIN_SPECIFICATION": "specification",
    "UNEXPECTED_DATA_TYPE": "domains",
    "SEQUENCE_VALUE_TOO_FEW_OCCURRENCES": "semantics",
    "SEQUENCE_VALUE_TOO_MANY_OCCURRENCES": "semantics",
    "SEQUENCE_VALUE_TOO_SMALL_FRACTION": "semantics",
    "SEQUENCE_VALUE_TOO_LARGE_FRACTION": "semantics",
    "FEATURE_COVERAGE_TOO_LOW": "semantics",
    "FEATURE_COVERAGE_TOO_SHORT_AVG_TOKEN_LENGTH": "semantics",
    "NLP_WRONG_LOCATION": "",
    "EMBEDDING_SHAPE_INVALID": "",
    "MAX_IMAGE_BYTE_SIZE_EXCEEDED": "semantics",
    "INVALID_FEATURE_SHAPE": "presence",
    "STATS_NOT_AVAILABLE": "semantics",
    "DERIVED_FEATURE_BAD_LIFECYCLE": "checking",
    "DERIVED_FEATURE_INVALID_SOURCE": "checking",
    "CUSTOM_VALIDATION": "examination",
}

# Found only where rows are at hand, and shown by other tests.
OF_ROWS = {"CUSTOM_VALIDATION"}


def statistics_of(case, name):
    if name not in case:
        return None
    proto = statistics_pb2.DatasetFeatureStatisticsList()
    json_format.ParseDict(case[name], proto.datasets.add())
    return proto


def validated(case):
    return validate(
        statistics_of(case, "statistics"),
        Schema(json_format.ParseDict(case["schema"], schema_pb2.Schema())),
        case.get("environment"),
        baseline=statistics_of(case, "baseline"),
        serving=statistics_of(case, "serving"),
        previous=statistics_of(case, "previous"),
    )


def by_column(found):
    kinds: dict[str, set[str]] = {}
    for each in found:
        kinds.setdefault(each.column, set()).add(each.kind)
    return kinds


@pytest.mark.parametrize("case", CASES, ids=[each["name"] for each in CASES])
def test_the_kinds_are_those_that_tfdv_finds(case):
    expected = case.get("here", case["expect"])
    found = validated(case)
    assert by_column(found) == {column: set(kinds) for column, kinds in expected.items()}
    proto = found.to_proto()
    names = anomalies_pb2.AnomalyInfo.Type.Name
    written = [reason for info in proto.anomaly_info.values() for reason in info.reason]
    written += proto.dataset_anomaly_info.reason
    assert sorted(names(each.type) for each in written) == sorted(each.kind for each in found)


@pytest.mark.parametrize("case", CASES, ids=[each["name"] for each in CASES])
def test_the_proposed_edit_leaves_only_what_no_edit_changes(case):
    found = validated(case)
    if not found:
        return
    proposal = found.propose()
    left = {each.kind for each in proposal.left}
    assert left <= {"NO_DATA_IN_SPAN"}
    if not left:
        assert proposal.diff
        assert not found.recheck(proposal.accept())
    else:
        with pytest.raises(InvalidInput, match="no edit of the schema changes"):
            proposal.accept()


def test_a_difference_from_tfdv_says_why():
    different = [each for each in CASES if "here" in each]
    assert all(each["because"] for each in different)
    assert all("because" not in each for each in CASES if each not in different)


def test_no_kind_of_the_enum_is_forgotten():
    assert set(CHECKED) == set(anomalies_pb2.AnomalyInfo.Type.keys())


def test_every_kind_that_is_checked_is_shown_by_a_case():
    shown = {
        kind
        for each in CASES
        for kinds in each.get("here", each["expect"]).values()
        for kind in kinds
    }
    assert {kind for kind, module in CHECKED.items() if module} == shown | OF_ROWS


def test_every_module_said_is_one():
    import importlib.util

    for module in {module for module in CHECKED.values() if module}:
        assert importlib.util.find_spec(f"workbench.data.validation.{module}") is not None
