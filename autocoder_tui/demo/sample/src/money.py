"""Amounts of money: whole cents inside, decimals only at the edge."""

CURRENCY = "EUR"


def format_cents(cents):
    """123456 -> "1,234.56"."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100:,}.{abs(cents) % 100:02d}"


def parse_cents(text):
    """"1290" -> 1290. Raises ValueError for anything but whole cents."""
    value = int(text.strip())
    if value < 0:
        raise ValueError(f"a price cannot be negative: {text}")
    return value
