"""Texts that are not the file that was asked for are told from those that only speak of such."""

from __future__ import annotations

import pytest

from autocoder_tui.review import FileReview
from autocoder_tui.review.warnings import Concern, concerns, review_concerns

C = "#include <stdio.h>\n\nint main(void)\n{\n    return 0;\n}\n"
GO = "package main\n\nfunc main() {\n\tprintln(1)\n\tprintln(2)\n\tif x > 1 {\n\t\tf()\n\t}\n}\n"
MAKE = "all: a\n\techo one\n\techo two\n\nclean:\n\trm -f a\n"
DIFF = """\
--- a/main.c
+++ b/main.c
@@ -3,3 +3,4 @@
 int main(void)
 {
+    puts(1);
     return 0;
"""
CONFLICT = "<<<<<<< HEAD\n    return 0;\n=======\n    return 1;\n>>>>>>> theirs\n"
SEARCH = "<<<<<<< SEARCH\n    return 0;\n=======\n    return 1;\n>>>>>>> REPLACE\n"
NUMBERED = "".join(f"{n:3} | {line}\n" for n, line in enumerate(C.splitlines(), 1))


def found(path: str, before: str | None, after: str) -> dict[str, Concern]:
    return {concern.kind: concern for concern in concerns(FileReview.of(path, before, after))}


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [
        ("diff", C, DIFF),
        ("diff", C, f"diff --git a/main.c b/main.c\n{DIFF}"),
        ("diff", C, DIFF.partition("\n@@")[2].join(("@@", ""))),
        ("diff", C, "int x;\n" + DIFF),
        ("diff", C, "".join(f" {line}\n" for line in C.splitlines()) + "+int x;\n"),
        ("diff", C, "*** Begin Patch\n*** Update File: main.c\n@@\n-a\n+b\n*** End Patch\n"),
        ("diff", C, "5c5\n<     return 0;\n---\n>     return 1;\n"),
        ("diff", None, DIFF),
        ("edit", C, "5c\r\n    return 1;\r\n.\r\nw\r\nq\r\n"),
        ("edit", C, "5c \n    return 1;\n.\nw \n"),
        ("edit", C, "5c\n    return 1;\n"),
        ("edit", C, SEARCH),
        ("edit", C, SEARCH.replace("<<<<<<<", "-------").replace(">>>>>>>", "+++++++")),
        ("edit", C, SEARCH.replace("<<<<<<<", "<<<<<").replace(">>>>>>>", ">>>>>")),
        ("edit", C, C.replace("    return 0;\n", CONFLICT)),
        ("edit", C + CONFLICT, C + CONFLICT + CONFLICT.replace("0", "2")),
        ("edit", None, SEARCH),
        ("edit", C, "<search>\n    return 0;\n</search>\n<replace>\n    return 1;\n</replace>\n"),
        ("edit", C, "<old_str>\nint x;\n</old_str>\n<new_str>\nint y;\n</new_str>\n"),
        ("edit", C, "FIND:\n    return 0;\nREPLACE WITH:\n    return 1;\n"),
        ("edit", C, "[SEARCH]\n    return 0;\n[REPLACE]\n    return 1;\n[/REPLACE]\n"),
        ("edit", C, "**Before:**\nint x;\n**After:**\nint y;\n"),
        ("edit", C, "5a\n    puts(1);\n.\nw\n"),
        ("edit", C, "5c\n    return 1;\n.\n3d\nwq\n"),
        ("edit", C, "/return/i\n    puts(1);\n.\n"),
        ("edit", C, "5s/0/1/\nw\nq\n"),
        ("edit", C, "H\n,s/0/1/g\nw\n"),
        ("edit", C, "s/return 0/return 1/g\n"),
        ("edit", C, "5a\\\n    puts(1);\n"),
        ("edit", C, "5i     puts(1);\n/return/d\n"),
        ("edit", C, "3,5d\n"),
        ("edit", C, "sed -i 's/return 0/return 1/' main.c\n"),
        ("edit", C, "perl -pi -e 's/0/1/' main.c\n"),
        ("edit", C, "d5 1\na5 1\n    return 1;\n"),
        ("edit", C, "Replace line 5 with:\n    return 1;\n"),
        ("edit", C, "After line 4, insert:\n    puts(1);\n"),
        ("edit", C, '{"old_string": "return 0;", "new_string": "return 1;"}\n'),
        ("diff", C, "diff main.c main.new\n5c5\n<     return 0;\n---\n>     return 1;\n"),
        ("edit", "one\n", "1a\ntwo\n.\nw\n"),
        ("frame", C, f'<file path="main.c">\n{C}'),
        ("frame", C, f'&lt;file path="main.c"&gt;\n{C}'),
        ("frame", C, f'**<file path="main.c">**\n{C}'),
        ("frame", C, f'`<FILE name="main.c">`\n{C}'),
        ("frame", C, f'{C}</file>\n<file path="b.c">\nint x;\n'),
        ("frame", C, f"<![CDATA[\n{C}]]>\n"),
        ("frame", C, '{"path": "main.c", "content": "int x;\\n"}\n'),
        ("frame", C, '{"files": [{"name": "main.c", "code": "int x;\\n"}]}'),
        ("frame", C, '{"content": "int x;\\n", broken'),
        ("frame", C, '{"language": "c", "source": "int x;\\nint y;\\n"}'),
        ("frame", C, f'<document path="main.c">\n{C}</document>\n'),
        ("frame", C, f"[file path=main.c]\n{C}[/file]\n"),
        ("frame", C, f"{C}[/file]\n"),
        ("frame", C, f"=== main.c ===\n{C}"),
        ("frame", C, f"{C}--- util.c ---\nint y;\n"),
        ("frame", C, f"# File: src/main.c\n{C}"),
        ("frame", C, f"File: main.c\n{C}"),
        ("stray", C, f"{C}</file>\n"),
        ("stray", C, C.replace("0;", "0;</file>")),
        ("stray", C, f"```c\n{C}"),
        ("stray", C, f"{C}```\n"),
        ("stray", C, C.replace("{\n", "{\n```c\n")),
        ("stray", C, C.replace("{\n", "{\n```\n")),
        ("stray", C, f"{C}<|im_end|>"),
        ("entities", C, C.replace("<", "&lt;").replace(">", "&gt;")),
        ("numbers", C, NUMBERED),
        ("numbers", C, NUMBERED.replace(" | ", "\t")),
        ("numbers", C, NUMBERED.replace(" | ", "| ")),
        ("numbers", C, "".join(f"{n:03} {line}\n" for n, line in enumerate(C.splitlines(), 1))),
        (
            "numbers",
            C,
            "".join(f"{n} {line}".rstrip() + "\n" for n, line in enumerate(C.split("\n"), 1)),
        ),
        ("numbers", C, "".join(f"{n:02}  {line}\n" for n, line in enumerate(C.splitlines(), 1))),
        ("empty", C, ""),
        ("empty", C, "\n\n"),
        ("replaced", "x = 'é'\nn\n", "x = '\ufffd'\nn\n"),
        ("replaced", "x = 1\n", "x = 1\ny = '\ufffd'\n"),
        ("replaced", "x = '\ufffd'\n", "x = '\ufffd'\ny = '\ufffd'\n"),
    ],
)
def test_a_text_that_would_do_damage_blocks(kind: str, before: str | None, after: str) -> None:
    assert found("src/main.c", before, after)[kind].blocks


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("fix.patch", "", DIFF),
        ("a.js", "", "x = `\n```sh\nls\n```\n`;\n"),
        ("a.rs", "", "/// ```\n/// f();\n/// ```\nfn f() {}\n"),
        ("a.c", C, f"// File: a.c\n{C}"),
        ("a.c", C, f"{C}// === a.c ===\n"),
        ("a.sql", "", "--- a.sql ---\nselect 1;\n"),
        ("a.sh", "", "### a.sh ###\n# File: a.sh\n"),
        ("a.md", "", "# Files\n\n[file: x.md]\n\n--- b.md ---\n"),
        ("a.ini", "", "[file]\nx = 1\n[source]\n"),
        ("fix.ed", "", "5a\nx\n.\nw\n"),
        ("fix.sh", "", "sed -i s/a/b/ x\n"),
        ("fix.sed", "", "s/a/b/g\n"),
        ("a.txt", "", "12d\n13d\n"),
        ("a.txt", "", "a\nb\nc\nd\n"),
        ("a.csv", "", "a\n1\n2\n"),
        ("a.txt", "", "1\n2\n3\n4\n"),
        ("a.js", "", "s/total/count\n"),
        ("todo.md", "", "Replace line 5 with:\n\n    x\n"),
        ("patch.json", '[{"op": "add", "path": "/a"}]', '[{"op": "remove", "path": "/b"}]'),
        ("a.json", "{}", '{"op": "add", "to": "x"}'),
        ("doc.md", "# Diffs\n", f"# Diffs\n\n```diff\n{DIFF}```\n\nThat was one.\n"),
        ("doc.md", "---\ntitle: a\n---\n\n# A\n", "---\ntitle: b\n---\n\n# A\n"),
        ("doc.md", "# A\n", "# A\n\n- one\n- two\n"),
        ("merge.js", f"x = `\n{CONFLICT}`;\n", f"x = `\n{CONFLICT}`;\ny = 1;\n"),
        ("a.rst", "", "Title\n=====\n\nOther\n=====\n"),
        ("a.rb", "", "@@count = 1\n"),
        ("a.xml", "", '<files>\n  <file path="x"/>\n  <file>\n  </file>\n</files>\n'),
        ("a.xml", "", "<a>\n<![CDATA[\nx\n]]>\n</a>\n"),
        ("a.html", "", "<p>\n<code>\nx &lt; 1 &amp;&amp; y &gt; 2\n</code>\n</p>\n"),
        ("README.md", "", 'A reply is\n\n    <file path="a.py">\n\nand so on.\n'),
        ("a.json", "{}", '{"name": "x", "content": "text"}'),
        (".eslintrc", "{}", '{"rules": {"name": "x"}}'),
        ("a.c", C, C.replace("0;", 'strcmp(x, "&lt;");')),
        ("data.txt", "1 one\n2 two\n3 three\n", "1 one\n2 two\n3 three\n4 four\n"),
        ("a.csv", "id,n\n", "id,n\n1,2\n2,3\n3,4\n"),
        ("Makefile", MAKE, MAKE + "\nSRC = a \\\n    b\nifdef X\n  Y = 1\nendif\n"),
        ("Makefile", "", ".RECIPEPREFIX = >\nall:\n> echo\n"),
        ("a.go", GO, GO.replace("\t", "\t", 1).replace("println(2)", "println(3)")),
        ("a.txt", "\ufffd\n", "\ufffd\nmore\n"),
        ("b.txt", "é\n", "e\n"),
        ("a.yml", "", "old:\n  x: 1\nnew:\n  x: 2\n"),
        ("a.ini", "", "[old]\nx = 1\n[new]\nx = 2\n"),
    ],
)
def test_a_text_that_only_speaks_of_it_passes(path: str, before: str, after: str) -> None:
    assert found(path, before, after) == {}


QUOTED = "x = '''\n%s'''\n"


@pytest.mark.parametrize("marks", [DIFF, SEARCH, CONFLICT, '<file path="a.py">\n</file>\n'])
def test_marks_in_strings_of_a_text_that_parses_do_not_block(marks: str) -> None:
    after = QUOTED % marks
    assert not any(concern.blocks for concern in found("test_a.py", "x = 1\n", after).values())


def test_a_text_that_parsed_and_no_longer_does_blocks() -> None:
    assert found("a.py", "x = 1\n", "x = (\n")["syntax"].blocks
    assert found("a.json", '{"a": 1}', '{"a": 1')["syntax"].blocks
    assert found("a.toml", "a = 1\n", "a = \n")["syntax"].blocks
    assert not found("new.py", None, "x = (\n")["syntax"].blocks, "nothing is lost by it"
    assert "syntax" not in found("a.py", "print 'x'\n", "print 'y'\n")
    assert "syntax" not in found("tsconfig.json", "{}", "{ // why\n}")


@pytest.mark.parametrize(
    ("path", "before", "after", "blocks"),
    [
        ("Makefile", MAKE, MAKE.replace("\t", "    "), True),
        ("GNUmakefile", None, MAKE.replace("\t", "  "), True),
        ("rules.mk", MAKE, MAKE.replace("\techo two", "        echo two"), True),
        ("Makefile", MAKE, MAKE + "\nmore: all\n    echo three\n", True),
        ("a.tsv", "a\tb\nc\td\n", "a   b\nc   d\n", True),
        ("a.go", GO, GO.replace("\t", "    "), False),
        ("a.go", GO, GO.replace("\tprintln(2)", "    println(2)"), False),
        ("a.c", C, C.replace("    ", "\t"), False),
        ("a.yaml", "a:\n  b: 1\n", "a:\n\tb: 1\n", True),
    ],
)
def test_tabs_and_spaces_that_were_exchanged(
    path: str, before: str | None, after: str, blocks: bool
) -> None:
    assert found(path, before, after)["tabs"].blocks is blocks


@pytest.mark.parametrize(
    ("kind", "path", "before", "after"),
    [
        ("entities", "new.c", None, "f(&quot;a&quot;, b &lt; c &amp;&amp; d);\n"),
        ("numbers", "new.c", None, "1: int a;\n2: int b;\n3: int c;\n"),
        ("stray", "doc.md", "# A\n", "# A\n\n```\nx\n"),
        ("path", ".gitattributes", None, "* text=auto\n"),
        ("path", "sub/.gitattributes", "", "* -diff\n"),
        ("shrunk", "one-line.txt", "word " * 1000, "word " * 10),
        ("hidden", "new.txt", "a\n", "a\u200b\n"),
    ],
)
def test_what_is_said_and_does_not_block(
    kind: str, path: str, before: str | None, after: str
) -> None:
    assert not found(path, before, after)[kind].blocks


def test_a_reply_that_changes_nothing_says_so() -> None:
    same = FileReview.of("a.c", C, C)
    (concern,) = review_concerns([same])["a.c"]
    assert concern.kind == "unchanged"
    assert not concern.blocks
    changed = FileReview.of("b.c", C, C + "int x;\n")
    assert review_concerns([same, changed]) == {"a.c": (), "b.c": ()}


def test_a_remark_blocks_where_it_is_not_certain_that_the_text_is_meant() -> None:
    file = FileReview.of("a.c", C, C + "int x;\n", remark="Two parts were joined by a guess.")
    assert not review_concerns([file])["a.c"][0].blocks
    assert review_concerns([file], ["a.c"])["a.c"][0].blocks


LONG = "".join(f"def f{n}(x):\n    return x + {n}\n\n\n" for n in range(10))


def shortened(line: str, tail: str = "") -> str:
    lines = LONG.split("\n")
    lines[12:20] = [line]
    return "\n".join(lines) + tail


@pytest.mark.parametrize(
    "line",
    [
        "REM ... rest of the script unchanged",
        "{/* existing code */}",
        "{# ... other blocks ... #}",
        "(* rest of the module remains the same *)",
        "{- ... existing functions ... -}",
        '" ... rest of config ...',
        "!     rest of the code is unchanged",
        "dnl ... existing macros ...",
        ".. rest of the document unchanged",
        "/// ... other methods remain unchanged ...",
        "<%# ... existing markup ... %>",
        "    ''' rest of the class '''",
        "-- remaining queries omitted for brevity",
        "# Keep existing code as is",
        "# (no changes below)",
        "# everything else stays the same",
        "// code omitted for brevity",
        "[... remaining sections unchanged ...]",
        "<existing code>",
        "# [rest of the file]",
        "foo()  # ... rest unchanged ...",
        "// ... der Rest bleibt unverändert ...",
        "# restlicher Code unverändert",
        "# ... reste du code inchangé ...",
        "# resto del código sin cambios",
        "// остальной код без изменений",
        "// 其余代码保持不变",
        "# 残りのコードは変更なし",
        "// 나머지 코드는 동일",
    ],
)
def test_a_placeholder_in_any_comment_and_tongue_blocks(line: str) -> None:
    assert found("f.txt", LONG, shortened(line))["placeholder"].blocks


def test_what_is_left_out_of_little_is_known_by_what_stands_around_its_name() -> None:
    for line, said in (("[existing code]", True), ("existing code", False), ("[]", False)):
        lines = LONG.split("\n")
        lines[12:14] = [line]
        assert ("placeholder" in found("f.txt", LONG, "\n".join(lines))) is said


@pytest.mark.parametrize(
    "line",
    [
        "# The rest of the arguments is passed on to the child",
        "# Unchanged lines keep their old end",
        "# existing code paths must keep working",
        "# other imports are not allowed here, says the linter",
        "# the same as f3, but faster",
        "f(...rest)",
        "  ...rest,",
        "  ...existing,",
        "# Remaining time in seconds",
        "x = rest  # what remains of it",
        "# Rest is a style of interfaces",
    ],
)
def test_a_comment_that_only_begins_like_a_placeholder_passes(line: str) -> None:
    assert "placeholder" not in found("f.txt", LONG, shortened(line, "\n"))
    assert "placeholder" not in found("f.txt", LONG, LONG + line + "\nx = 1\n")


def test_a_heading_over_new_lines_is_no_placeholder() -> None:
    lines = LONG.split("\n")
    lines[12:20] = ["# Other functions", "def g():", "    pass"]
    assert "placeholder" not in found("f.txt", LONG, "\n".join(lines))


def test_a_placeholder_that_was_there_is_none() -> None:
    before = LONG + "# ... existing code ...\nx = 1\n"
    after = "# ... existing code ...\n" + LONG
    assert "placeholder" not in found("f.txt", before, after)


@pytest.mark.parametrize(
    "text",
    [
        '[{"op": "replace", "path": "/a", "value": 2}]\n',
        '{"edits": [{"old_text": "1", "new_text": "2"}]}\n',
        '{"path": "a.json", "edits": [{"search": "1", "replace": "2"}]}\n',
    ],
)
def test_edits_as_json_block_though_they_are_json(text: str) -> None:
    assert found("a.json", '{"a": 1}\n', text)["edit"].blocks


def test_a_reply_that_broke_off_blocks_and_a_remark_does_not() -> None:
    broken = FileReview.of("a.c", C, C + "int x;\n", complete=False)
    (concern,) = concerns(broken)
    assert (concern.kind, concern.blocks) == ("incomplete", True)
    (concern,) = concerns(FileReview.of("a.c", C, C + "int x;\n", remark="It is long."))
    assert (concern.kind, concern.blocks) == ("remark", False)


def test_lines_deep_in_data_are_no_file() -> None:
    assert "frame" in found("a.c", C, '[[["a\\nb"]]]')
    assert "frame" not in found("a.c", C, '[[[[[["a\\nb"]]]]]]')


def test_lines_that_were_numbered_may_be_numbered_on() -> None:
    counted = [f"{number}: of item {number}\n" for number in range(1, 9)]
    assert "numbers" not in found("list.c", "".join(counted[:3]), "".join(counted))
    assert "numbers" in found("list.c", "".join(counted[:2]), "".join(counted))
    apart = f"{counted[0]}{counted[1]}\n{counted[3]}{counted[4]}"
    assert "numbers" in found("list.c", apart, "".join(counted))


def test_two_numbers_before_lines_are_said_only_where_the_lines_are_known() -> None:
    old = "alpha = 1\nbeta = 2\ngamma = 3\n"
    both = "1: alpha = 1\n2: beta = 2\ngamma = 3\n"
    assert found("a.txt", old, both)["numbers"].blocks
    assert "numbers" not in found("a.txt", old, both.replace("beta", "eta"))
