"""A plan keeps what may be written, says what may not, and is read back from its tree."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from autocoder_tui.steps.plan import MOST_FILES, Plan, PlannedFile, make_plan
from autocoder_tui.steps.plan_reply import read_plan

PARTS = st.text(st.sampled_from("abzAZ09._-+ ()[]#|'\"`*~@ü日:,=>"), min_size=1, max_size=12)
PATHS = st.lists(PARTS, min_size=1, max_size=4).map("/".join)
SAID = st.lists(st.sampled_from(["reads", "the", "words", "of", "a", "file"]), max_size=6)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    paths = draw(st.lists(PATHS, max_size=12))
    needs = st.lists(st.sampled_from(paths), max_size=3) if paths else st.just([])
    return make_plan(PlannedFile(path, " ".join(draw(SAID)), tuple(draw(needs))) for path in paths)


# What is in quotes is no number of a list.
@example(Plan((PlannedFile("0. 0"),)))
@example(Plan((PlannedFile("0", needs=("[0](",)), PlannedFile("[0]("))))
@given(plans())
def test_a_tree_is_read_back_as_the_plan_it_shows(plan: Plan) -> None:
    assert read_plan(plan.tree()).files == plan.files


@given(plans())
def test_what_is_left_out_is_no_file_of_the_text(plan: Plan) -> None:
    assert read_plan(plan.text()).files == plan.files


@given(st.text(st.sampled_from("ab.py/ \n\t-|`*#[](){}:\"'│├─└0123,\\~<>=nedsuo"), max_size=200))
def test_any_text_is_read_to_a_plan_that_stays_the_same(text: str) -> None:
    plan = read_plan(text)
    again = read_plan(plan.text())
    assert again.paths == plan.paths
    assert [file.needs for file in again.files] == [file.needs for file in plan.files]


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("../evil.py", "out of the project"),
        ("src/../../evil.py", "out of the project"),
        ("/etc/passwd", "not a path inside"),
        ("~/.bashrc", "out of the project"),
        ("C:\\Windows\\evil.dll", "not a path inside"),
        ("\\\\server\\share\\x.py", "not a path inside"),
        (".git/hooks/pre-commit", "git"),
        (".GIT/config", "git"),
        ("sub/.git/config", "git"),
        ("git~1/config", "git"),
        (".autocoder/steps/x.py", "this program"),
        (".AutoCoder/prompt.txt", "this program"),
        ("con.py", "device"),
        ("a\x1b[2J.py", "control"),
        ("a\u202egpj.py", "control"),
        ("dir/", "names no file"),
        ("x" * 300 + ".py", "255"),
    ],
)
def test_a_hostile_name_is_left_out_with_its_reason(name: str, word: str) -> None:
    plan = make_plan([PlannedFile(name), PlannedFile("main.py")])
    assert plan.paths == ("main.py",)
    (left,) = plan.left_out
    assert left.name == name
    assert word in left.reason
    assert "\x1b" not in plan.text()
    assert "\u202e" not in plan.text()


@pytest.mark.parametrize(
    "names",
    [
        ("README.md", "readme.md"),
        ("src/a.py", "SRC/b.py"),
        ("caf\u00e9.py", "cafe\u0301.py"),
        ("a.py", "a.py/b.py"),
        ("a.py/b.py", "a.py"),
        ("Src/a.py", "src"),
        ("stra\u00dfe.py", "strasse.py"),
    ],
)
def test_of_two_names_that_clash_the_first_stands(names: tuple[str, str]) -> None:
    plan = make_plan(map(PlannedFile, names))
    assert plan.paths == names[:1]
    assert [left.name for left in plan.left_out] == [names[1]]


def test_a_plan_of_ten_thousand_files_is_cut_and_each_of_the_rest_named() -> None:
    names = [f"src/file_{number}.py" for number in range(10_000)]
    plan = read_plan("\n".join(f"- {name} - one of many" for name in names))
    assert plan.paths == tuple(names[:MOST_FILES])
    assert [left.name for left in plan.left_out] == names[MOST_FILES:]
    assert all(name in plan.text() for name in names[MOST_FILES::500])


def test_names_with_backslashes_are_the_same_paths() -> None:
    plan = make_plan([PlannedFile("src\\app\\main.py", "", (".\\src\\util.py",)),
                      PlannedFile("./src/util.py")])  # fmt: skip
    assert plan.paths == ("src/app/main.py", "src/util.py")
    assert plan.files[0].needs == ("src/util.py",)


@pytest.mark.parametrize(
    ("need", "meant"),
    [
        ("shop/store.py", "shop/store.py"),
        ("store.py", "shop/store.py"),
        ("./store.py", "shop/store.py"),
        ("shop.store", "shop/store.py"),
        ("shop", "shop/__init__.py"),
        ("argparse", None),
        ("util.py", None),  # there are two
        ("main.py", None),  # itself
    ],
)
def test_needs_mean_files_of_the_plan(need: str, meant: str | None) -> None:
    names = ["main.py", "shop/__init__.py", "shop/store.py", "a/util.py", "b/util.py"]
    plan = make_plan([PlannedFile("main.py", "", (need,)), *map(PlannedFile, names[1:])])
    assert plan.files[0].needs == ((meant,) if meant else ())


def test_what_is_refused_on_disk_goes_out_of_the_needs_too() -> None:
    plan = make_plan([PlannedFile("a.py", "", ("link.py",)), PlannedFile("link.py")])
    left = plan.without({"link.py": "link.py is a link."})
    assert left.paths == ("a.py",)
    assert left.files[0].needs == ()
    assert left.left_out[0].reason == "link.py is a link."
