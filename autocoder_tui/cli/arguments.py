"""The arguments of every command but `batch`, `history` and `local`: those have their own modules.

Nothing heavy is imported here.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Literal, NoReturn

from autocoder_tui.config.run_options import RUN_OPTIONS, RunOption
from autocoder_tui.problems import shortened
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.system.version import __version__

DESCRIPTION = """\
Pick files, say what you want, watch the code stream in, accept or reject it hunk by hunk.

  autocoder-tui [DIR]           open the program on DIR (default: here)
  autocoder-tui run [DIR] ...   the same job without the screen, for scripts
  autocoder-tui new [NAME]      make a folder for a project that grows from a prompt
  autocoder-tui project [DIR]   from a prompt to a code base, by steps
  autocoder-tui rerun LOG       a step of it again, from its log
  autocoder-tui steps           the steps there are
  autocoder-tui batch FILE ...  many jobs in a queue, from control files or JSON Lines
  autocoder-tui resume [RUN]    open it on a run that was interrupted (default: the last)
  autocoder-tui review FILE     review a reply from elsewhere (- for stdin): no model, no key
  autocoder-tui history ...     list, show, export, rename and delete the runs so far
  autocoder-tui local [MODEL]   start a model on this machine and open the program on it
  autocoder-tui serve [DIR]     an HTTP API, a page for the browser, the program in a tab
  autocoder-tui client [URL]    ask such a server from the terminal
  autocoder-tui usage           what the runs so far used and cost
  autocoder-tui doctor          what a bug report needs, and what is broken
  autocoder-tui config ...      path, show, edit, get, set and unset settings
  autocoder-tui preprompts ...  what models are told: list, show, export and check it
  autocoder-tui schema          the JSON schema of control files
  autocoder-tui completions SH  completions for bash, zsh or fish
  autocoder-tui man             the man page
  autocoder-tui docs [NAME]     the manual
  autocoder-tui --demo          try it with recorded replies: no key, no network
"""

RUN_DESCRIPTION = """\
Generate without the screen: progress on stderr, the code to -o, or to stdout without -o.
Exit codes: 0 done, 1 the run failed or was refused, 2 usage, 130 interrupted,
128 + n ended by signal n.
"""

RUN_HELP = "its id or the beginning of it, its name, or last"


def refused(expected: str, text: str) -> argparse.ArgumentTypeError:
    """What argparse says of a value. Of its own accord it says "invalid ... value"."""
    found = f'"{shortened(text)}"' if text.strip() else "an empty value"
    return argparse.ArgumentTypeError(f"expected {expected}, found {found}")


def given(text: str) -> str:
    """A value that is there: an unset variable of a shell must not pass for one."""
    if not text.strip():
        raise refused("a value", text)
    return text


def count(text: str) -> int:
    with suppress(ValueError):
        value = int(text)
        if 1 <= value <= 1000:
            return value
    raise refused("a whole number from 1 to 1000", text)


def option_reader(option: RunOption) -> Callable[[str], Any]:
    """Reads the value of an option from the command line."""

    def read(text: str) -> Any:
        try:
            return option.from_text(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return read


_MOST_FLAGS_IN_USAGE = 9


class Parser(argparse.ArgumentParser):
    """Names the arguments it does not know, which a shell may have made of any file's name. A
    flag is written out: what is short for one today may be short for two tomorrow.

    Its usage names single flags only where they are few: else it would be a screen full of them,
    above what the program is for, or above what was wrong.
    """

    def __init__(self, *, reports: Literal["run", "batch"] | None = None, **settings: Any) -> None:
        super().__init__(**{"allow_abbrev": False, "formatter_class": Formatter, **settings})
        self._reports = reports
        self._given: Sequence[str] = ()

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        self._given = list(args or ())
        return super().parse_args(args, namespace)

    def format_usage(self) -> str:
        self._shorten_usage()
        return super().format_usage()

    def format_help(self) -> str:
        self._shorten_usage()
        return super().format_help()

    def _shorten_usage(self) -> None:
        flags = [action for action in self._actions if action.option_strings]
        if self.usage is None and len(flags) > _MOST_FLAGS_IN_USAGE:
            rest = [action for action in self._actions if not action.option_strings]
            formatter = self._get_formatter()
            formatter.add_usage(None, rest, (), prefix="")
            after = formatter.format_help().strip().removeprefix(self.prog)
            self.usage = f"%(prog)s [options]{after.replace('%', '%%')}"

    def error(self, message: str) -> NoReturn:
        """End with the code of wrong usage; where --json was given, with its report, too."""
        if self._reports and "--json" in self._given:
            from autocoder_tui.headless import command

            batch = self._reports == "batch"
            (command.report_batch_refusal if batch else command.report_refusal)("usage", message)
        super().error(message)

    def _print_message(self, message: str, file: Any = None) -> None:
        super()._print_message(visible(message, lines=True), file)


class Formatter(argparse.RawDescriptionHelpFormatter):
    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=34)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        """As it stands where it has lines of its own; a sentence or two are broken into lines."""
        if "\n" in text.strip():
            return super()._fill_text(text, width, indent)
        return argparse.HelpFormatter._fill_text(self, text, width, indent)


def _add_job_arguments(parser: argparse.ArgumentParser, *, headless: bool, screen: bool) -> None:
    """The options of a run that mean something there, from their table."""
    parser.add_argument("directory", nargs="?", metavar="DIR", help="project folder (default: .)")
    groups: dict[str, argparse._ArgumentGroup] = {}
    for option in RUN_OPTIONS:
        if (option.headless and headless) or (option.on_screen and screen):
            if option.group not in groups:
                groups[option.group] = parser.add_argument_group(_GROUPS[option.group])
            add_option(groups[option.group], option)
    job, model, program = (groups[name] for name in ("the job", "the model", "the program"))
    job.add_argument(
        "-c",
        "--control-file",
        type=given,
        metavar="FILE",
        help="JSON or TOML file with these options",
    )
    job.add_argument(
        "--create-control-file",
        "--create-controlfile",
        type=given,
        metavar="FILE",
        help="write these options into a new control file (.json or .toml), and do nothing else",
    )
    model.add_argument("-l", "--list-models", action="store_true", help="print the model table")
    model.add_argument(
        "--demo", action="store_true", help="recorded replies on a sample project; no key"
    )
    program.add_argument("--version", action="version", version=f"autocoder-tui {__version__}")


_GROUPS = {
    "the job": "the job",
    "the model": "the model",
    "limits": "limits (also under [network] in config.toml)",
    "what comes out": "what comes out",
    "the program": "the program",
}


def add_option(group: argparse._ArgumentGroup, option: RunOption) -> None:
    """Add the flags of an option of the table."""
    says = option.says.replace("%", "%%")
    if option.is_switch:
        action = argparse.BooleanOptionalAction
        group.add_argument(*option.flags, dest=option.name, action=action, help=says)
        return
    settings: dict[str, Any] = {"dest": option.name, "type": option_reader(option), "help": says}
    if choices := option.expected.schema.get("enum"):
        settings |= {"choices": tuple(choices), "type": None}
    else:
        settings["metavar"] = option.metavar
    if option.several:
        settings["default"] = []
        more = {"nargs": "+", "action": "extend"}
        settings |= more if option.several == "words" else {"action": "append"}
    group.add_argument(*option.flags, **settings)


def tui_parser() -> Parser:
    parser = Parser(prog="autocoder-tui", description=DESCRIPTION, reports="run")
    _add_job_arguments(parser, headless=True, screen=True)
    return parser


def resume_parser() -> Parser:
    parser = Parser(
        prog="autocoder-tui resume",
        description="Open the program on a run of the past, with its text, files and verdicts.",
    )
    parser.add_argument(
        "resume", nargs="?", default="last", type=given, metavar="RUN", help=RUN_HELP
    )
    _add_job_arguments(parser, headless=False, screen=True)
    return parser


def review_parser() -> Parser:
    parser = Parser(
        prog="autocoder-tui review",
        description="Open the program on a reply that a chat page or another program gave: whole "
        "files, edits or a diff, with whatever was said around them. Nothing is sent; what you "
        "accept is written.",
    )
    parser.add_argument(
        "reply", type=given, metavar="FILE", help="the file with the reply; - for stdin"
    )
    _add_job_arguments(parser, headless=False, screen=True)
    return parser


def run_parser() -> Parser:
    parser = Parser(prog="autocoder-tui run", description=RUN_DESCRIPTION, reports="run")
    _add_job_arguments(parser, headless=True, screen=False)
    parser.add_argument(
        "--resume", type=given, metavar="RUN", help=f"go on with the text of a run: {RUN_HELP}"
    )
    return parser


def usage_parser() -> Parser:
    parser = Parser(
        prog="autocoder-tui usage",
        description="Print what the runs so far used and cost.",
    )
    parser.add_argument(
        "--by",
        choices=("run", "day", "model", "project"),
        default="run",
        help="what to put together (default: run)",
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--csv", dest="form", action="store_const", const="csv", help="as CSV")
    form.add_argument(
        "--json", dest="form", action="store_const", const="json", help="a JSON object per run"
    )
    return parser


def doctor_parser() -> Parser:
    parser = Parser(
        prog="autocoder-tui doctor",
        description="Print what a bug report needs, and what is broken. Changes nothing.",
        epilog="Exit codes: 0 usable, 1 something is broken, 2 usage.",
    )
    parser.add_argument("directory", nargs="?", metavar="DIR", help="project folder (default: .)")
    parser.add_argument(
        "--base-url", type=given, metavar="URL", help="a server to ask too, as for a run"
    )
    parser.add_argument(
        "-m", "--model", type=given, metavar="NAME", help="a model that should be there"
    )
    parser.add_argument("--offline", action="store_true", help="ask no service whether it answers")
    parser.add_argument("--json", action="store_true", help="as one JSON object")
    return parser


def schema_parser() -> Parser:
    parser = Parser(
        prog="autocoder-tui schema",
        description="Print the JSON schema of control files or of config.toml, by which editors "
        "complete them.",
    )
    parser.add_argument(
        "what",
        nargs="?",
        choices=("control", "config"),
        default="control",
        help="control files (default), or the settings in config.toml",
    )
    parser.add_argument(
        "--table", action="store_true", help="the same as a table to read, in Markdown"
    )
    return parser


def config_parser() -> Parser:
    parser = Parser(
        prog="autocoder-tui config",
        description="The settings in config.toml: where they are, what they are, changing them.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    name: dict[str, Any] = {
        "type": given,
        "metavar": "NAME",
        "help": "such as model.default (see show)",
    }
    for command, says in (
        ("path", "print where config.toml is"),
        ("show", "print every setting in force, never a key"),
        ("edit", "open it in $VISUAL or $EDITOR, and say what is wrong with it afterwards"),
    ):
        commands.add_parser(command, help=says, description=says)
    for command, says in (
        ("get", "print one setting"),
        ("unset", "take one setting out, so that its default is in force"),
    ):
        commands.add_parser(command, help=says, description=says).add_argument("setting", **name)
    says = "change one setting, and keep everything else in the file as it is"
    setting = commands.add_parser("set", help=says, description=says)
    setting.add_argument("setting", **name)
    setting.add_argument("value", metavar="VALUE", help="as TOML has it, or a plain text")
    return parser


def completions_parser() -> Parser:
    parser = Parser(
        prog="autocoder-tui completions",
        description="Print what a shell needs to complete commands, flags, models and runs.",
        epilog='bash: eval "$(autocoder-tui completions bash)" in ~/.bashrc. zsh: into a file '
        "_autocoder-tui of a folder in $fpath. fish: into "
        "~/.config/fish/completions/autocoder-tui.fish.",
    )
    parser.add_argument("shell", choices=("bash", "zsh", "fish"), help="whose form")
    return parser


def man_parser() -> Parser:
    return Parser(
        prog="autocoder-tui man",
        description="Print the man page: autocoder-tui man | man -l -",
    )


def docs_parser() -> Parser:
    parser = Parser(
        prog="autocoder-tui docs",
        description="Print a page of the manual, or a part of one; without NAME, a list of them.",
    )
    parser.add_argument(
        "topic", nargs="?", type=given, metavar="NAME", help="such as control-files"
    )
    return parser
