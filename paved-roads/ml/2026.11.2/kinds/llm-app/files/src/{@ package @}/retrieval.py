"""Retrieval: find the passages of the registered data sets that fit a question.

A data set is a Markdown file; each section under a `##` heading is one passage. The trust label of
a passage comes from the settings of the data set, never from the text itself: a document that calls
itself reviewed stays untrusted.
"""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from .data_access import read_dataset
from .errors import ProjectError
from .settings import RetrievalSettings, Trust

_WORD = re.compile(r"[a-z0-9]+")
_STOP_WORDS = frozenset(
    re.findall(
        r"\w+",
        "a an and are as at be by can do does for from has have how i in is it may my of on or "
        "that the there this to was what when where which who will with you your",
    )
)
_SATURATION = 1.2
"""BM25 k1: how soon a repeated word stops adding to the score."""
_LENGTH_WEIGHT = 0.75
"""BM25 b: how much a long passage is held back."""
_RELEVANT = 0.4
"""Part of the best score that a passage needs to be shown."""


class KnowledgeError(ProjectError, ValueError):
    """A data set that cannot be searched."""


@dataclass(frozen=True)
class Passage:
    """A piece of a document that can be cited."""

    source: str
    """`dataset#section`, unique in the index."""
    title: str
    text: str
    trust: Trust


def words(text: str) -> list[str]:
    """Returns the words of `text` that matter for search, lower-case and without endings."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return [_stem(word) for word in _WORD.findall(plain) if word not in _STOP_WORDS]


def parse_passages(raw: bytes, dataset: str, trust: Trust, max_chars: int) -> list[Passage]:
    """Splits a Markdown document into passages, each at most `max_chars` long.

    Text before the first `##` heading is an introduction for people and is not indexed.

    Raises:
        KnowledgeError: when the bytes are not text or hold no section.
    """
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _unusable(dataset, f"it is not UTF-8 text: {error}") from error
    sections = re.split(r"^##\s+", text, flags=re.MULTILINE)[1:]
    passages: list[Passage] = []
    seen: Counter[str] = Counter()
    for section in sections:
        title, _, body = section.partition("\n")
        slug = "-".join(_WORD.findall(title.casefold())) or "section"
        seen[slug] += 1
        suffix = f"-{seen[slug]}" if seen[slug] > 1 else ""
        content = " ".join(body.split())[:max_chars]
        if content:
            passages.append(Passage(f"{dataset}#{slug}{suffix}", title.strip(), content, trust))
    if not passages:
        raise _unusable(dataset, "no text stands under a heading that begins with `## `")
    return passages


def load_passages(settings: RetrievalSettings, root: Path) -> list[Passage]:
    """Reads every data set of the settings through the audited access module.

    Raises:
        KnowledgeError: when a data set holds no passage.
        ProjectError: when access is denied or the bytes are not the registered ones.
    """
    passages: list[Passage] = []
    for source in settings.sources:
        raw = read_dataset(source.dataset, role=settings.role, purpose=settings.purpose, root=root)
        limit = settings.max_passage_chars
        passages += parse_passages(raw, source.dataset, source.trust, limit)
    return passages


class Index:
    """A BM25 index in memory. Small, exact and the same on every machine."""

    def __init__(self, passages: Iterable[Passage]) -> None:
        self._passages = tuple(passages)
        self._by_source = {passage.source: passage for passage in self._passages}
        if len(self._by_source) != len(self._passages):
            raise _unusable("retrieval.sources", "a data set is listed twice")
        self._counts = [Counter(words(f"{p.title} {p.text}")) for p in self._passages]
        self._lengths = [counts.total() for counts in self._counts]
        self._mean_length = max(1.0, sum(self._lengths) / max(1, len(self._lengths)))
        self._document_frequency = Counter(word for counts in self._counts for word in counts)

    @property
    def passages(self) -> Sequence[Passage]:
        """All passages, in the order of the documents."""
        return self._passages

    def get(self, source: str) -> Passage | None:
        """Returns the passage with this id, or None."""
        return self._by_source.get(source)

    def search(self, question: str, limit: int) -> list[Passage]:
        """Returns at most `limit` passages about the question, best first.

        A passage far behind the best one is left out: what is not needed is not shown to the model.
        """
        wanted = set(words(question))
        scored = [(self._score(wanted, number), p) for number, p in enumerate(self._passages)]
        scored.sort(key=lambda item: (-item[0], item[1].source))
        floor = scored[0][0] * _RELEVANT if scored else 0.0
        return [passage for score, passage in scored[:limit] if score > 0 and score >= floor]

    def _score(self, wanted: set[str], number: int) -> float:
        counts, total = self._counts[number], 0.0
        length = 1 - _LENGTH_WEIGHT + _LENGTH_WEIGHT * self._lengths[number] / self._mean_length
        for word in sorted(wanted & counts.keys()):
            frequency = self._document_frequency[word]
            rarity = math.log(1 + (len(self._passages) - frequency + 0.5) / (frequency + 0.5))
            count = counts[word]
            total += rarity * count * (_SATURATION + 1) / (count + _SATURATION * length)
        return total


def _unusable(dataset: str, why: str) -> KnowledgeError:
    return KnowledgeError(
        "A data set cannot be searched.",
        where=dataset,
        why=why,
        fix="correct the document, then write its new digest in datasets.toml",
    )


def _stem(word: str) -> str:
    """Returns the word without the endings that search should not care about."""
    for ending in ("ing", "ed", "s"):
        if word.endswith(ending) and len(word) >= len(ending) + 3 and not word.endswith("ss"):
            return word.removesuffix(ending)
    return word
