"""The arguments of `autocoder-tui project`, `rerun` and `steps`."""

from __future__ import annotations

from autocoder_tui.cli.arguments import Parser, add_option, given
from autocoder_tui.config.run_options import OPTION_OF_KEY, RUN_OPTIONS

PROJECT_DESCRIPTION = """\
From a prompt to a code base, by steps that are written down and can be run again.
What is wanted stands in .autocoder/prompt of the folder, or is given with -r.
Without the screen files are written only where nothing of anybody's can be lost: with
--yes, into a folder that is empty or holds what earlier runs wrote and nobody changed.
Killed at any point, it goes on with --resume, and nothing is paid for twice.
Exit codes: 0 done, 1 failed or left for a review, 2 usage, 130 interrupted.
"""


def project_parser() -> Parser:
    parser = Parser(prog="autocoder-tui project", description=PROJECT_DESCRIPTION, reports="run")
    parser.add_argument("directory", nargs="?", metavar="DIR", help="project folder (default: .)")
    job = parser.add_argument_group("the project")
    add_option(job, OPTION_OF_KEY["requirements"])
    add_option(job, OPTION_OF_KEY["input_files"])
    job.add_argument(
        "--steps",
        dest="configuration",
        type=given,
        metavar="NAME",
        help="which steps: a configuration (autocoder-tui steps lists them)",
    )
    job.add_argument(
        "--resume",
        dest="goes_on",
        action="store_true",
        help="go on with the newest run of the project",
    )
    job.add_argument(
        "--run",
        dest="project_run",
        type=given,
        metavar="RUN",
        help="go on with the run of this name: a folder in .autocoder/logs",
    )
    job.add_argument(
        "--old-logs",
        nargs="?",
        const="",
        type=str,
        metavar="LOG",
        help="list the logs of a folder that GPT Engineer made, or print one; nothing else is done",
    )
    job.add_argument(
        "--from",
        dest="again",
        type=given,
        metavar="STEP",
        help="with --resume: do this step anew, and those after it that depend on it",
    )
    job.add_argument(
        "--yes",
        dest="assume",
        action="store_true",
        default=None,
        help="take what the model assumes where it asks, and write files; it is no yes to running "
        "anything",
    )
    add_option(job, OPTION_OF_KEY["answers"])
    _add_running(parser)
    job.add_argument(
        "--plain",
        action="store_true",
        default=None,
        help="line by line, without the screen: every change of a step is a line, and what it asks "
        "is answered in one; ui.plain in the settings does the same",
    )
    job.add_argument(
        "--demo",
        action="store_true",
        help="play the example todo with recorded replies: no key and no network; in DIR, else in "
        "a temporary folder",
    )
    return parser


def rerun_parser() -> Parser:
    parser = Parser(
        prog="autocoder-tui rerun",
        description="Run a step of a project again from its log: the messages that stand there, "
        "changed or not, are sent word for word. The steps after it are stale then, and done "
        "again by: autocoder-tui project --resume",
        reports="run",
    )
    parser.add_argument(
        "log", type=given, metavar="LOG", help="such as .autocoder/logs/RUN/01-simple.json"
    )
    job = parser.add_argument_group("the step")
    job.add_argument(
        "--yes",
        dest="assume",
        action="store_true",
        default=None,
        help="as for project",
    )
    add_option(job, OPTION_OF_KEY["answers"])
    _add_running(parser)
    parser.set_defaults(configuration=None, project_run=None)
    return parser


def _add_running(parser: Parser) -> None:
    """What both have: the model, its limits, what may run, what comes out."""
    running = parser.add_argument_group("what runs")
    running.add_argument(
        "--run-scripts",
        action="store_true",
        help="yes to running: check commands, scripts that a model wrote (in the check's place), "
        "and the project's own steps",
    )
    add_option(running, OPTION_OF_KEY["check_commands"])
    output = parser.add_argument_group("what comes out")
    for name in ("patch", "despite_warnings", "json"):
        add_option(output, OPTION_OF_KEY[name])
    model = parser.add_argument_group("the model")
    limits = parser.add_argument_group("limits (also under [network] in config.toml)")
    for option in RUN_OPTIONS:
        if option.group in ("the model", "limits"):
            add_option(model if option.group == "the model" else limits, option)
    add_option(model, OPTION_OF_KEY["system_prompt"])
    add_option(parser.add_argument_group("the program"), OPTION_OF_KEY["debug_level"])
    parser.set_defaults(control_file=None, demo=False, list_models=False)


def steps_parser() -> Parser:
    parser = Parser(
        prog="autocoder-tui steps",
        description="List the configurations of steps and the steps, with a line on each; "
        "show NAME says more of one.",
    )
    parser.add_argument("command", nargs="?", choices=("list", "show"), default="list")
    parser.add_argument("name", nargs="?", type=given, metavar="NAME", help="of what to show")
    parser.add_argument(
        "-C", "--directory", type=given, metavar="DIR", help="project folder (default: .)"
    )
    return parser
