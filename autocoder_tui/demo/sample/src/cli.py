"""The command line of the shop tools: `python src/cli.py COMMAND`."""

import argparse
import sys

import report


def main(argv=None):
    parser = argparse.ArgumentParser(prog="shop", description="Reports on the shop's orders.")
    commands = parser.add_subparsers(dest="command", required=True)

    report_parser = commands.add_parser("report", help="sums by product, customer or month")
    report.add_arguments(report_parser)

    check_parser = commands.add_parser("check", help="look for orders that cannot be read")
    check_parser.add_argument("file")

    args = parser.parse_args(argv)
    if args.command == "report":
        return report.run(args)
    orders, problems = report.read_orders(args.file)
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"{len(orders)} orders, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
