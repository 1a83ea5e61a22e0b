"""The course's commands: ``python -m nnlab.course COMMAND``."""

import argparse
import sys


def main(arguments=None):
    """Exit status, after running the command that `arguments` begins with."""
    parser = argparse.ArgumentParser(prog="python -m nnlab.course", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name, help):
        made = commands.add_parser(name, help=help, description=help)
        if name not in ("publish", "mutants", "mark"):
            made.add_argument("notebooks", nargs="*", help="notebooks by name; all without")
        return made

    options = command("build", "run every notebook solved and write the course to build/site/: pages, decks, handouts")
    options.add_argument("--again", action="store_true",
                         help="run also the notebooks that have not changed since they last ran")
    command("slides", "write a deck of slides and a handout for each notebook to build/site/slides/")
    options = command("normalize", "write notebooks in their normal form, with the static images of their figures")
    options.add_argument("--run", action="store_true", help="execute them first and store what they print")
    command("sabotage", "plant faults in training and see the notebooks' claims break")
    command("answers", "write the answer key, notebooks and pages, to build/answers/")
    options = command("mutants", "every exercise against its named wrong answers and small changes of its reference")
    options.add_argument("weeks", nargs="*", help="weeks or exercises, such as week01 or week01.relu; all without")
    options = command("mark", "mark a folder of handed-in notebooks: marks.csv, a page for each student and the class")
    options.add_argument("folder", metavar="FOLDER", help="what students handed in, as Moodle, Canvas or Blackboard "
                                                          "export it, or a folder or file for each student")
    options.add_argument("--roster", metavar="CSV", help="the students, as Moodle or Canvas export them")
    options.add_argument("--out", metavar="FOLDER", help="where the marks go; FOLDER-marks without")
    options.add_argument("--again", action="store_true", help="mark also what has been marked before")
    options.add_argument("--seconds", type=int, default=60, help="limit of processor time for one exercise (60)")
    command("status", "print the lectures with minutes, slides, exercises, predictions, figures, time of a run")
    command("images", "draw README's images, the playground and a slide, from what `slides` has built")
    options = command("publish", "make OWNER/REPO the course's address, in badges and first cells")
    options.add_argument("place", metavar="OWNER/REPO")
    asked = parser.parse_args(arguments)
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
        if asked.command == "build":
            from nnlab.course.site import build
            well = build(asked.notebooks, asked.again)
        elif asked.command == "slides":
            from nnlab.course.slides import build
            well = build(asked.notebooks) is True
        elif asked.command == "normalize":
            from nnlab.course.normalize import normalize
            well = normalize(asked.notebooks, asked.run) is None
        elif asked.command == "images":
            from nnlab.course.readme_images import images
            well = images() is None
        elif asked.command == "mark":
            from nnlab.course.marking.mark import mark
            well = mark(asked.folder, asked.out, asked.roster, asked.again, asked.seconds)
        elif asked.command == "status":
            from nnlab.course.status import status
            well = status(asked.notebooks) is None
        elif asked.command == "answers":
            from nnlab.course.answers import answers
            well = answers(asked.notebooks)
        elif asked.command == "mutants":
            from nnlab.course.mutants import table
            well = table(asked.weeks)
        elif asked.command == "sabotage":
            from nnlab.course.sabotage import sabotage
            well = sabotage(asked.notebooks)
        else:
            from nnlab.course.publish import publish
            well = publish(asked.place) is None
    except (CellFailed, FetchError, FileNotFoundError, RuntimeError, ValueError) as error:
        print(f"nnlab.course {asked.command}: {error}", file=sys.stderr)
        return 1
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
