"""C calls of every API function that the library has, made up from the roles of the parameters.

A function that is added to the library later is called by itself: only its prototype in the data
of the specification matters.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from spec_data import functions

BAD_KEYS = ("0", "1", "0x3fffffff", "0x40000000", "0x7ffffffe", "0x80000000", "0xffffffff")
"""Key identifiers that name no key."""

BAD_ALGORITHMS = ("0xffffffff", "0x7fffffff", "0x80000000", "0x01000000", "PSA_ALG_ANY_HASH")
BUFFERS = ("input buffer", "output buffer")
ERRORS = "REFUSED"
"""Any status but success."""

ALGORITHMS = {
    "mac": "PSA_ALG_HMAC(PSA_ALG_SHA_256)",
    "cipher": "PSA_ALG_CTR",
    "aead": "PSA_ALG_GCM",
    "hash": "PSA_ALG_SHA_256",
    "xof": "PSA_ALG_SHAKE128",
    "asymmetric": "PSA_ALG_RSA_OAEP(PSA_ALG_SHA_256)",
    "sign": "PSA_ALG_ECDSA(PSA_ALG_SHA_256)",
    "verify": "PSA_ALG_ECDSA(PSA_ALG_SHA_256)",
    "encapsulate": "PSA_ALG_ML_KEM",
    "decapsulate": "PSA_ALG_ML_KEM",
    "wrap": "PSA_ALG_KW",
    "unwrap": "PSA_ALG_KW",
    "key_agreement": "PSA_ALG_ECDH",
    "raw_key_agreement": "PSA_ALG_ECDH",
    "key_derivation": "PSA_ALG_HKDF(PSA_ALG_SHA_256)",
    "check_key_usage": "PSA_ALG_NONE",
}
"""An algorithm for a function, by the beginning of its name; the longest one counts."""

WITH_CONTEXT = {"message": "PSA_ALG_EDDSA_CTX", "hash": "PSA_ALG_HASH_ML_DSA(PSA_ALG_SHA_256)"}
DEFAULTS = {
    "key id": "0x1234",
    "attributes in": "&attributes",
    "attributes in-out": "&attributes_out",
    "input buffer": "buffer",
    "output buffer": "output",
    "length": "16",
    "size": "16",
    "output length": "&length",
    "scalar out": "&length",
    "key id out": "&key_out",
    "scalar": "PSA_KEY_USAGE_EXPORT",
}


@dataclass(frozen=True)
class Statement:
    """A call and the macros of the statuses that it may return, ``REFUSED`` for any error.

    ``ends``: every operation is aborted afterwards.
    """

    call: str
    allowed: tuple[str, ...]
    ends: bool = True


def present(names: Mapping[str, object] | set[str]) -> list[dict[str, Any]]:
    """The functions of the specification that return a status and are among some names."""
    return [f for f in functions() if f["name"] in names and f["return_type"] == "psa_status_t"]


def algorithm(name: str) -> str:
    """An algorithm that a function takes."""
    stem = name.removeprefix("psa_")
    if stem.endswith("_with_context"):
        return WITH_CONTEXT[stem.split("_")[1]]
    found = max((start for start in ALGORITHMS if stem.startswith(start)), key=len, default="hash")
    return ALGORITHMS[found]


def variable(kind: str) -> str:
    """The variable for an object of a type, such as an operation."""
    return kind.replace("const ", "").replace(" *", "").removeprefix("psa_").removesuffix("_t")


def objects(chosen: list[dict[str, Any]]) -> list[str]:
    """The types of the objects that functions take, each once."""
    roles = ("operation", "object pointer")
    kinds = {p["type"].replace("const ", "").rstrip(" *") for f in chosen for p in f["params"] if p["role"] in roles}
    return sorted(kinds)


def call(function: dict[str, Any], changes: Mapping[str, str] | None = None) -> str:
    """A call; ``changes`` gives arguments by the names of their parameters."""
    arguments = []
    for parameter in function["params"]:
        role = parameter["role"]
        if changes and parameter["name"] in changes:
            arguments.append(changes[parameter["name"]])
        elif role == "algorithm":
            arguments.append(algorithm(function["name"]))
        elif role in ("operation", "object pointer"):
            arguments.append(f"&{variable(parameter['type'])}")
        else:
            arguments.append(DEFAULTS[role])
    return f"{function['name']}({', '.join(arguments)})"


def _parameters(function: dict[str, Any], *roles: str) -> list[str]:
    return [p["name"] for p in function["params"] if p["role"] in roles]


def bad_keys(chosen: list[dict[str, Any]]) -> Iterator[Statement]:
    """Keys that are not there: INVALID_HANDLE, or BAD_STATE where an operation comes first."""
    for function in chosen:
        continues = _parameters(function, "operation") and not function["name"].endswith("_setup")
        for name in _parameters(function, "key id"):
            for key in BAD_KEYS:
                allowed = ("PSA_ERROR_INVALID_HANDLE", *(["PSA_ERROR_BAD_STATE"] if continues else []))
                if function["name"] == "psa_destroy_key" and key == "0":
                    allowed = ("PSA_SUCCESS",)
                yield Statement(call(function, {name: key}), allowed)


def bad_algorithms(chosen: list[dict[str, Any]]) -> Iterator[Statement]:
    """Values that are no algorithm."""
    for function in chosen:
        for name in _parameters(function, "algorithm"):
            for value in BAD_ALGORITHMS:
                yield Statement(call(function, {name: value}), (ERRORS,))


def buffers(function: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The buffers of a function with the parameters for their lengths."""
    parameters = function["params"]
    for i, parameter in enumerate(parameters):
        if parameter["role"] in BUFFERS:
            following = parameters[i + 1 :]
            yield parameter["name"], next(p["name"] for p in following if p["role"] in ("length", "size"))


def null_buffers(chosen: list[dict[str, Any]]) -> Iterator[Statement]:
    """Null pointers with lengths, and nowhere to write a length to."""
    for function in chosen:
        for name, length in buffers(function):
            for size in ("1", "16", "SIZE_MAX"):
                yield Statement(call(function, {name: "NULL", length: size}), (ERRORS,))
        for name in _parameters(function, "output length"):
            yield Statement(call(function, {name: "NULL"}), (ERRORS,))


def absurd_lengths(chosen: list[dict[str, Any]]) -> Iterator[Statement]:
    """Lengths that no buffer has, in calls that are refused before anything is read or written."""
    for function in chosen:
        first = _parameters(function, "key id", "operation", "algorithm")
        for _, length in buffers(function) if first else ():
            changes = dict.fromkeys(_parameters(function, "algorithm"), "0")
            for size in ("SIZE_MAX", "SIZE_MAX / 2 + 1", "SIZE_MAX - 15"):
                yield Statement(call(function, {**changes, length: size}), (ERRORS,))


def before_initialisation(chosen: list[dict[str, Any]]) -> Iterator[Statement]:
    """Everything that needs the library, before it is there."""
    for function in chosen:
        name = function["name"]
        if name not in ("psa_crypto_init", "psa_generate_random") and not name.endswith("_abort"):
            yield Statement(call(function), (ERRORS,))
    if any(function["name"] == "psa_generate_random" for function in chosen):
        yield Statement("psa_generate_random(output, 16)", ("PSA_SUCCESS", "PSA_ERROR_BAD_STATE"))


def copied_operations(chosen: list[dict[str, Any]]) -> Iterator[Statement]:
    """Operation objects that were copied bytewise before their first use."""
    by_name = {function["name"]: function for function in chosen}
    for name, function in by_name.items():
        abort = by_name.get(name.replace("_setup", "_abort").replace("_sign", "").replace("_encrypt", ""))
        operations = [p for p in function["params"] if p["role"] == "operation"]
        if not name.endswith("_setup") or not operations or abort is None:
            continue
        own = variable(operations[0]["type"])
        moved = {operations[0]["name"]: f"&moved_{own}"}
        keys = dict.fromkeys(_parameters(function, "key id"), "the_key")
        yield Statement(f"move(&moved_{own}, &{own}, sizeof {own})", ("PSA_SUCCESS",), ends=False)
        allowed = ("PSA_SUCCESS",) if not keys else ("PSA_SUCCESS", ERRORS)
        yield Statement(call(function, {**moved, **keys}), allowed, ends=False)
        yield Statement(f"{abort['name']}(&moved_{own})", ("PSA_SUCCESS",))
        yield Statement(f"{abort['name']}(&{own})", ("PSA_SUCCESS",))
