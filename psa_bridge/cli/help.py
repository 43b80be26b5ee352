"""How `--help` is laid out: paragraphs fill the width of the terminal, what is indented stays as it is."""

from __future__ import annotations

import argparse
import textwrap


class HelpFormatter(argparse.HelpFormatter):
    """Fills paragraphs one by one, where argparse would make one of all."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=26)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        paragraphs = text.strip("\n").split("\n\n")
        return "\n\n".join(_filled(paragraph, width, indent) for paragraph in paragraphs)


def _filled(paragraph: str, width: int, indent: str) -> str:
    """A paragraph in lines of a width; one with indented lines is a table or an example, and kept."""
    lines = paragraph.splitlines()
    if any(line.startswith(" ") for line in lines):
        return "\n".join(indent + line for line in lines)
    text = " ".join(lines)
    return textwrap.fill(
        text, width, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False, break_long_words=False
    )
