"""What all numbers of the API have in common: an ``int`` that knows its name."""

from __future__ import annotations

from typing import Any, ClassVar, Generic, TypeVar, cast

from psa_bridge.spec.constructors import ACCESSORS, CONSTRUCTORS, Constructor
from psa_bridge.spec.encodings import EncodingError, evaluate, expression, name
from psa_bridge.spec.predicates import PREDICATES
from psa_bridge.spec.values import CONSTANTS, Kind

N = TypeVar("N", bound="Number")

_CLASSES: dict[Kind, type[Number]] = {}


def _integer(value: int, what: str) -> int:
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise TypeError(f"{what} takes an integer, not {type(value).__name__}")
    return value


class Number(int):
    """A number of one kind.

    ``repr`` and ``str`` give the macro expression it stands for; a number without one is kept
    and shown in C notation.  In every other respect it is an ``int``.

    A subclass declares its constants and constructors as class attributes without values;
    these come from the tables of :mod:`psa_bridge.spec`, by name.

    Raises:
        TypeError: it is no integer.
        ValueError: the number does not fit the C type of its kind.
    """

    KIND: ClassVar[Kind]
    BITS: ClassVar[int] = 32
    STRIP: ClassVar[str] = ""
    """What the names of members leave out, beside the prefix of the kind."""

    __slots__ = ()

    def __new__(cls: type[N], value: int = 0) -> N:
        """Check the range."""
        value = _integer(value, cls.__name__)
        if not 0 <= value < 1 << cls.BITS:
            raise ValueError(f"{value:#x} is no {cls.KIND.label}: it has {cls.BITS} bits")
        return super().__new__(cls, value)

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        _CLASSES[cls.KIND] = cls
        for long_name, value in CONSTANTS.get(cls.KIND, {}).items():
            setattr(cls, cls._member(long_name), cls(value))
        for constructor in CONSTRUCTORS.values():
            if constructor.kind is cls.KIND and cls._member(constructor.name):
                setattr(cls, cls._member(constructor.name), Macro(cls, constructor))

    @classmethod
    def _member(cls, long_name: str) -> str:
        return long_name.removeprefix(cls.KIND.prefix).removeprefix(cls.STRIP)

    @classmethod
    def parse(cls: type[N], text: str) -> N:
        """The number that a C expression such as ``PSA_ALG_HMAC(PSA_ALG_SHA_256)`` stands for.

        Raises:
            ValueError: the text is no expression of this kind; the message says why.
        """
        return cls(evaluate(text, cls.KIND))

    @property
    def macro(self) -> str | None:
        """The macro expression, None if the API has none for this number."""
        return name(int(self), self.KIND)

    def __repr__(self) -> str:
        return expression(int(self), self.KIND)

    __str__ = __repr__


class Macro(Generic[N]):
    """A constructor of the API: a callable that checks its arguments and gives a number."""

    def __init__(self, cls: type[N], constructor: Constructor) -> None:
        self._cls = cls
        self._constructor = constructor
        self.__name__ = constructor.name
        labels = ", ".join(parameter.accepts.label for parameter in constructor.parameters)
        self.__doc__ = f"``{constructor.name}``, which takes {labels}."

    def __call__(self, *arguments: int) -> N:
        """The number; ``ValueError`` if an argument is not of the right kind."""
        constructor = self._constructor
        if len(arguments) != len(constructor.parameters):
            raise TypeError(f"{constructor.name} takes {len(constructor.parameters)} arguments, not {len(arguments)}")
        for parameter, argument in zip(constructor.parameters, arguments, strict=True):
            accepts = parameter.accepts
            _integer(argument, constructor.name)
            kind = argument.KIND if isinstance(argument, Number) else None
            fits = accepts.predicate or not argument & ~(parameter.mask | 0xFF)  # families have 8 bits
            plain = kind is None and fits and any(accepts.check(argument, each) for each in accepts.kinds)
            if not plain and not accepts.check(argument, kind):
                raise EncodingError(
                    f"{argument!r} cannot be an argument of {constructor.name}", f"there it takes {accepts.label}"
                )
        return self._cls(constructor.build(*arguments))

    def __repr__(self) -> str:
        return self.__name__


class Test:
    """A predicate of the API as a property: ``alg.is_hmac`` is ``PSA_ALG_IS_HMAC(alg)``."""

    def __set_name__(self, owner: type[Number], attribute: str) -> None:
        prefix = "PSA_KEY_LIFETIME_" if owner.KIND is Kind.LIFETIME else owner.KIND.prefix
        self._predicate = PREDICATES[prefix + attribute.upper()]
        self.__doc__ = f"``{self._predicate.name}``."

    def __get__(self, instance: Number, owner: type[Number]) -> bool:
        return self._predicate(int(instance)) if instance is not None else cast(bool, self)


class Access(Generic[N]):
    """An accessor of the API as a property, such as ``alg.hash`` for ``PSA_ALG_GET_HASH(alg)``.

    Raises:
        ValueError: the number is none that the accessor looks into, such as a symmetric key type for its public key.
    """

    def __init__(self, macro: str) -> None:
        self._accessor = ACCESSORS[macro]
        self.__doc__ = f"``{macro}``."

    def __get__(self, instance: Number, owner: type[Number]) -> N:
        if instance is None:
            return cast(N, self)
        accessor = self._accessor
        if not accessor.accepts.check(int(instance), instance.KIND):
            raise EncodingError(
                f"{instance!r} cannot be an argument of {accessor.name}", f"there it takes {accessor.accepts.label}"
            )
        return cast(N, _CLASSES[accessor.kind](accessor.pick(int(instance))))
