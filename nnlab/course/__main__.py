"""The course's commands: ``python -m nnlab.course COMMAND``."""

import argparse
import importlib
import sys

# Commands by what they are for: name, what the first page of help says of it.
GROUPS = {
    "write": [
        ("new-week", "a lecture in the course's form, with exercises and a test, for you to rewrite"),
        ("normalize", "write notebooks in their normal form, with the static images of their figures"),
        ("publish", "make OWNER/REPO the course's address, in badges and first cells"),
    ],
    "build": [
        ("build", "run every notebook solved; write pages, decks and handouts to build/site/"),
        ("slides", "write a deck of slides and a handout for each notebook to build/site/slides/"),
        ("answers", "write the answer key, notebooks and pages, to build/answers/"),
        ("images", "draw README's images, the playground and a slide, from what `slides` has built"),
    ],
    "teach": [
        ("status", "a table of the lectures: minutes, slides, exercises, predictions, figures, time of a run"),
        ("mark", "mark a folder of handed-in notebooks: marks.csv, a page for each student and the class"),
        ("exam", "write an exam with numbers of its own for each student, and its key, from a secret seed"),
    ],
    "check": [
        ("mutants", "judge small changes of each reference, and the named wrong answers"),
        ("sabotage", "plant faults in training and see the notebooks' claims break"),
    ],
}
EXAMPLES = """\
examples:
  python -m nnlab.course status
  python -m nnlab.course mark hand-ins --roster roster.csv
  python -m nnlab.course exam week01c week02a --roster roster.csv --out ../exam
  python -m nnlab.course new-week week07a_attention "Attention"

`python -m nnlab.course COMMAND --help` explains a command."""


def parser():
    """The parser of the command line."""
    listed = "\n\n".join("\n".join([f"{group}:", *(f"  {name:<10} {says}" for name, says in commands)])
                         for group, commands in GROUPS.items())
    whole = argparse.ArgumentParser(prog="python -m nnlab.course", usage="python -m nnlab.course COMMAND ...",
                                    formatter_class=argparse.RawDescriptionHelpFormatter,
                                    description=f"Commands for those who write and teach the course.\n\n{listed}",
                                    epilog=EXAMPLES)
    commands = whole.add_subparsers(dest="command", required=True, metavar="COMMAND", help=argparse.SUPPRESS,
                                    prog="python -m nnlab.course")
    made = {name: commands.add_parser(name, description=f"{says[0].upper()}{says[1:]}.")
            for group in GROUPS.values() for name, says in group}
    for name in ("normalize", "build", "slides", "answers", "status", "sabotage"):
        made[name].add_argument("notebooks", nargs="*", help="notebooks by name, such as week02a; all without")
    made["images"].add_argument("notebooks", nargs="*", help=argparse.SUPPRESS)
    made["build"].add_argument("--again", action="store_true",
                               help="run also the notebooks that have not changed since they last ran")
    made["normalize"].add_argument("--run", action="store_true", help="execute them first and store what they print")
    made["mutants"].add_argument("weeks", nargs="*", help="weeks or exercises, such as week01.relu; all without")
    made["publish"].add_argument("place", metavar="OWNER/REPO")
    made["new-week"].add_argument("stem", metavar="NAME",
                                  help="of the notebook: weekNNx_subject, such as week07a_attention")
    made["new-week"].add_argument("title", nargs="?", default="", metavar="TITLE", help="of the lecture")
    mark, exam = made["mark"], made["exam"]
    mark.add_argument("folder", metavar="FOLDER", help="what students handed in, as Moodle, Canvas or Blackboard "
                                                       "export it, or a folder or file for each student")
    for command in (mark, exam):
        command.add_argument("--roster", metavar="CSV", help="the students: columns name and id, or as Moodle and "
                                                            "Canvas export them")
    mark.add_argument("--out", metavar="FOLDER", help="where the marks go; FOLDER-marks without")
    mark.add_argument("--again", action="store_true", help="mark also what has been marked before")
    mark.add_argument("--seconds", type=int, default=60, help="limit of processor time for one exercise (60)")
    mark.add_argument("--quick", action="store_true",
                      help="faster: do not run lectures to find out what their predictions measure")
    mark.add_argument("--exam", metavar="KEY", help="the hand-ins are exams: key.json, as `exam` has written it")
    exam.add_argument("lectures", nargs="+", metavar="LECTURE", help="lectures or exercises, such as week01c or "
                                                                     "week01.softmax")
    exam.add_argument("--out", metavar="FOLDER", required=True, help="where notebooks and key go, outside the course")
    exam.add_argument("--seed", metavar="FILE", help="file with the secret seed; made anew without, and kept in FOLDER")
    exam.add_argument("--tasks", metavar="KINDS", default="value,repair,write,choose",
                      help="kinds of tasks with commas between, such as value,repair; all four (also write and "
                           "choose) without")
    return whole


def main(arguments=None):
    """Exit status, after running the command that `arguments` begins with."""
    asked = parser().parse_args(arguments)
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(line_buffering=True)  # flush each line, in a file or a pipe too

    from nnlab.published import INSTALLED

    if INSTALLED and asked.command != "mutants":
        print(f"nnlab.course {asked.command}: works on the course's notebooks, which an installed nnlab does not have: "
              "run it in a checkout of the repository (pip show -v nnlab says its address)", file=sys.stderr)
        return 1
    from nnlab.course.execute import CellFailed
    from nnlab.fetch import FetchError

    try:
        return 0 if _run(asked) else 1
    except (CellFailed, FetchError, FileNotFoundError, FileExistsError, RuntimeError, ValueError) as error:
        print(f"nnlab.course {asked.command}: {error}", file=sys.stderr)
        return 1


def _run(asked):
    """Whether the command of the arguments `asked` ends well."""
    def of(module, name, *given):  # what a command needs is imported when it is asked for
        return getattr(importlib.import_module(f"nnlab.course.{module}"), name)(*given)

    def exam():
        return of("exam.write", "write", asked.lectures, asked.out, asked.seed, asked.roster, asked.tasks.split(","))

    commands = {
        "build": lambda: of("site", "build", asked.notebooks, asked.again),
        "slides": lambda: of("slides", "build", asked.notebooks) is True,
        "normalize": lambda: of("normalize", "normalize", asked.notebooks, asked.run) is None,
        "images": lambda: of("readme_images", "images") is None,
        "mark": lambda: of("marking.mark", "mark", asked.folder, asked.out, asked.roster, asked.again, asked.seconds,
                           asked.exam, asked.quick),
        "exam": exam,
        "status": lambda: of("status", "status", asked.notebooks) is None,
        "answers": lambda: of("answers", "answers", asked.notebooks),
        "mutants": lambda: of("mutants", "table", asked.weeks),
        "sabotage": lambda: of("sabotage", "sabotage", asked.notebooks),
        "publish": lambda: of("publish", "publish", asked.place) is None,
        "new-week": lambda: of("new_week", "new_week", asked.stem, asked.title) is not None,
    }
    return commands[asked.command]()


if __name__ == "__main__":
    sys.exit(main())
