"""Adds up the entries of an account: a date, what it was for, and an amount on each line."""

import sys


def read(lines):
    """The entries of `lines`, as (date, purpose, amount)."""
    entries = []
    for line in lines:
        date, purpose, amount = line.split(";")
        entries.append((date.strip(), purpose.strip(), float(amount)))
    return entries


def balance(entries):
    """What all entries come to."""
    return sum(amount for _, _, amount in entries)


def main(path):
    with open(path, encoding="utf-8") as file:
        entries = read(file)
    for date, purpose, amount in entries:
        print(f"{date}  {purpose:<20} {amount:>10.2f}")
    print(f"{'balance':<32} {balance(entries):>10.2f}")


if __name__ == "__main__":
    main(sys.argv[1])
