"""Figures of text as a sequence of tokens, as a schema's language domain asks for them.

A list is a sequence of its values; a plain text, of the words between spaces. As in TFDV's
``natural_language_stats_generator.py``, tokens that are excluded do not count, and a token is in
the vocabulary unless it stands for those that are not; a vocabulary of ours must also have it.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from workbench.core.errors import InvalidInput
from workbench.data.datasets.sources import Source
from workbench.data.engine import quoted
from workbench.data.validation.evidence import LanguageFigures, Path, TokenFigures
from workbench.data.validation.scanning import BATCH, batches, literal, sandbox
from workbench.data.validation.semantics import token_of


def measure_language(source: Source, proto: Any, domain: Any, path: Path) -> LanguageFigures:
    """Return the figures of a column's language.

    Parameters
    ----------
    source : Source
    proto : Schema
        Whose string domain of the vocabulary's name lists it.
    domain : NaturalLanguageDomain
    path : tuple of str
    """
    column = next(each for each in source.columns if each.name == path[0])
    if len(path) > 1 or column.family not in ("STRING", "LIST"):
        raise InvalidInput(
            f"{'.'.join(path)!r} is {column.type}, which is no sequence of tokens",
            hint="a language domain is that of text, or of a list",
        )
    tokens = [token for each in domain.token_constraints if (token := token_of(each)) is not None]
    vocabulary = _vocabulary(proto, domain)
    tables = {"vocabulary": vocabulary} if vocabulary is not None else {}
    totals: list[tuple[Any, ...]] = []
    seen: list[tuple[Any, ...]] = []
    with sandbox(tables) as connection:
        for _ in batches(source, [column.name], connection):
            sequences = f"(SELECT {_sequence(column.name, column.family)} AS words FROM {BATCH})"
            totals += connection.execute(_totals(sequences, domain, tables)).fetchall()
            if tokens:
                seen += connection.execute(_occurrences(sequences, tokens)).fetchall()
    counted, known, length = (sum(row[place] for row in totals) for place in range(3))
    return LanguageFigures(
        known / counted if counted else 0.0,
        length / known if known else 0.0,
        {token: _token(seen, place) for place, token in enumerate(tokens)},
    )


def _sequence(name: str, family: str) -> str:
    column = quoted(name)
    if family == "LIST":
        return column
    return f"list_filter(regexp_split_to_array({column}, '\\s+'), lambda word: word <> '')"


def _totals(sequences: str, domain: Any, tables: dict[str, pa.Table]) -> str:
    """Return the SQL of how many tokens count, how many are known, and the letters of those."""
    limits = domain.coverage
    excluded = [*limits.excluded_string_tokens, *map(str, limits.excluded_int_tokens)]
    known = [f"word NOT IN ({', '.join(map(literal, limits.oov_string_tokens)) or 'NULL'})"]
    if not limits.oov_string_tokens:
        known = ["true"]
    if tables:
        known.append("word IN (SELECT word FROM vocabulary)")
    counts = f"word NOT IN ({', '.join(map(literal, excluded))})" if excluded else "true"
    condition = " AND ".join(known)
    return (
        f"SELECT count(*), count(*) FILTER ({condition}), "
        f"coalesce(sum(length(word)) FILTER ({condition}), 0) FROM (SELECT CAST(unnest(words) AS "
        f"VARCHAR) AS word FROM {sequences}) WHERE word IS NOT NULL AND {counts}"
    )


def _occurrences(sequences: str, tokens: list[str | int]) -> str:
    """Return the SQL of how many sequences there are, and by token how many have it how often."""
    asked = ["count(*)"]
    for token in tokens:
        times = (
            f"len(list_filter(words, lambda word: CAST(word AS VARCHAR) = {literal(str(token))}))"
        )
        asked += [f"count(*) FILTER ({times} > 0)", f"min({times})", f"max({times})"]
    return f"SELECT {', '.join(asked)} FROM {sequences} WHERE len(words) > 0"


def _token(rows: list[tuple[Any, ...]], place: int) -> TokenFigures:
    filled = [row for row in rows if row[0]]
    if not filled:
        return TokenFigures(0.0, 0.0, 0.0)
    first = 1 + 3 * place
    sequences = sum(row[0] for row in filled)
    return TokenFigures(
        sum(row[first] for row in filled) / sequences,
        min(row[first + 1] for row in filled),
        max(row[first + 2] for row in filled),
    )


def _vocabulary(proto: Any, domain: Any) -> pa.Table | None:
    """Return the words of the vocabulary, if the schema has a domain of its name."""
    for each in proto.string_domain:
        if domain.vocabulary and each.name == domain.vocabulary:
            return pa.table({"word": pa.array(list(each.value), pa.string())})
    return None
