from collections.abc import Callable, Sequence
from typing import Any

ffi: Any
lib: Any

class CoreBase:
    _instance: Any
    _gives_way: bool
    def _attach(self, owner: Any, address: int, /) -> None: ...

class KeyBase:
    core: Any
    id: int

class OperationBase:
    _core: Any
    _operation: Any
    _given: int
    def _attach(self, core: CoreBase, owner: Any, address: int, /) -> None: ...

def compiled(owner: str, name: str, python: Callable[..., Any], doc: str, /) -> Any: ...
def compiled_names(owner: str, /) -> Sequence[str]: ...
def raise_with(check: Callable[[int, str], None], raised: dict[int, Any], /) -> None: ...
def report_unraisable(error: BaseException, where: str, /) -> None: ...
def recognise(class_: type[CoreBase | KeyBase], /) -> None: ...
