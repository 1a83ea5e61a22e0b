"""Numbers in prose must come from somewhere: the section's code, what it prints, or a source that the cell names."""

import re

from nnlab.course.notebooks import code_cells, printed, sections

_NUMBER = r"(?<![\w.])(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?(?:e[-+]?\d+)?(?!\w)"
_NOT_CLAIMS = (
    r"```.*?```", r"`[^`]*`", r"\$\$.*?\$\$", r"\$[^$]*\$",  # code and formulas
    r"\]\([^)]*\)", r"https?://\S+",  # links
    r"^#+ .*$", r"^\s*\d+\. ",  # headings, numbers of lists
    r"For the lecturer · \d+ min", r"\*\*Minutes\.\*\* \d+",
    r"\b(?:1[89]|20)\d\d\b",  # years
    r"(?i)\b(?:chapter|ch\.|section|week|exercise|figure|table|page)s? \d+\w?",
)


def numerals(notebook, run):
    """Sentences on numerals in prose that occur neither in their section's code, nor in what it prints in the solved
    `run`, nor in the cell's metadata ``sources``.
    """
    outputs = {cell.id: printed(cell) for cell in code_cells(run)}
    for section in sections(notebook):
        known = set()
        for cell in section:
            if cell.cell_type == "code":
                known |= _numbers(cell.source) | _numbers(outputs.get(cell.id, ""))
        for cell in section:
            if cell.cell_type == "markdown":
                text = cell.source
                for pattern in _NOT_CLAIMS:
                    text = re.sub(pattern, " ", text, flags=re.M | re.S if "```" in pattern or r"\$\$" in pattern else re.M)
                given = {number for source in cell.metadata.get("sources", {}) for number in _numbers(source)}
                for number in sorted(_numbers(text) - known - given):
                    yield f"cell {cell.id!r} says {number:g}, which its section neither computes nor cites"


def _numbers(text):
    """The numbers that occur in `text`, without their signs."""
    return {float(found.replace(",", "")) for found in re.findall(_NUMBER, text)}
