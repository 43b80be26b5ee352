"""What `info --json` says about a bundle."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from psa_bridge.driver.bundle import Bundle, Image
    from psa_bridge.driver.descriptions.model import Capability


def image_data(bundle: Bundle, image: Image) -> dict[str, Any]:
    """A built bundle as plain data."""
    from psa_bridge.cli.reports import counts, findings_data

    return {
        "drivers": [
            {
                "prefix": driver.prefix,
                "type": driver.type,
                "location": driver.location,
                "dialect": driver.dialect,
                "source": driver.source,
                "functions": driver.functions,
                "capabilities": [capability_data(one) for one in description.capabilities],
            }
            for driver, description in zip(image.drivers, bundle.descriptions, strict=True)
        ],
        "symbols": [{"name": name, "kind": kind, "by": by} for name, (kind, by) in sorted(image.suppliers.items())],
        "layout": image.layout,
        "services": list(image.services),
        "foreign_headers": image.foreign_headers,
        "attributes_size": image.attributes_size,
        "glue": str(image.glue),
        "image": str(image.path),
        "libraries": [str(path) for path in image.libraries],
        "cached": image.cached,
        "counts": counts(tuple(image.findings)),
        "findings": findings_data(image.findings),
    }


def capability_data(capability: Capability) -> dict[str, Any]:
    """What a capability matches, as it is written; null is anything."""
    return {
        "entry_points": list(capability.entry_points),
        **{name: _texts(getattr(capability, name)) for name in ("algorithms", "key_types", "key_sizes")},
        "fallback": bool(capability.fallback),
    }


def _texts(values: Iterable[object] | None) -> list[Any] | None:
    return None if values is None else [getattr(value, "text", value) for value in values]
