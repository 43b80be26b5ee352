"""The extracted specification, as the tests of headers and constants read it."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"
INCLUDE = Path(__file__).parent.parent / "csrc" / "include"


@cache
def values() -> Any:
    return json.loads((DATA / "psa_crypto_1_5_values.json").read_text())


@cache
def functions() -> list[dict[str, Any]]:
    return json.loads((DATA / "psa_crypto_1_5_functions.json").read_text())["functions"]


@cache
def algorithms() -> list[dict[str, Any]]:
    """The algorithms of the API: their keys, inputs and lengths."""
    return json.loads((DATA / "psa_algorithms_1_5.json").read_text())["algorithms"]


@cache
def driver_interface() -> Any:
    return json.loads((DATA / "driver_entry_points.json").read_text())


def number(text: str | int) -> int:
    """A number as the tables write it."""
    return text if isinstance(text, int) else int(text.rstrip("u"), 0)


def overrides() -> dict[tuple[str, ...], int | None]:
    """Macro and arguments -> the value that the text of the specification asks for.

    None: the call has no encoding.  ``PSA_ALG_GET_HASH`` of a hash is not here: by the text it
    is PSA_ALG_NONE, but the example in the specification and every implementation give the
    hash itself, and so do we.
    """
    return {
        (row["macro"], *map(str, row["args"])): None if row["by_text"] == "no encoding" else number(row["by_text"])
        for row in values()["text_overrides"]
        if row["macro"] != "PSA_ALG_GET_HASH"
    }


def macro_rows() -> list[tuple[str, list[str], int]]:
    """Every row of every macro table: macro, arguments, value by the text."""
    changed = overrides()
    rows = []
    for macro, table in values()["tables"].items():
        arity = next(len(m["params"]) for m in values()["function_like_macros"] if m["name"] == macro)
        for row in table:
            arguments = [str(argument) for argument in row[:arity]]
            value = changed.get((macro, *arguments), number(row[arity]))
            for (other, *keys), by_text in changed.items():
                # What the text says of an AEAD also holds for its shortened and wildcard forms.
                if other == macro == "PSA_ALG_AEAD_WITH_DEFAULT_LENGTH_TAG" and keys[0] in arguments[0]:
                    value = by_text
            if value is not None:
                rows.append((macro, arguments, value))
    for (macro, *arguments), value in changed.items():
        if value is not None and macro in values()["tables"]:
            rows.append((macro, list(arguments), value))
    return rows


def truth(group: str) -> dict[str, list[bool]]:
    """Predicate -> its value for every member of the universe, by the text."""
    changed = overrides()
    result = {}
    for predicate, members in values()["truth"][group].items():
        true = set(members)
        result[predicate] = [
            bool(changed.get((predicate, entry["expr"]), entry["expr"] in true))
            for entry in values()["universe"][group]
        ]
    return result


def context_signatures() -> set[str]:
    """The algorithms for which PSA_ALG_SIGN_SUPPORTS_CONTEXT is true."""
    row = next(m for m in values()["function_like_macros"] if m["name"] == "PSA_ALG_SIGN_SUPPORTS_CONTEXT")
    return set(row["true_if_all_supported"])


def constants() -> dict[str, int]:
    """Every constant with a value; derivation steps have those of existing implementations."""
    result = {}
    for row in values()["constants"]:
        text = row.get("reference_implementation_value", "").split(" ")[0]
        if row.get("value") is not None:
            result[row["name"]] = row["value"]
        elif row["kind"] == "derivation step":
            result[row["name"]] = number(text)
    return result


def key_sizes() -> list[tuple[str, int]]:
    """Every asymmetric key type of the size tables with each of its sizes, pairs and public keys."""
    sizes = values()["sizes"]
    rows: list[tuple[str, int]] = []
    for prefix, table in (("ECC", "ecc"), ("DH", "dh"), ("SLH_DSA", "slh_dsa"), ("SPAKE2P", "spake2p")):
        for row in sizes[table]:
            for half in ("KEY_PAIR", "PUBLIC_KEY"):
                rows.append((f"PSA_KEY_TYPE_{prefix}_{half}({row['family']})", row["bits"]))
    for prefix, table in (("RSA", "rsa"), ("ML_DSA", "ml_dsa"), ("ML_KEM", "ml_kem")):
        for row in sizes[table]:
            for half in ("KEY_PAIR", "PUBLIC_KEY"):
                rows.append((f"PSA_KEY_TYPE_{prefix}_{half}", row["bits"]))
    return rows
