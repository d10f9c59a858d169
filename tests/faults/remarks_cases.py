"""What there is to say of a run as a whole, where people look before they accept."""

from tests.faults.table import Case

_REMARKS = "tests/ui/test_run_remarks.py::"

CASES = (
    Case(
        "what is to be said of a run is read, and asked about, before anything is accepted",
        (f"{_REMARKS}test_a_remark_on_the_run_is_read_and_asked_about_before_accepting",),
    ),
    Case(
        "why no text came stays on the screen until the next run",
        (f"{_REMARKS}test_why_there_is_no_text_stands_in_the_place_of_the_text",),
    ),
)
