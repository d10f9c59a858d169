"""The arguments of `autocoder-tui batch`."""

from __future__ import annotations

from contextlib import suppress

from autocoder_tui.cli.arguments import Parser, add_option, count, given, option_reader, refused
from autocoder_tui.config.run_options import OPTION_OF_KEY

DESCRIPTION = """\
Run many jobs in a queue, each as its control file says. Progress on stderr.
What is done is never paid for twice: after a kill, go on with --resume.
Ctrl+C ends in order and keeps all that came; pressed twice it ends at once.
Exit codes: 0 every job succeeded, 1 not all of them, 2 usage, 130 interrupted.
"""


def batch_parser() -> Parser:
    parser = Parser(
        prog="autocoder-tui batch",
        reports="batch",
        description=DESCRIPTION,
    )
    parser.add_argument(
        "paths",
        nargs="*",
        type=given,
        metavar="FILE",
        help="control files (.json, .toml), folders of them, lists of jobs (.jsonl: one a line)",
    )
    parser.add_argument(
        "-C", "--directory", type=given, metavar="DIR", help="project folder (default: .)"
    )
    queue = parser.add_argument_group("the queue")
    queue.add_argument("-j", "--jobs", type=count, metavar="N", help="jobs at once (default: 4)")
    queue.add_argument(
        "--max-cost",
        dest="batch_cost",
        type=option_reader(OPTION_OF_KEY["max_cost"]),
        metavar="USD",
        help="spending cap of all jobs together: nothing is sent that could pass it",
    )
    queue.add_argument(
        "--same-file",
        choices=("refuse", "sequential"),
        default="refuse",
        help="jobs that write the same file: refuse the batch (default), or run them one after "
        "the other on each other's result",
    )
    queue.add_argument(
        "--resume",
        dest="batch",
        type=given,
        metavar="ID",
        help="go on with a batch: its id, or last",
    )
    queue.add_argument(
        "--retry-failed", action="store_true", help="with --resume: try what failed once more"
    )
    queue.add_argument(
        "--dask",
        type=given,
        metavar="ADDRESS",
        help="do the jobs on the workers of a Dask cluster, such as tcp://host:8786",
    )
    queue.add_argument("--list", action="store_true", help="list the batches so far")
    half = parser.add_argument_group("the provider's own batches (half price at OpenAI, slow)")
    way = half.add_mutually_exclusive_group()
    way.add_argument(
        "--provider-batch",
        action="store_true",
        help="send all requests as files to the provider's batch API, and collect the results",
    )
    way.add_argument(
        "--export",
        type=given,
        metavar="FILE",
        help="write the requests to FILE (.jsonl) for another program, such as vLLM's run-batch",
    )
    half.add_argument(
        "--collect",
        type=given,
        metavar="FILE",
        help="take in the results that program wrote; what is to be continued is written out",
    )
    half.add_argument(
        "--poll",
        type=_seconds,
        metavar="SECONDS",
        help="how long to wait before asking how far a batch is (default: 5, then longer)",
    )
    output = parser.add_argument_group("what comes out (default: results wait for review)")
    result = output.add_mutually_exclusive_group()
    result.add_argument(
        "--patch",
        dest="patch_file",
        type=given,
        metavar="FILE",
        help="write one patch of all results",
    )
    result.add_argument(
        "--apply",
        action="store_true",
        help="write the results, where every job names its own file and git is clean",
    )
    output.add_argument(
        "--report",
        type=given,
        metavar="FILE",
        help="write a line of JSON for each job there (- is stdout)",
    )
    output.add_argument(
        "--json", dest="batch_json", action="store_true", help="print that report on stdout"
    )
    shared = parser.add_argument_group("for every job (they win over its control file)")
    for name in ("model", "base_url", "force", "despite_warnings", "debug_level"):
        add_option(shared, OPTION_OF_KEY[name])
    parser.set_defaults(control_file=None, demo=False, list_models=False)
    return parser


def _seconds(text: str) -> float:
    with suppress(ValueError):
        if 0 < float(text) < 1e7:
            return float(text)
    raise refused("a number of seconds above 0", text)
