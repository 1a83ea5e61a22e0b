"""Numbers in prose need a source: the section's code, its printed output, or the cell's metadata ``sources``."""

import re

from nnlab.course.glossary import LABEL
from nnlab.course.notebooks import code_cells, printed, sections

_NUMBER = r"(?<![\w.])(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?(?:e[-+]?\d+)?(?!\w)"
_NOT_CLAIMS = (
    r"```.*?```", r"`[^`]*`", r"\$\$.*?\$\$", r"\$[^$]*\$",  # code and formulas
    r"\]\([^)]*\)", r"https?://\S+",  # links
    r"^#+ .*$", r"^\s*\d+\. ", rf"^{re.escape(LABEL)}.*$",  # headings, numbers of lists, names
    r"For the lecturer · \d+ min", r"\*\*Minutes\.\*\* \d+",
    r"\b(?:1[89]|20)\d\d\b",  # years
    r"(?i)\b(?:chapter|ch\.|section|week|exercise|figure|table|page)s? \d+\w?",
)


def numerals(notebook, run):
    """Problems, one sentence for each number in prose without a source.

    A number has a source if it occurs in its section's code, in the section's printed output in the solved `run`, or in
    the cell's metadata ``sources``.
    """
    outputs = {cell.id: printed(cell) for cell in code_cells(run)}
    for section in sections(notebook):
        computed = set()
        for cell in section:
            if cell.cell_type == "code":
                computed |= _numbers(cell.source) | _numbers(outputs.get(cell.id, ""))
        for cell in section:
            if cell.cell_type == "markdown":
                text = cell.source
                for pattern in _NOT_CLAIMS:
                    multiline = "```" in pattern or r"\$\$" in pattern
                    text = re.sub(pattern, " ", text, flags=re.M | re.S if multiline else re.M)
                cited = {number for source in cell.metadata.get("sources", {}) for number in _numbers(source)}
                for number in sorted(_numbers(text) - computed - cited):
                    yield f"cell {cell.id!r} says {number:g}, which its section neither computes nor cites"


def _numbers(text):
    """Set of the numbers that occur in `text`, without their signs."""
    return {float(found.replace(",", "")) for found in re.findall(_NUMBER, text)}
