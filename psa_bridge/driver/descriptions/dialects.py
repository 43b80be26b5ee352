"""What dialects of descriptions change, as a policy for the reader.

The dialect may be unknown while a description is read: headers and symbols can decide it
later.  What only one dialect forbids or allows is then a warning that names the dialect.
"""

from __future__ import annotations

from psa_bridge.driver.descriptions.model import MBEDTLS, PSA
from psa_bridge.driver.findings import Findings, Place


class Tolerance:
    """Reports what the written interface forbids and the ``mbedtls`` dialect allows."""

    def __init__(self, dialect: str | None, findings: Findings) -> None:
        self.dialect = dialect
        self._findings = findings

    @property
    def lenient(self) -> bool:
        """Whether the deviation is, or may turn out to be, allowed."""
        return self.dialect != PSA

    def deviation(self, rule: str, place: Place, message: str, remedy: str, softened: bool = False) -> None:
        """Report a deviation from the written interface.

        It is an error in the ``psa`` dialect and a warning as long as the dialect is open.  In
        the ``mbedtls`` dialect it is right, or with ``softened`` a warning.
        """
        if self.dialect == PSA:
            self._findings.error(rule, place, message, remedy)
        elif self.dialect is None:
            hint = f'{remedy}; or, if the driver is written for Mbed TLS, set "psa_bridge/dialect": "{MBEDTLS}"'
            self._findings.warning(rule, place, message, hint)
        elif softened:
            self._findings.warning(rule, place, message, remedy)
