"""A key of a core."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING

from psa_bridge._native import KeyBase
from psa_bridge.errors import PsaError
from psa_bridge.ops.base import Native, number
from psa_bridge.ops.compiled import quick
from psa_bridge.ops.interchange import KeyExport
from psa_bridge.ops.key_asymmetric import AsymmetricKeyOperations
from psa_bridge.ops.key_files import KeyFiles
from psa_bridge.ops.keys import KeyOperations

if TYPE_CHECKING:
    from typing_extensions import Self

    from psa_bridge.attributes import KeyAttributes
    from psa_bridge.core import Core


@quick("key")
class Key(KeyBase, KeyOperations, AsymmetricKeyOperations, KeyExport, KeyFiles):
    """A key, by its identifier in one core.  The material stays in C, or in the secure element.

    As a context manager it destroys a volatile key on exit and purges a persistent one, which
    stays in storage.

    Two objects are equal if they name the same key of the same core.

    Attributes:
        core: the core that has the key.
        id: its identifier there; given by the core for a volatile key.

    >>> from psa_bridge import Alg, Core, EccFamily, KeyAttributes, KeyType, Usage
    >>> attributes = KeyAttributes(
    ...     KeyType.ECC_KEY_PAIR(EccFamily.SECP_R1), 256, usage=Usage.SIGN_HASH, alg=Alg.ECDSA(Alg.SHA_256)
    ... )
    >>> with Core() as core:
    ...     key = core.generate_key(attributes)
    ...     signature = key.sign_message(Alg.ECDSA(Alg.SHA_256), b"some text")
    ...     len(signature), key.attributes.bits
    (64, 256)
    """

    __slots__ = ("_known",)

    def __init__(self, core: Core, identifier: int) -> None:
        if not isinstance(core, Native):
            raise TypeError(f"core has to be a Core, not {type(core).__name__}")
        self.core = core
        self.id: int = number(identifier, "identifier")
        self._known: KeyAttributes | None = None

    @property
    def attributes(self) -> KeyAttributes:
        """What the key is, as it was when first asked: attributes never change. psa_get_key_attributes.

        Raises:
            InvalidHandle: the key does not exist.
        """
        if self._known is None:
            self._known = self.core.get_key_attributes(self)
        return self._known

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.core.closed or not self.exists:
            return
        if self.attributes.volatile:
            self.destroy()
        else:
            self.purge()

    @property
    def exists(self) -> bool:
        """Whether the core still has the key."""
        try:
            self.core.get_key_attributes(self)
        except LookupError:
            return False
        return True

    def __repr__(self) -> str:
        """Identifier, type and size; never material."""
        try:
            attributes = self.attributes
        except PsaError as error:
            return f"<Key {self.id:#x}: {error.status_name}>"
        return f"<Key {self.id:#x} {attributes.type} {attributes.bits} bits>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Key) and self.core is other.core and self.id == other.id

    def __hash__(self) -> int:
        return hash((id(self.core), self.id))

    def __reduce__(self) -> str:
        raise TypeError(
            "a key cannot be pickled: its material must not leave the core this way; export() it if its policy permits"
        )
