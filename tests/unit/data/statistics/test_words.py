from collections import Counter

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from workbench.data.statistics.describing import describe
from workbench.data.statistics.partials_of import Looks

SENTENCE = "Said the fox to the hound: it's a long way to go, and the night is cold, and so am I."


def described(values, words=False):
    return describe(
        "said", pa.chunked_array([pa.array(values, pa.string())]), None, Looks(words=words)
    )


def test_long_texts_are_read_word_by_word_in_lower_case():
    found = described([SENTENCE, SENTENCE, None, "The END"])
    assert (found.words.count, found.words.mean) == (2 * 21, 21)
    assert found.words.top[0] == ("the", 6)
    assert ("it's", 2) in found.words.top
    assert found.top[0] == (SENTENCE, 2)
    assert described([SENTENCE, "The END"]).words is None  # not most of them are long


def test_names_and_addresses_are_not_read_unless_asked_for():
    assert described(["UA", "AA"]).words is None
    addresses = [f"https://example.org/a/very/long/path/without/any/space/{n}" for n in range(9)]
    assert described(addresses).words is None
    assert described(["UA", "AA UA"], words=True).words.top == (("ua", 2), ("aa", 1))


def test_letters_of_any_script_make_words():
    found = described(["Ünïcode wörter", "数据 列", "🙂"], words=True)
    assert dict(found.words.top) == {"ünïcode": 1, "wörter": 1, "数据": 1, "列": 1}


@given(st.lists(st.text("ab ,."), min_size=1, max_size=10))
def test_words_are_counted_as_by_hand(values):
    found = described(values, words=True)
    expected = Counter(
        word for value in values for word in value.replace(",", " ").replace(".", " ").split()
    )
    assert dict(found.words.top) == expected
    assert (found.words.count, found.words.unique) == (sum(expected.values()), len(expected))
