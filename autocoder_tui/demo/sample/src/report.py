"""Sums over the shop's orders, as a table for people to read."""

import csv
import datetime
import sys
from collections import namedtuple

from money import CURRENCY, format_cents, parse_cents

COLUMNS = ("date", "customer", "product", "quantity", "cents")
GROUPS = ("product", "customer", "month")
NAME_WIDTH = 20

Order = namedtuple("Order", "date customer product quantity cents")
Row = namedtuple("Row", "name orders quantity cents share")


class ReportError(Exception):
    """The report cannot be made; the message says why."""


def add_arguments(parser):
    """The arguments of the `report` command."""
    parser.add_argument("file", help="orders as CSV")
    parser.add_argument("--by", choices=GROUPS, default="product", help="what to sum by")
    parser.add_argument("--since", metavar="DATE", help="leave out orders before this day")
    parser.add_argument("--until", metavar="DATE", help="leave out orders after this day")
    parser.add_argument("--top", type=int, metavar="N", help="only the N largest rows")


def run(args):
    """Make the report that the command line asks for; returns the exit code."""
    try:
        orders, problems = read_orders(args.file)
    except (OSError, ReportError) as error:
        print(f"shop: {error}", file=sys.stderr)
        return 1
    for problem in problems:
        print(f"shop: {problem}", file=sys.stderr)
    orders = select(orders, since=args.since, until=args.until)
    rows = summarize(orders, args.by)
    if args.top:
        rows = rows[: args.top]
    print(render_text(rows, args.by))
    return 0


def read_orders(path):
    """The orders in a CSV file, and a sentence for each line that is not one."""
    orders = []
    problems = []
    with open(path, newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
        if missing:
            raise ReportError(f"{path} has no column {', '.join(missing)}")
        for line in reader:
            try:
                orders.append(parse_order(line))
            except ValueError as error:
                problems.append(f"line {reader.line_num}: {error}")
    return orders, problems


def parse_order(line):
    """One line of the CSV as an Order. Raises ValueError."""
    date = datetime.date.fromisoformat(line["date"].strip())
    quantity = int(line["quantity"])
    if quantity < 1:
        raise ValueError(f"nothing was sold: quantity {quantity}")
    return Order(
        date.isoformat(),
        line["customer"].strip(),
        line["product"].strip(),
        quantity,
        parse_cents(line["cents"]),
    )


def select(orders, since=None, until=None):
    """The orders between two days, both included. Days are ISO dates."""
    chosen = []
    for order in orders:
        if since and order.date < since:
            continue
        if until and order.date > until:
            continue
        chosen.append(order)
    return chosen


def key_of(order, by):
    """What an order is counted under."""
    if by == "month":
        return order.date[:7]
    return getattr(order, by)


def summarize(orders, by):
    """One row per group, the largest revenue first."""
    groups = {}
    for order in orders:
        groups.setdefault(key_of(order, by), []).append(order)
    total = sum(order.quantity * order.cents for order in orders)
    rows = []
    for name, members in groups.items():
        cents = sum(order.quantity * order.cents for order in members)
        quantity = sum(order.quantity for order in members)
        share = cents / total if total else 0
        rows.append(Row(name, len(members), quantity, cents, share))
    rows.sort(key=lambda row: (-row.cents, row.name))
    return rows


def shorten(name, width=NAME_WIDTH):
    """A name that fits its column."""
    if len(name) <= width:
        return name
    return name[: width - 1] + "…"


def render_text(rows, by):
    """The rows as a table, the total at its end."""
    if not rows:
        return "no orders"
    lines = [f"{by:<{NAME_WIDTH}} {'orders':>7} {'items':>7} {CURRENCY:>12} {'share':>6}"]
    for row in rows:
        lines.append(
            f"{shorten(row.name):<{NAME_WIDTH}} {row.orders:>7} {row.quantity:>7} "
            f"{format_cents(row.cents):>12} {row.share:>6.1%}"
        )
    total = sum(row.cents for row in rows)
    lines.append("-" * len(lines[0]))
    lines.append(f"{'total':<{NAME_WIDTH}} {'':>7} {'':>7} {format_cents(total):>12}")
    return "\n".join(lines)
