"""Macro expressions to numbers and back."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from spec_data import constants, macro_rows, overrides, values

import psa_bridge.constants
from psa_bridge.spec.constructors import ACCESSORS, CONSTRUCTORS
from psa_bridge.spec.encodings import EncodingError, evaluate, expression, names, parse
from psa_bridge.spec.values import KIND_OF, Kind

GROUPS = [("algorithms", Kind.ALGORITHM), ("key_types", Kind.KEY_TYPE)]


@pytest.mark.parametrize(("group", "kind"), GROUPS)
def test_the_universe_evaluates_and_prints(group: str, kind: Kind) -> None:
    for entry in values()["universe"][group]:
        value = evaluate(entry["expr"], kind)
        assert (value, expression(value, kind)) == (int(entry["hex"], 16), entry["expr"])


def test_constants_evaluate_and_print() -> None:
    for name, value in constants().items():
        assert parse(name) == (value, KIND_OF[name])
        assert expression(value, KIND_OF[name]) == name


def test_every_row_of_the_constructor_tables_evaluates_and_prints() -> None:
    rows = [row for row in macro_rows() if row[0] in CONSTRUCTORS and row[1][-1] != "65536"]
    assert {macro for macro, _, _ in rows} == set(CONSTRUCTORS)
    for macro, arguments, value in rows:
        text = f"{macro}({', '.join(arguments)})"
        kind = CONSTRUCTORS[macro].kind
        assert evaluate(text, kind) == value, text
        # A shorter form of the same number may exist, such as a MAC "truncated" to its full length.
        assert evaluate(expression(value, kind), kind) == value
        if "LENGTH" not in macro and "TRUNCATED" not in macro and "LIFETIME" not in macro and "SHORTENED" not in macro:
            assert expression(value, kind) == text


def test_every_row_of_the_accessor_tables_evaluates() -> None:
    rows = [row for row in macro_rows() if row[0] in ACCESSORS]
    assert {macro for macro, _, _ in rows} == set(ACCESSORS)
    for macro, arguments, value in rows:
        assert evaluate(f"{macro}({arguments[0]})") == value, (macro, arguments)


def test_an_accessor_refuses_what_it_cannot_look_into() -> None:
    with pytest.raises(EncodingError, match="there it takes a key agreement algorithm"):
        evaluate("PSA_ALG_KEY_AGREEMENT_GET_KDF(PSA_ALG_SHA_256)")


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("PSA_KEY_LIFETIME_FROM_PERSISTENCE_AND_LOCATION(0xff, 0xffffff)", True),
        ("PSA_KEY_LIFETIME_FROM_PERSISTENCE_AND_LOCATION(0x100, 0)", False),
        ("PSA_KEY_LIFETIME_FROM_PERSISTENCE_AND_LOCATION(0, 0x1000000)", False),
        ("PSA_ALG_TRUNCATED_MAC(PSA_ALG_CMAC, 0)", False),
        ("PSA_ALG_TRUNCATED_MAC(PSA_ALG_CMAC, -1)", False),
        ("PSA_ALG_AEAD_WITH_SHORTENED_TAG(PSA_ALG_CCM, 17)", False),
        ("PSA_PAKE_PRIMITIVE(255, 255, 65535)", True),
        ("PSA_PAKE_PRIMITIVE(256, 1, 1)", False),
    ],
)
def test_numbers_stay_in_the_range_of_their_field(text: str, allowed: bool) -> None:
    if allowed:
        evaluate(text)
    else:
        with pytest.raises(EncodingError, match="cannot be an argument"):
            evaluate(text)


def test_numbers_have_the_width_of_their_field() -> None:
    digits = {8: 2, 16: 4, 24: 6, 32: 8}
    for cls in vars(psa_bridge.constants).values():
        if isinstance(cls, type) and issubclass(cls, psa_bridge.constants.Number) and hasattr(cls, "KIND"):
            assert cls.KIND.digits in (0, digits[cls.BITS])


def test_lengths_without_an_encoding_are_refused() -> None:
    missing = [call for call, value in overrides().items() if value is None]
    assert len(missing) == 5
    for macro, mac, length in missing:
        with pytest.raises(EncodingError, match=f"{length} cannot be an argument of {macro}"):
            evaluate(f"{macro}({mac}, {length})")


def test_other_kinds_print_as_macro_expressions() -> None:
    lifetime = "PSA_KEY_LIFETIME_FROM_PERSISTENCE_AND_LOCATION(PSA_KEY_PERSISTENCE_READ_ONLY, 0x800000)"
    assert expression(0x800000FF, Kind.LIFETIME) == lifetime
    assert expression(0x1400, Kind.USAGE) == "PSA_KEY_USAGE_SIGN_MESSAGE | PSA_KEY_USAGE_SIGN_HASH"
    assert expression(-135, Kind.STATUS) == "PSA_ERROR_INVALID_ARGUMENT"
    assert expression(0x0101, Kind.DERIVATION_STEP) == "PSA_KEY_DERIVATION_INPUT_SECRET"
    assert expression(0x12, Kind.ECC_FAMILY) == "PSA_ECC_FAMILY_SECP_R1"


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (0x0380800B, Kind.ALGORITHM, "0x0380800b"),  # a wildcard MAC of any length has no macro
        (0x038000FF, Kind.ALGORITHM, "0x038000ff"),  # HMAC of any hash is no policy
        (0x03800006, Kind.ALGORITHM, "0x03800006"),  # no hash has the number 6
        (0x05400100, Kind.ALGORITHM, "0x05400100"),  # CCM with a tag of 0 bytes
        (0x7113, Kind.KEY_TYPE, "0x7113"),  # no such family
        (0x00040000, Kind.USAGE, "0x00040000"),
        (-7, Kind.STATUS, "-7"),
    ],
)
def test_a_number_without_an_expression_prints_as_a_number(value: int, kind: Kind, text: str) -> None:
    assert expression(value, kind) == text


@pytest.mark.parametrize(
    ("text", "message", "remedy"),
    [
        ("PSA_ALG_SHA256", "PSA_ALG_SHA256 is not a name of the PSA Crypto API", "did you mean PSA_ALG_SHA_256?"),
        ("PSA_ALG_HMAC(SHA)", "SHA is not a name of the PSA Crypto API", "use a name of the PSA Crypto API 1.5"),
        (
            "PSA_ALG_HMAC",
            "PSA_ALG_HMAC takes arguments",
            "write PSA_ALG_HMAC(...) with a hash algorithm in the parentheses",
        ),
        ("MD5", "MD5 is not a name of the PSA Crypto API", "did you mean PSA_ALG_MD5?"),
        ("SHA256", "SHA256 is not a name of the PSA Crypto API", "did you mean PSA_ALG_SHA_256?"),
        ("AES", "AES is not a name of the PSA Crypto API", "did you mean PSA_KEY_TYPE_AES?"),
        ("ECDSA(MD5)", "ECDSA is not a name of the PSA Crypto API", "did you mean PSA_ALG_ECDSA?"),
        ("PSA_ALG_SHA_256()", "PSA_ALG_SHA_256 takes no arguments", "remove the parentheses"),
        ("PSA_ALG_HMAC()", "PSA_ALG_HMAC takes 1 argument, not 0", "write PSA_ALG_HMAC with a hash algorithm"),
        (
            "PSA_ALG_TRUNCATED_MAC(PSA_ALG_CMAC)",
            "PSA_ALG_TRUNCATED_MAC takes 2 arguments, not 1",
            "write PSA_ALG_TRUNCATED_MAC with a MAC algorithm, a length of 1 to 64",
        ),
        (
            "PSA_ALG_HMAC(PSA_ALG_CCM)",
            "PSA_ALG_CCM cannot be an argument of PSA_ALG_HMAC",
            "there it takes a hash algorithm",
        ),
        ("PSA_ALG_HMAC(9)", "9 cannot be an argument of PSA_ALG_HMAC", "there it takes a hash algorithm"),
        (
            "PSA_ALG_ECDSA(PSA_KEY_TYPE_AES)",
            "PSA_KEY_TYPE_AES cannot be an argument of PSA_ALG_ECDSA",
            "there it takes a hash algorithm or PSA_ALG_ANY_HASH",
        ),
        (
            "PSA_ALG_BLAKE2_MAC(PSA_ALG_SHA_1)",
            "PSA_ALG_SHA_1 cannot be an argument of PSA_ALG_BLAKE2_MAC",
            "there it takes a BLAKE2 hash algorithm",
        ),
        (
            "PSA_ALG_IS_HMAC(PSA_ALG_CMAC)",
            "PSA_ALG_IS_HMAC is a test, not a number",
            "use it in C, or as a property in Python",
        ),
        (
            "PSA_ALG_CCM; system()",
            "the character ';' is not allowed in 'PSA_ALG_CCM; system()'",
            "write one PSA expression",
        ),
        (
            "PSA_ALG_CCM PSA_ALG_GCM",
            "'PSA_ALG_GCM' after the end of the expression in 'PSA_ALG_CCM PSA_ALG_GCM'",
            "remove it",
        ),
        (
            "PSA_ALG_HMAC(PSA_ALG_SHA_1",
            "the end where ')' is expected in 'PSA_ALG_HMAC(PSA_ALG_SHA_1'",
            "write ')' there",
        ),
        (
            "PSA_ALG_HMAC(PSA_ALG_SHA_1,)",
            "an argument is missing after ',' in 'PSA_ALG_HMAC(PSA_ALG_SHA_1,)'",
            "remove the comma",
        ),
        ("", "nothing where a name is expected in ''", "write a name of the PSA Crypto API"),
        ("08", "'08' is not a number", "write it in decimal, or in hexadecimal after 0x"),
        (
            "PSA_ALG_CCM | PSA_ALG_GCM",
            "| joins values that are no usage flags in 'PSA_ALG_CCM | PSA_ALG_GCM'",
            "only flags can be joined",
        ),
        (
            "PSA_ALG_FULL_LENGTH_MAC(" * 20,
            f"'{'PSA_ALG_FULL_LENGTH_MAC(' * 20}' is nested too deep",
            "at most 8 levels are allowed",
        ),
        ("A" * 501, "the expression has 501 characters", "at most 500 are allowed"),
    ],
)
def test_an_error_says_what_is_wrong_and_what_would_be_right(text: str, message: str, remedy: str) -> None:
    with pytest.raises(EncodingError) as caught:
        evaluate(text)
    assert (caught.value.message, caught.value.remedy) == (message, remedy)


def test_the_kind_is_checked() -> None:
    with pytest.raises(
        EncodingError, match="PSA_ALG_CCM is an algorithm, not a key type: use a name that starts with PSA_KEY_TYPE_"
    ):
        evaluate("PSA_ALG_CCM", Kind.KEY_TYPE)


def test_spaces_do_not_matter() -> None:
    assert evaluate("  PSA_ALG_TRUNCATED_MAC ( PSA_ALG_CMAC ,8 ) ") == evaluate(
        "PSA_ALG_TRUNCATED_MAC(PSA_ALG_CMAC, 0x8)"
    )


def test_names_lists_constants_and_constructors() -> None:
    assert {"PSA_KEY_TYPE_AES", "PSA_KEY_TYPE_ECC_KEY_PAIR"} <= set(names(Kind.KEY_TYPE))


@given(st.sampled_from(list(Kind)), st.integers(0, 0xFFFFFFFF))
@example(Kind.ALGORITHM, 0x05500100)
def test_what_is_printed_evaluates_to_the_same_number(kind: Kind, value: int) -> None:
    assert evaluate(expression(value, kind), kind) == value


_WORDS = st.sampled_from(
    [*constants(), *CONSTRUCTORS, "(", ")", ",", "|", "8", "0x10", "-1", " ", "x", "é", '"', "\\", "\n"]
)


@given(st.lists(_WORDS, max_size=12).map("".join) | st.text(max_size=40))
def test_any_text_gives_a_number_or_the_one_error(text: str) -> None:
    try:
        evaluate(text)
    except EncodingError as error:
        assert error.message and error.remedy


@st.composite
def _calls(draw: st.DrawFn) -> str:
    constructor = draw(st.sampled_from(list(CONSTRUCTORS.values())))
    arguments = []
    for parameter in constructor.parameters:
        accepted = [n for n, v in constants().items() if parameter.accepts.check(v, KIND_OF[n])]
        smallest, largest = parameter.accepts.smallest, parameter.accepts.largest
        plain = st.integers(smallest, largest).map(str) if largest >= smallest else st.nothing()
        arguments.append(draw((st.sampled_from(accepted) if accepted else st.nothing()) | plain))
    return f"{constructor.name}({', '.join(arguments)})"


@given(_calls())
def test_a_valid_call_is_never_refused(text: str) -> None:
    value, kind = parse(text)
    assert kind is not None
    assert evaluate(expression(value, kind), kind) == value
