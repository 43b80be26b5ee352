"""A strict user of the C library: wrong calls of every function give an error and never a crash.

The programs are C99, linked with the library under the address and undefined behaviour sanitizers.
"""

from __future__ import annotations

import functools
import os
import subprocess
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
import strict_calls
import strict_scenes
from locking import locked, own
from strict_calls import Statement

from psa_bridge.cbuild import library, toolchain

ROOT = Path(__file__).resolve().parent.parent
SANITIZERS = ("address", "undefined")
ENVIRONMENT = {"ASAN_OPTIONS": "allocator_may_return_null=1:detect_leaks=0", "UBSAN_OPTIONS": "print_stacktrace=1"}

START = """
#include <psa/crypto.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define REFUSED 1
static int failures;

static void check(psa_status_t status, const char *text, const psa_status_t *allowed, size_t count) {
    size_t i;
    for (i = 0; i < count; i++) {
        if (allowed[i] == REFUSED ? status != PSA_SUCCESS : status == allowed[i]) {
            return;
        }
    }
    failures++;
    printf("%s: %d\\n", text, (int)status);
}

static psa_status_t move(void *to, const void *from, size_t size) {
    memcpy(to, from, size);
    return PSA_SUCCESS;
}
"""


@functools.cache
def built() -> library.Library:
    """The library under the sanitizers; objects stay in build/ for the next time."""
    work = ROOT / "build" / "library" / "strict"
    options = toolchain.Options(cflags=("-O1", "-g", "-Werror"), sanitize=SANITIZERS)
    with locked(work):
        return library.build_library(own(work / "out"), options, work)


@functools.cache
def functions() -> list[dict[str, Any]]:
    """The functions that the library has."""
    listing = toolchain.run(["nm", "--defined-only", "--extern-only", "--format=posix", built().archive])
    return strict_calls.present({line.split()[0] for line in listing.splitlines() if " " in line})


def declarations() -> Iterator[str]:
    """Variables for the arguments."""
    yield "psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT, attributes_out = PSA_KEY_ATTRIBUTES_INIT;"
    yield "psa_key_id_t key_out = 0, the_key = 0;"
    yield "uint8_t buffer[128] = {0}, output[512];"
    yield "size_t length = 0;"
    for kind in strict_calls.objects(functions()):
        name = strict_calls.variable(kind)
        yield f"{kind} {name}, moved_{name};"
        yield f"memset(&{name}, 0, sizeof {name});"
        yield f"memset(&moved_{name}, 0xa5, sizeof moved_{name});"
        yield f"(void){name}, (void)moved_{name};"
        if name == "pake_cipher_suite":
            yield f"psa_pake_cs_set_algorithm(&{name}, PSA_ALG_JPAKE(PSA_ALG_SHA_256));"
            yield f"psa_pake_cs_set_key_confirmation(&{name}, PSA_PAKE_UNCONFIRMED_KEY);"
            curve = "PSA_PAKE_PRIMITIVE_TYPE_ECC, PSA_ECC_FAMILY_SECP_R1, 256"
            yield f"psa_pake_cs_set_primitive(&{name}, PSA_PAKE_PRIMITIVE({curve}));"
    yield "(void)attributes, (void)attributes_out, (void)key_out, (void)the_key;"
    yield "(void)buffer, (void)output, (void)length, (void)move;"


def aborts() -> Iterator[str]:
    """Calls that make every operation inactive again."""
    known = {function["name"] for function in functions()}
    for kind in strict_calls.objects(functions()):
        name = strict_calls.variable(kind)
        if (abort := f"psa_{name.removesuffix('_operation')}_abort") in known:
            yield f"(void){abort}(&{name});"


def run(tmp_path: Path, statements: Iterable[Statement], initialise: bool = True, extra: str = "") -> None:
    """Compile and run a program of calls; each finds the operations inactive."""
    lines = [*declarations(), *strict_scenes.declarations()]
    if initialise:
        lines.append("if (psa_crypto_init() != PSA_SUCCESS) return 2;")
    lines.append(extra)
    for statement in statements:
        allowed = f"static const psa_status_t allowed[] = {{{', '.join(statement.allowed)}}};"
        lines.append(f'{{ {allowed} check({statement.call}, "{statement.call}", allowed, {len(statement.allowed)}); }}')
        lines += [*aborts(), "if (key_out != 0) (void)psa_destroy_key(key_out);"] if statement.ends else ()
    source, program = tmp_path / "strict.c", tmp_path / "strict"
    body = "\n".join(f"    {line}" for line in lines)
    source.write_text(f"{START}\nint main(void) {{\n{body}\n    return failures != 0;\n}}\n")
    made = built()
    flags = [
        "-std=c99",
        "-Wall",
        "-Wextra",
        "-Werror",
        "-Wno-nonnull",
        "-Wno-stringop-overflow",
        "-Wno-stringop-overread",
    ]
    flags += ["-g", f"-I{made.include}", f"-fsanitize={','.join(SANITIZERS)}", "-fno-sanitize-recover=all"]
    toolchain.run(["cc", *flags, source, made.archive, *(f"-l{n}" for n in made.libraries), "-o", program])
    environment = os.environ | ENVIRONMENT
    done = subprocess.run([program], capture_output=True, text=True, env=environment, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    "calls",
    [
        strict_calls.bad_keys,
        strict_calls.bad_algorithms,
        strict_calls.null_buffers,
        strict_calls.absurd_lengths,
    ],
)
def test_wrong_argument_is_an_error(calls: Callable[..., Iterator[Statement]], tmp_path: Path) -> None:
    statements = list(calls(functions()))
    assert len(statements) > 10
    run(tmp_path, statements)


@pytest.mark.parametrize(
    "calls",
    [
        strict_scenes.successes,
        strict_scenes.null_pointers,
        strict_scenes.wrong_usages,
        strict_scenes.small_buffers,
    ],
)
def test_every_function_where_it_gets_to_its_work(calls: Callable[..., Iterator[Statement]], tmp_path: Path) -> None:
    statements = list(calls(functions()))
    assert len(statements) > 25
    run(tmp_path, statements, extra="\n".join(strict_scenes.creation()))


def test_functions_want_the_library_initialised(tmp_path: Path) -> None:
    run(tmp_path, strict_calls.before_initialisation(functions()), initialise=False)


def test_initialising_again_succeeds(tmp_path: Path) -> None:
    run(tmp_path, [Statement("psa_crypto_init()", ("PSA_SUCCESS",))] * 5, initialise=False)


def test_operations_may_be_copied_before_their_first_use(tmp_path: Path) -> None:
    statements = list(strict_calls.copied_operations(functions()))
    assert statements
    run(tmp_path, statements)


def test_copied_operation_works(tmp_path: Path) -> None:
    calls = [
        "move(&moved_hash_operation, &hash_operation, sizeof hash_operation)",
        "psa_hash_setup(&moved_hash_operation, PSA_ALG_SHA_256)",
        "move(&hash_operation, &moved_hash_operation, sizeof hash_operation)",
        "psa_hash_update(&hash_operation, buffer, 16)",
        "psa_hash_finish(&hash_operation, output, sizeof output, &length)",
    ]
    run(tmp_path, [Statement(text, ("PSA_SUCCESS",), ends=False) for text in calls])


KEY = """
    psa_set_key_type(&attributes, PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1));
    psa_set_key_bits(&attributes, 256);
    psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_EXPORT | PSA_KEY_USAGE_SIGN_HASH | PSA_KEY_USAGE_VERIFY_HASH |
                            PSA_KEY_USAGE_DERIVE | PSA_KEY_USAGE_COPY);
    psa_set_key_algorithm(&attributes, %s);
    if (psa_generate_key(&attributes, &the_key) != PSA_SUCCESS) return 3;
"""


def test_absurd_lengths_with_a_key_are_errors(tmp_path: Path) -> None:
    alg = "PSA_ALG_ECDSA(PSA_ALG_SHA_256)"
    calls = [
        f"psa_sign_hash(the_key, {alg}, buffer, SIZE_MAX, output, sizeof output, &length)",
        f"psa_sign_hash(the_key, {alg}, output, SIZE_MAX, output, sizeof output, &length)",
        f"psa_verify_hash(the_key, {alg}, buffer, 32, output, SIZE_MAX)",
        f"psa_verify_hash(the_key, {alg}, buffer, SIZE_MAX, output, 64)",
        f"psa_verify_hash(the_key, {alg}, buffer, 32, output, 0)",
        "psa_hash_compare(PSA_ALG_SHA_256, buffer, 16, output, SIZE_MAX)",
        "psa_hash_resume(&hash_operation, buffer, SIZE_MAX)",
        "psa_generate_random(NULL, SIZE_MAX)",
    ]
    run(tmp_path, [Statement(text, (strict_calls.ERRORS,)) for text in calls], extra=KEY % alg)


def test_absurd_peer_of_an_agreement_is_an_error(tmp_path: Path) -> None:
    calls = [
        "psa_raw_key_agreement(PSA_ALG_ECDH, the_key, buffer, SIZE_MAX, output, sizeof output, &length)",
        "psa_raw_key_agreement(PSA_ALG_ECDH, the_key, output, SIZE_MAX, output, sizeof output, &length)",
        "psa_raw_key_agreement(PSA_ALG_ECDH, the_key, buffer, 0, output, sizeof output, &length)",
    ]
    run(tmp_path, [Statement(text, (strict_calls.ERRORS,)) for text in calls], extra=KEY % "PSA_ALG_ECDH")


TYPES = {
    "PSA_KEY_TYPE_RAW_DATA": 0,
    "PSA_KEY_TYPE_AES": 128,
    "PSA_KEY_TYPE_HMAC": 0,
    "PSA_KEY_TYPE_RSA_KEY_PAIR": 0,
    "PSA_KEY_TYPE_RSA_PUBLIC_KEY": 0,
    "PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1)": 256,
    "PSA_KEY_TYPE_ECC_PUBLIC_KEY(PSA_ECC_FAMILY_SECP_R1)": 0,
    "0xffff": 128,
}


@pytest.mark.parametrize("key_type", TYPES)
def test_absurd_key_is_refused(key_type: str, tmp_path: Path) -> None:
    extra = f"psa_set_key_type(&attributes, {key_type}); psa_set_key_bits(&attributes, {TYPES[key_type]});"
    calls = [f"psa_import_key(&attributes, buffer, {size}, &key_out)" for size in ("SIZE_MAX", "SIZE_MAX / 2 + 1", "0")]
    run(tmp_path, [Statement(text, (strict_calls.ERRORS,)) for text in calls], extra=extra)


@pytest.mark.parametrize("bits", ["SIZE_MAX", "SIZE_MAX / 8", "0xffffffff", "((size_t)1 << 32) + 128", "65536 * 8"])
def test_absurd_key_size_is_refused(bits: str, tmp_path: Path) -> None:
    statements = []
    for key_type in TYPES:
        set_type = f"(psa_set_key_type(&attributes, {key_type}), psa_set_key_bits(&attributes, {bits}), 0)"
        statements += [
            Statement(set_type, ("PSA_SUCCESS",)),
            Statement("psa_import_key(&attributes, buffer, 16, &key_out)", (strict_calls.ERRORS,)),
            Statement("psa_generate_key(&attributes, &key_out)", (strict_calls.ERRORS,)),
        ]
    run(tmp_path, statements)


@pytest.mark.parametrize("identifier", ["0x40000000", "0x7fffffff", "0x80000000", "0xffffffff"])
def test_identifier_out_of_range_is_refused(identifier: str, tmp_path: Path) -> None:
    extra = f"""
    psa_set_key_id(&attributes, {identifier});
    psa_set_key_lifetime(&attributes, PSA_KEY_LIFETIME_PERSISTENT);
    psa_set_key_type(&attributes, PSA_KEY_TYPE_RAW_DATA);
    psa_set_key_bits(&attributes, 128);
    """
    calls = ["psa_generate_key(&attributes, &key_out)", "psa_import_key(&attributes, buffer, 16, &key_out)"]
    run(tmp_path, [Statement(text, ("PSA_ERROR_INVALID_ARGUMENT",)) for text in calls], extra=extra)
