"""Where an SDK's key attributes keep their fields, for SDKs whose accessors are functions of a library.

Such accessors are core services: the glue defines them, on the SDK's own structure, if its
members have one of the names in use.
"""

from __future__ import annotations

from psa_bridge.driver.images.declarations import Survey
from psa_bridge.driver.images.probe import Answers, Question

_NAMES = {
    "id": ("id", "key_id"),
    "lifetime": ("lifetime",),
    "usage_flags": ("policy.usage", "usage", "usage_flags", "policy.usage_flags"),
    "algorithm": ("policy.alg", "alg", "algorithm", "policy.algorithm"),
    "type": ("type", "key_type"),
    "bits": ("bits", "key_bits"),
}


def _paths(name: str) -> list[str]:
    """Member paths of a field: plain, in a core structure, and with the mark of private members."""
    plain = [path for base in _NAMES[name] for path in (base, f"core.{base}")]
    return plain + [".".join(f"private_{part}" for part in path.split(".")) for path in plain]


def _question(path: str) -> Question:
    return Question(f"(long long)sizeof(((psa_key_attributes_t *)0)->{path})")


def accessor_questions(found: Survey) -> list[Question]:
    """What to ask about the fields whose accessors are declared without a body."""
    wanted = []
    for name in _NAMES:
        accessors = [found.declarations.get(f"psa_{verb}_key_{name}") for verb in ("get", "set")]
        if any(declaration and declaration.kind == "function" for declaration in accessors):
            wanted += [_question(path) for path in _paths(name)]
    return wanted


def members(answers: Answers) -> dict[str, str]:
    """The member path of every field that was found."""
    found = {}
    for name in _NAMES:
        path = next((path for path in _paths(name) if _question(path) in answers.values), None)
        if path:
            found[name] = path
    return found
