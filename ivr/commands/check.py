"""``python -m ivr check``: what is wrong with the prompts, before callers hear it."""

import sys
from collections.abc import Mapping
from pathlib import Path

import click

from ivr.content.audit import audit
from ivr.content.consistency import Parts
from ivr.content.loader import examine
from ivr.content.policy import POLICY_FILE, policy_lines
from ivr.content.problems import Problems
from ivr.content.types import LANGUAGES, Policy
from ivr.content.yaml_lines import Item, YamlProblemError, read_yaml
from ivr.dialogue.policy_doubts import doubts
from ivr.errors import ConfigurationError
from ivr.fulfilment.outcomes import SHOP_OUTCOMES
from ivr.settings import load_settings
from ivr.understanding.encoders import SentenceEncoder, create_encoder
from ivr.understanding.self_check import alike, features_of, misread, twins
from ivr.understanding.training import Example

Place = tuple[str, int]
"""File and line."""

EXIT_PROBLEMS = 1
EXIT_CONFIGURATION = 2


@click.command("check")
@click.argument("folder", required=False, type=click.Path(path_type=Path))
def command(folder: Path | None) -> None:
    """Check the prompts in FOLDER (IVR_PROMPTS_DIR).

    Prints `file:line: problem` for each, in the order of files. Exit status 1 if there is any; warnings
    (`file:line: warning: …`) alone leave it 0.
    """
    try:
        settings = load_settings()
        encoder = create_encoder(settings.sentence_encoder)
    except ConfigurationError as error:
        click.echo(str(error), err=True)
        sys.exit(EXIT_CONFIGURATION)
    problems = check(folder or settings.prompts_dir, encoder)
    for problem in problems.found:
        click.echo(str(problem))
    warnings = sum(problem.warning for problem in problems.found)
    click.echo(f"{len(problems.found) - warnings} problems, {warnings} warnings", err=True)
    sys.exit(EXIT_PROBLEMS if problems.wrong else 0)


def check(folder: Path, encoder: SentenceEncoder | None) -> Problems:
    """Find everything that is wrong with a folder of prompts."""
    examined = examine(folder)
    audit(examined.parts, SHOP_OUTCOMES, examined.problems)
    _check_examples(examined.parts, encoder, examined.problems)
    if examined.content is not None:
        _check_policy(folder / POLICY_FILE, examined.content.policy, examined.problems)
    return examined.problems


def _check_policy(path: Path, policy: Policy, problems: Problems) -> None:
    """Rules that can't fire, or fire on too little, at their line or that of what they belong to."""
    lines = policy_lines(path)
    for doubt in doubts(policy):
        above = doubt.key.rpartition(".")[0]
        problems.warn(path, lines.get(doubt.key, lines.get(above, 1)), doubt.what)


def _check_examples(parts: Parts, encoder: SentenceEncoder | None, problems: Problems) -> None:
    """Examples that callers' words could be taken for either of: the same, or read as another's."""
    examples, places = _examples(parts)
    same = twins(examples)
    for later, first in same:
        if examples[later].label != examples[first].label:
            _collide(parts, examples[later], examples[first], places[later], places[first], problems)
        else:
            what = f"{examples[later].text!r} is there already, in {_shown(places[first])}"
            problems.warn(*places[later], what)
    doubled = {later for later, _ in same}
    kept = [index for index in range(len(examples)) if index not in doubled]
    told = [examples[index] for index in kept]
    features = features_of(told, encoder)
    for later, first in alike(told, features):
        _collide(parts, told[later], told[first], places[kept[later]], places[kept[first]], problems)
    for doubt in misread(told, features):
        one, like = kept[doubt.example], kept[doubt.nearest]
        example = examples[one]
        what = (
            f"{example.text!r} ({example.label}) would be read as {doubt.label!r} without this line, "
            f"like {examples[like].text!r} in {_shown(places[like])}"
        )
        if example.label in parts.requests:
            certain = doubt.clear and encoder is not None  # characters alone take too much for each other
            (problems.add if certain else problems.warn)(*places[one], what)


def _collide(
    parts: Parts, one: Example, other: Example, place: Place, other_place: Place, problems: Problems
) -> None:
    """Note a pair that belongs to two requests; two commands may share words, which the question tells apart."""
    if {one.label, other.label} & {*parts.requests}:
        what = f"{one.text!r} is an example of {one.label!r}, and {other.text!r} of {other.label!r}"
        problems.add(*place, f"{what}, in {_shown(other_place)}: one of them must go")


def _examples(parts: Parts) -> tuple[list[Example], list[Place]]:
    """Every example of requests and commands, and where it stands."""
    sets = [
        (name, command.examples, parts.prompts_dir / "commands.yaml") for name, command in parts.commands.items()
    ]
    sets += [(intent, request.examples, Path(request.source)) for intent, (request, _) in parts.requests.items()]
    examples: list[Example] = []
    places: list[Place] = []
    lines: dict[Path, Mapping[tuple[str, ...], int]] = {}
    for label, told, path in sets:
        if path not in lines:
            lines[path] = _lines(path)
        for language in LANGUAGES:
            for text in told.get(language, ()):
                named = [lines[path].get((*name, language, text)) for name in ((label, "examples"), ("examples",))]
                examples.append(Example(language, label, text))
                places.append((str(path), next((line for line in named if line), 1)))
    return examples, places


def _lines(path: Path) -> Mapping[tuple[str, ...], int]:
    """The names that lead to each text of a file, and the text → its line."""
    try:
        item = read_yaml(path)
    except YamlProblemError:
        return {}
    found: dict[tuple[str, ...], int] = {}
    if item is not None:
        _collect(item, (), found)
    return found


def _collect(item: Item, names: tuple[str, ...], found: dict[tuple[str, ...], int]) -> None:
    if item.text is not None:
        found.setdefault((*names, " ".join(item.text.split())), item.line)
    for each in item.items():
        _collect(each, names, found)
    for key, value in item.pairs():
        _collect(value, (*names, key.text or ""), found)


def _shown(place: Place) -> str:
    return f"{place[0]}:{place[1]}"
