"""What key policies permit, by the rules of the specification (section 9.8).

Algorithms are the expressions that the specification writes, taken apart; no bit of an encoding
is looked at, so that nothing here can repeat a mistake of the core.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from spec_data import number, values

VERIFYING = {"PSA_KEY_USAGE_VERIFY_MESSAGE", "PSA_KEY_USAGE_VERIFY_HASH"}
SIGNATURES = {
    *("RSA_PKCS1V15_SIGN", "RSA_PSS", "RSA_PSS_ANY_SALT", "ECDSA", "DETERMINISTIC_ECDSA", "HASH_SLH_DSA"),
    *("DETERMINISTIC_HASH_SLH_DSA", "HASH_ML_DSA", "DETERMINISTIC_HASH_ML_DSA"),
}
TAKE_ANY_HASH = SIGNATURES | {"WPA3_SAE_H2E"}
PAIRED = {"ECDSA", "ML_DSA", "HASH_ML_DSA", "SLH_DSA", "HASH_SLH_DSA"}
CCM_STAR_TAGS = {4, 8, 16}
LENGTHS = {
    *("TRUNCATED_MAC", "AT_LEAST_THIS_LENGTH_MAC"),
    *("AEAD_WITH_SHORTENED_TAG", "AEAD_WITH_AT_LEAST_THIS_LENGTH_TAG"),
}
REACHING = {"FFDH", "ECDH", "CCM_STAR_ANY_TAG", "WPA3_SAE_ANY"}
"""Policies that permit algorithms of another name, besides those with PSA_ALG_ANY_HASH."""
PASSWORD = "PSA_KEY_TYPE_PASSWORD"


class Call(NamedTuple):
    """An algorithm: the name of its macro without ``PSA_ALG_``, and its arguments."""

    name: str
    arguments: tuple[Argument, ...] = ()

    @property
    def base(self) -> Call:
        """The first argument, where that is an algorithm."""
        assert isinstance(self.arguments[0], Call)
        return self.arguments[0]

    @property
    def length(self) -> int:
        """The second argument, where that is a length."""
        assert isinstance(self.arguments[1], int)
        return self.arguments[1]


Argument = Call | int
ANY_HASH = Call("ANY_HASH")
CCM = Call("CCM")


def parse(text: str) -> Call:
    """An expression of the specification."""
    tokens = re.findall(r"\w+|[(),]", text)
    position = 0

    def argument() -> Argument:
        nonlocal position
        word = tokens[position]
        position += 1
        if word.isdigit():
            return int(word)
        arguments = []
        if position < len(tokens) and tokens[position] == "(":
            while tokens[position] != ")":
                position += 1
                arguments.append(argument())
            position += 1
        return Call(word.removeprefix("PSA_ALG_"), tuple(arguments))

    parsed = argument()
    assert isinstance(parsed, Call)
    return parsed


@cache
def full_lengths() -> dict[tuple[str, str | None], int]:
    """Length of a MAC by its expression and, where it matters, the type of the key."""
    return {(row["alg"], row.get("key_type")): row["length"] for row in values()["sizes"]["mac_default_length"]}


@cache
def tags() -> dict[str, list[int]]:
    """The tag lengths of every AEAD."""
    return {row["alg"]: row["valid_tags"] for row in values()["sizes"]["aead"]}


def write(alg: Argument) -> str:
    """The expression of an algorithm."""
    if isinstance(alg, int):
        return str(alg)
    return f"PSA_ALG_{alg.name}" + (f"({', '.join(map(write, alg.arguments))})" if alg.arguments else "")


def is_wildcard(alg: Call) -> bool:
    """Whether an algorithm is for policies only."""
    return (
        alg in (ANY_HASH, Call("CCM_STAR_ANY_TAG"), Call("WPA3_SAE_ANY"))
        or alg.name in ("AT_LEAST_THIS_LENGTH_MAC", "AEAD_WITH_AT_LEAST_THIS_LENGTH_TAG")
        or ANY_HASH in alg.arguments
    )


def _mac(alg: Call) -> Call:
    """The algorithm without what truncates it."""
    return alg.base if alg.name in ("TRUNCATED_MAC", "AEAD_WITH_SHORTENED_TAG") else alg


def mac_length(alg: Call, key_type: str) -> int | None:
    """The length of a MAC, None for what is none or has another length with every key."""
    base = write(_mac(alg))
    full = full_lengths().get((base, None)) or full_lengths().get((base, key_type))
    if alg.name != "TRUNCATED_MAC":
        return full
    return alg.length if full is None or alg.length <= full else None


def tag_length(alg: Call) -> int | None:
    """The length of the tag of an AEAD, None for what is none."""
    base = write(_mac(alg))
    if base not in tags():
        return None
    return alg.length if alg.name == "AEAD_WITH_SHORTENED_TAG" else 16


def _for_verifying(alg: Call) -> Call:
    plain = alg.name.removeprefix("DETERMINISTIC_")
    return Call(plain, alg.arguments) if plain in PAIRED else alg


def _wpa3(alg: Call, key_type: str) -> bool:
    if key_type == PASSWORD:
        return alg.name in ("WPA3_SAE_H2E", "WPA3_SAE_FIXED")
    token = key_type.startswith(("PSA_KEY_TYPE_WPA3_SAE_ECC", "PSA_KEY_TYPE_WPA3_SAE_DH"))
    return token and alg.name in ("WPA3_SAE_FIXED", "WPA3_SAE_GDH")


def permits(policy: Call, requested: Call, key_type: str, usage: str = "") -> bool:
    """Whether a key of a type with a policy can be used with an algorithm, if the usage flag is there."""
    if policy == Call("NONE") or is_wildcard(requested):
        return False
    if usage in VERIFYING:
        policy, requested = _for_verifying(policy), _for_verifying(requested)
    if policy == requested:
        return True
    if ANY_HASH in policy.arguments:
        raw = Call("RSA_PKCS1V15_SIGN_RAW")
        same = policy.name in TAKE_ANY_HASH and policy.name == requested.name
        return same or (policy.name == "RSA_PKCS1V15_SIGN" and requested == raw)
    if policy.name == "AT_LEAST_THIS_LENGTH_MAC":
        length = mac_length(requested, key_type)
        return _mac(requested) == policy.base and length is not None and length >= policy.length
    if policy.name == "AEAD_WITH_AT_LEAST_THIS_LENGTH_TAG":
        length = tag_length(requested)
        return _mac(requested) == policy.base and length is not None and length >= policy.length
    if policy.name in ("FFDH", "ECDH"):
        return requested.name == "KEY_AGREEMENT" and requested.base == policy
    if policy.name == "CCM_STAR_ANY_TAG":
        shortened = _mac(requested) == CCM and tag_length(requested) in CCM_STAR_TAGS
        return shortened or requested.name == "CCM_STAR_NO_TAG"
    if policy.name == "WPA3_SAE_ANY":
        return _wpa3(requested, key_type)
    # Our choice where the specification leaves it open: truncated to its full length, a MAC is the plain one.
    truncated = "TRUNCATED_MAC" in (policy.name, requested.name)
    length = mac_length(requested, key_type)
    return truncated and _mac(policy) == _mac(requested) and length == mac_length(policy, key_type) is not None


class Universe:
    """Algorithms with their values, and what each of them permits as a policy."""

    def __init__(self, algs: dict[Call, int]) -> None:
        self.algs = algs
        self._relatives: dict[Call, list[Call]] = {}
        for alg in algs:
            self._relatives.setdefault(_relative(alg), []).append(alg)

    def permitted(self, policy: Call, key_type: str, usage: str = "") -> frozenset[Call]:
        """The algorithms that a policy permits."""
        far = policy.name in REACHING or ANY_HASH in policy.arguments
        candidates = self.algs if far else self._relatives.get(_relative(policy), ())
        return frozenset(alg for alg in candidates if permits(policy, alg, key_type, usage))


def _relative(alg: Call) -> Call:
    """What algorithms have in common where one may permit the other and neither is far-reaching."""
    return _for_verifying(alg.base if alg.name in LENGTHS else alg)


@cache
def stated() -> dict[Call, int]:
    """The universe of the truth tables, with values."""
    return {parse(entry["expr"]): number(entry["hex"]) for entry in values()["universe"]["algorithms"]}


def lengths() -> list[Call]:
    """A few MACs and every AEAD, in many lengths, as algorithms and as policies."""
    macs = ["HMAC(PSA_ALG_MD5)", "HMAC(PSA_ALG_SHA_256)", "HMAC(PSA_ALG_SHA_512)", "CMAC", "CBC_MAC"]
    found = []
    for base in map(parse, macs):
        longest = max(full for (text, _), full in full_lengths().items() if text == write(base))
        for length in {1, 2, 7, 8, 9, 12, 15, 16, 19, 20, 31, 32, 33, 62, 63} & set(range(1, longest + 1)):
            found += [Call(name, (base, length)) for name in ("TRUNCATED_MAC", "AT_LEAST_THIS_LENGTH_MAC")]
    for text, valid in tags().items():
        found += [Call("AEAD_WITH_AT_LEAST_THIS_LENGTH_TAG", (parse(text), length)) for length in valid]
        found += [Call("AEAD_WITH_SHORTENED_TAG", (parse(text), length)) for length in valid if length != 16]
    return found
