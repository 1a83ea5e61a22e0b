"""The commands as their users call them: the site, the decks, and what they say when something is missing."""

import html
import re
import subprocess
import sys

import pytest
from pages import asked
from shared import SEEN, course

from nnlab.course import browser as browsers
from nnlab.course import normalize, npm, sabotage, slides, solved_runs
from nnlab.course.__main__ import main
from nnlab.course.execute import CellFailed
from nnlab.course.notebooks import BUILD, ROOT, code_cells, paths, read, title
from nnlab.course.site import neighbors
from nnlab.course.slides import SITE, SLIDES
from nnlab.fetch import FetchError


def test_site_is_whole_and_asks_for_nothing(site, pytestconfig):
    assert site.good, site.out + site.err
    chosen = paths(pytestconfig.getoption("--notebook"))
    for path in chosen:
        row = re.search(rf"^{path.stem} +(\d+) +([\d.]+|kept)  ok$", site.out, re.M)
        assert row and int(row.group(1)) == len(code_cells(read(path)))
    assert re.search(r"^Data: [\d,]+ \+ [\d,]+ images of 1×28×28", site.out, re.M)
    assert site.out.rstrip().endswith(f"Open {BUILD / 'site' / 'index.html'}")
    pages = {path.name: path.read_text(encoding="utf-8") for path in (BUILD / "site").glob("*.html")}
    assert set(pages) == {"index.html", "figures.html", "glossary.html", "instructors.html", "outline.html",
                          *(f"{path.stem}.html" for path in paths())}
    for name, text in pages.items():
        assert asked(text) == [], f"{name} asks the network"
        assert len(text.encode()) < (1_000_000 if name == "index.html" else 2_000_000), name
        for link in re.findall(r'href="([\w-]+\.html)', text):
            assert link in pages
    assert "Speaker" not in pages["week01a_neurons.html"] and "One right answer" in pages["week01a_neurons.html"]
    assert "<strong>Exercise <code>relu</code>.</strong>" in pages["week01b_activations.html"]
    assert pages["week03d_practice.html"].count("To correct:</div><div class=\"highlight\">") == 5
    assert "<br/>2. all samples correct, all logits times 2: the cross-entropy" in pages["week01d_learning.html"]


def smallest():
    """The name of the lecture with the smallest deck."""
    return min(SLIDES.glob("*.html"), key=lambda deck: deck.stat().st_size).stem


def test_build_keeps_what_has_not_changed_and_runs_again_when_asked(site, monkeypatch):
    """A second build leaves decks and runs of the first as they are; ``--again`` runs the notebook."""
    before = {path: path.stat().st_mtime_ns for path in SLIDES.iterdir()}
    done = course("build", smallest())
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(rf"^{smallest()} +\d+ +kept  ok$", done.stdout, re.M)
    assert {path: path.stat().st_mtime_ns for path in SLIDES.iterdir()} == before
    assert [run.seconds for run in solved_runs.runs(paths())] == [None] * len(paths())
    executed = []

    def execute(notebook, name, **_):
        executed.append(name)
        return solved_runs.read(next(solved_runs.KEPT.glob(f"{name.removesuffix('.ipynb')}-*")))
    monkeypatch.setattr(solved_runs, "execute", execute)
    solved_runs.runs(paths(["week01a"]))
    assert executed == []
    run, = solved_runs.runs(paths(["week01a"]), again=True)
    assert executed == ["week01a_neurons.ipynb"] and run.seconds is not None and run.failure is None


@pytest.mark.browser
def test_slides_are_built_once_and_again_when_something_changes(browser, site, capsys):
    before = {path: path.stat().st_mtime_ns for path in SLIDES.iterdir()}
    assert slides.build(browser=browser) is True
    out = capsys.readouterr().out
    assert len(re.findall(r"^week\w+ +unchanged +\d+ ", out, re.M)) == len(paths()), out
    assert {path: path.stat().st_mtime_ns for path in SLIDES.iterdir()} == before
    handout = SLIDES / f"{smallest()}.pdf"
    handout.unlink()
    done = course("slides", handout.stem)
    row = rf"^{handout.stem} +\d+ slides +\d+ +\d\.\d  \d+ pages$"
    assert done.returncode == 0 and re.search(row, done.stdout, re.M), done.stdout + done.stderr
    assert handout.exists()


@pytest.mark.browser
def test_all_links_of_the_site_lead_somewhere(browser, site):
    """Every link and image in pages and decks: a file of the site, a place in the page, or an address elsewhere."""
    checked, outside, ids = 0, {}, {}
    for file in sorted(SITE.rglob("*.html")):
        outside[file] = re.sub(r"<script\b.*?</script>", "", file.read_text(encoding="utf-8"), flags=re.S)
        ids[file] = {html.unescape(one) for one in re.findall(r'\bid="([^"]+)"', outside[file])}
    for file, text in outside.items():
        for place in map(html.unescape, re.findall(r'<(?:a|img|link)\b[^>]*?\b(?:href|src)="([^"]*)"', text)):
            if not place.startswith(("https://", "http://", "data:image/png;base64,", "data:image/webp;base64,")):
                name, _, part = place.partition("#")
                target = (file.parent / name).resolve() if name else file
                assert target.is_file(), f"{file.name}: {place}"
                figure = f'data-figure="{part.partition("=")[0]}"'  # its state may stand in the address
                assert not part or part in ids[target] or figure in outside[target], f"{file.name}: {place}"
            checked += 1
    page = (SITE / "week01a_neurons.html").read_text(encoding="utf-8")
    for wanted in ("slides/week01a_neurons.html", "slides/week01a_neurons.pdf", "notebooks/week01a_neurons.ipynb"):
        assert f'href="{wanted}"' in page
    SEEN.append(f"site: {checked} links and images, each leads somewhere")
    assert checked > 20


@pytest.fixture
def quick_runs(monkeypatch, tmp_path):
    """Runs of notebooks that only fill in the outputs that are stored; the second one fails."""
    def execute(notebook, name, each, **_):
        if name == paths()[1].name:
            raise CellFailed(name, code_cells(notebook)[3], "planted")
        for cell in code_cells(notebook):
            each(cell)
        return read(next(path for path in paths() if path.name == name))
    monkeypatch.setattr(solved_runs, "KEPT", tmp_path / "runs")
    monkeypatch.setattr(solved_runs, "execute", execute)
    monkeypatch.setattr(solved_runs, "data_here", lambda: ("test", "data of a test"))


def test_what_is_no_terminal_gets_a_line_a_notebook(quick_runs, capsys):
    done = solved_runs.runs(paths()[:2])
    lines = capsys.readouterr().out.splitlines()
    first, second = (path.stem for path in paths()[:2])
    assert lines[1:] == ["Notebooks: 2 to run, one after the other; 0 kept from before.",
                         f"{first}: running (1 of 2) ...", f"{first}: done in {done[0].seconds:.1f} s",
                         f"{second}: running (2 of 2) ...",
                         f"{second}: failed after {done[1].seconds:.1f} s, in cell {done[1].failure.cell.id!r}"]
    solved_runs.runs(paths()[:1])
    assert "Notebooks: 0 to run, one after the other; 1 kept from before." in capsys.readouterr().out


def test_a_terminal_gets_the_bar_and_no_lines(quick_runs, monkeypatch, capsys):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    solved_runs.runs(paths()[:2])
    said = capsys.readouterr().out
    assert "running" not in said and re.search(r"\rnotebooks .*\d+/\d+ cells", said)


def test_lines_come_when_they_are_printed():
    """In a pipe, too: nothing waits until the command ends."""
    code = ("import sys; from nnlab.course.__main__ import main; main(['publish', 'nowhere']); "
            "print(sys.stdout.line_buffering)")
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT).stdout == "True\n"


def test_sabotage_and_normalize_say_what_they_are_at(monkeypatch, capsys, tmp_path):
    path = tmp_path / paths()[0].name
    path.write_bytes(paths()[0].read_bytes())
    for module in (normalize, sabotage):
        monkeypatch.setattr(module, "paths", lambda names: [path])
        monkeypatch.setattr(module, "execute", lambda notebook, name, **_: read(path))
    monkeypatch.setattr(normalize.outline, "written", lambda: False)
    monkeypatch.setattr(normalize, "screenshot", lambda *_: b"")
    sabotage.sabotage()
    said = capsys.readouterr().out
    assert re.search(rf"^{path.stem}: running without a fault \.\.\.\n{path.stem}: done in [\d.]+ s; now", said, re.M)
    normalize.normalize(run=True)
    said = capsys.readouterr().out
    assert re.search(rf"^{path.name}: running \.\.\.\n{path.name}: \d+ cells, \d+ kB, in [\d.]+ s$", said, re.M)


def test_neighbors_are_the_lectures_before_and_after():
    first = paths()[0]
    assert neighbors(first, [first]) == [None, None]
    assert neighbors(first, [first, first.with_name("week01a_neurons.ipynb")])[0] is None
    titled = (title(read(first)), f"{first.stem}.html")
    assert neighbors("here", [first, "here", first]) == [titled, titled]


def test_without_network_decks_are_left_out_and_the_rest_goes_on(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(npm, "BUILD", tmp_path)
    monkeypatch.setenv("NPM_CONFIG_REGISTRY", "http://127.0.0.1:9")
    monkeypatch.setattr(slides, "SLIDES", tmp_path / "slides")
    assert slides.build(made={paths()[0]: None}) is None
    assert "Left out: decks and handouts: could not download reveal.js-4.6.1.tgz; tried http" in capsys.readouterr().out


@pytest.mark.parametrize("arguments, said", [
    (["build", "week99"], "no notebook 'week99'; choose from: week01a_neurons"),
    (["publish", "nowhere"], "give OWNER/REPO"),
])
def test_bad_input_is_one_sentence(arguments, said):
    done = course(*arguments)
    assert done.returncode == 1 and said in done.stderr and "Traceback" not in done.stderr


def test_without_chromium_static_images_cannot_be_drawn(monkeypatch):
    from nnlab.course.normalize import screenshot
    monkeypatch.setattr(browsers, "executable", lambda: None)
    with pytest.raises(RuntimeError, match="Chromium was not found; install it"):
        screenshot({"name": "neuron", "state": {}})


def test_without_network_formulas_stay_and_slides_say_why(monkeypatch, tmp_path):
    from nnlab.course.render import Formulas
    monkeypatch.setattr(npm, "BUILD", tmp_path)
    monkeypatch.setenv("NPM_CONFIG_REGISTRY", "http://127.0.0.1:9")
    formulas = Formulas()
    assert formulas("a<b") == '<span class="tex">a&lt;b</span>' and "mathjax-3.2.2.tgz" in formulas.without
    with pytest.raises(FetchError, match=r"could not download reveal.js-4.6.1.tgz; tried http://127.0.0.1:9"):
        npm.package("reveal.js")


def test_makefile_has_the_commands_that_the_readme_names():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"`make (\w+)", (ROOT / "README.md").read_text(encoding="utf-8")):
        assert re.search(rf"^{target}:", makefile, re.M), target


def test_answers_are_a_key_with_the_mistakes_it_knows(capsys):
    assert main(["answers"]) == 0
    said = capsys.readouterr().out
    assert "week01a_neurons: 3 exercises answered" in said and "week02c_approximation: 6 exercises answered" in said
    assert len(re.findall(r"^week\w+: \d+ exercises answered$", said, re.M)) == len(paths())
    for path, name, answer, mistake, said in (
            (paths(["week01b"])[0], "relu", "return torch.where(x > 0, x, 0.0)", "relu_absolute",
             "This is the absolute value"),
            (paths(["week01d"])[0], "changes", '"rises", "stays"]', "rises", "this does not determine the loss")):
        key = read(BUILD / "answers" / path.name)
        text = "\n".join(cell.source for cell in key.cells)
        assert answer in text.replace("'", '"') and not re.search(r"^guess\w* = None", text, re.M)
        assert f"**{name}: common wrong answers and their feedback**" in text
        assert f"`{mistake}`" in text and said in text
        assert not any(output.output_type == "error" for cell in code_cells(key) for output in cell.outputs)
        page = (BUILD / "answers" / f"{path.stem}.html").read_text(encoding="utf-8")
        assert said in page and f"✓ {name} is right" in page


def test_mutants_are_a_table_of_exercises(capsys):
    """Three exercises: the weeks' own tests hold each to its rules; test_checks_weeks.py sees that none is left out."""
    assert main(["mutants", "week01.relu", "week01.shapes", "week02.paired"]) == 0
    said = capsys.readouterr().out
    assert re.findall(r"^week\d+\.\w+$", said, re.M) == ["week01.relu", "week01.shapes", "week02.paired"]
    assert "BAD" not in said and "NOT EXPLAINED" not in said
    assert said.count(" mutants, ") == said.count("of the others 100% found wrong") == 2
    assert re.search(r"ok +2 relu_absolute +This is the absolute value", said)
    assert main(["mutants", "week99"]) == 1
    assert "no week 'week99'; choose from: week01" in capsys.readouterr().err
