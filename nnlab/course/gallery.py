"""The gallery of the interactive figures, and of each figure a file of its own that other pages can embed."""

import html
import json
import re
from typing import NamedTuple
from urllib.parse import quote

from nnlab import widgets
from nnlab.course.frame import frame, page, part
from nnlab.course.lectures import stored, webp
from nnlab.course.notebooks import code_cells, read, title
from nnlab.course.render import place_of, scripts_of


class Shown(NamedTuple):
    """A figure in the gallery: `name`, `title`, `sentence`; `uses` in lectures (week, address of the cell); `example`,
    what to see in another state and the address that carries it; `image`, `shape` (width and height of the figure),
    and the `output` that shows it first.
    """

    name: str
    title: str
    sentence: str
    uses: list
    example: tuple
    image: str
    shape: tuple
    output: object


def about(name):
    """Title and sentence of the figure called `name`: its file begins with them, as a module with its docstring."""
    text = (widgets.FIGURES / f"{name}.js").read_text(encoding="utf-8")
    said = " ".join(line[2:].strip() for line in re.match(r"(?://.*\n)+", text).group().splitlines())
    first = re.split(r"(?<=\.)\s", said)[0]
    head, _, rest = re.sub(r"(?<=\w)([:,]) ", r"\1\n", first, count=1).partition("\n")
    return head.rstrip(":,."), rest[:1].upper() + rest[1:]


def address(name, state):
    """Address of the figure called `name` alone in the `state` (parts of it), relative to the site."""
    return f"figures/{name}.html" + (f"#{name}={encoded(state)}" if state else "")


def encoded(state):
    """The dictionary `state` as an address holds it."""
    return quote(json.dumps(state, separators=(",", ":"), ensure_ascii=False))


def gallery(every):
    """The `Shown` figures of the notebooks at the paths `every`, in the order in which the lectures use them."""
    first, uses, images = {}, {}, {}
    examples = json.loads(part("examples.json"))
    for path in every:
        notebook = read(path)
        week = title(notebook).split(" · ")[0]
        images |= {(path, cell): png for cell, figure, png, _ in stored(notebook) if figure}
        for cell in code_cells(notebook):
            for output in cell.outputs:
                if figure := output.get("data", {}).get(widgets.MIME):
                    name = figure["name"]
                    first.setdefault(name, (path, cell.id, output))
                    there = uses.setdefault(name, {})
                    there.setdefault(week, f"{path.stem}.html#cell-id={cell.id}")
    return [_shown(name, where, list(uses[name].items()), examples.get(name), images.get(where[:2]))
            for name, where in first.items()]


def _shown(name, where, uses, example, png):
    words, state = example or ("", {})
    image = webp(png, top=True, size=(760, 344), heaviest=26_000) if png else ""
    return Shown(name, *about(name), uses, (words, address(name, state)), image, size(png), where[2])


def size(png):
    """Width and height of the image `png` (bytes), which stand at its beginning."""
    return (int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")) if png else (1000, 600)


def alone(shown):
    """HTML of the file that holds the figure `shown` and nothing else."""
    return page("figure.html.j2", frame(shown.title, "figures"), place=place_of(shown.output),
                scripts=scripts_of([shown.name]))


def snippet(shown):
    """HTML with which a page elsewhere embeds the figure `shown`; the browser fills in where the site is."""
    width, height = shown.shape
    name = html.escape(shown.title, quote=True)
    return (f'<iframe src="SITE/figures/{shown.name}.html" title="{name}" loading="lazy" '
            f'style="width: 100%; aspect-ratio: {width} / {height}; border: 0"></iframe>')


def written(figures):
    """HTML of the gallery's page, of the `Shown` figures."""
    return page("figures.html.j2", frame("Figures", "figures", alone=True, styles=["front"]), figures=figures,
                snippet=snippet)
