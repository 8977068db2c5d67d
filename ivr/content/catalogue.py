"""Reads ``prompts/catalogue.yaml``: the goods callers may name, in the words they use for them.

    sneakers: {ko: [운동화, 러닝화], en: [running shoes, sneakers], ja: [スニーカー], zh: [运动鞋]}

The key is what a connector is given; the names are compared by sound.
"""

from pathlib import Path

from ivr.content.problems import Problems
from ivr.content.types import LANGUAGES, Language, Product

FILE = "catalogue.yaml"
MAX_PRODUCTS = 500
"""Goods that are compared with every answer (:data:`ivr.understanding.slots.products.MAX_CATALOGUE`)."""


def read_catalogue(path: Path, problems: Problems) -> tuple[Product, ...]:
    """Read the catalogue; no goods when there is no such file."""
    item = problems.read_optional(path)
    if item is None:
        return ()
    found: list[Product] = []
    for key, (key_item, value) in problems.mapping(path, item, "the catalogue").items():
        names: dict[Language, tuple[str, ...]] = {}
        for name, (language_item, texts) in problems.mapping(path, value, key).items():
            language = next((known for known in LANGUAGES if known == name), None)
            if language is None:
                known = ", ".join(LANGUAGES)
                problems.add(path, language_item.line, f"{key}: {name!r} is no language; there are {known}")
            else:
                names[language] = problems.texts(path, texts, f"{key}: {name}")
        if not any(names.values()):
            problems.add(path, key_item.line, f"{key}: needs a name in at least one language")
        found.append(Product(key, names))
    if len(found) > MAX_PRODUCTS:
        problems.add(path, item.line, f"{len(found)} goods; at most {MAX_PRODUCTS} can be told apart by sound")
    return tuple(found)
