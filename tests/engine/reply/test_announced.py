"""What a reply says after its code: more is to come, or only something about going on."""

from __future__ import annotations

import time

import pytest

from autocoder_tui.engine.reply.announced import (
    is_announcement,
    parts_to_come,
    says_to_be_continued,
)
from autocoder_tui.engine.reply.parse import reply_end
from autocoder_tui.engine.seam.plan import announces_at_begin

ANNOUNCED = """\
(continued in the next message)
(Continued in next message)
*continued in the next reply*
[To be continued]
To be continued...
**To be continued in the next part**
... (to be continued)
(cont'd in next message)
(continued)
Continued in the following response.
Continued in part 2 of the next message.
The code continues in my next message.
I'll continue in the next message.
I will continue with the rest of the file in my next reply.
Due to length limits, I'll send the rest in the next message.
I have reached the output limit.
I've hit the token limit, please say "continue".
The response was cut off.
The rest of the code will be in the next message.
The rest follows in the next message.
Remaining functions will follow in the next message.
Would you like me to continue?
Shall I continue?
Shall I proceed with the remaining methods?
Let me know if you'd like me to continue with the rest of the file.
Do you want me to continue?
Type "continue" to get the rest.
Reply with "continue" and I will send the remaining code.
Please say **continue** for the second half.
(Part 1 of 2)
Part 1/3
[1/2]
End of part 1
This is part 1 of 2.
More to follow.
Sure! I'll provide the remaining code in the next message.
（未完待续）
未完待续……
（下一条消息继续）
请回复“继续”以获取剩余部分。
(続く)
次のメッセージに続きます。
(다음 메시지에서 계속)
Fortsetzung folgt.
(wird in der nächsten Nachricht fortgesetzt)
Ich setze in der nächsten Nachricht fort.
(à suivre)
Suite dans le prochain message.
(continuará)
Continúa en el siguiente mensaje.
(continua na próxima mensagem)
Continua nel prossimo messaggio.
Продолжение следует...
(продолжение в следующем сообщении)
Wordt vervolgd.
""".splitlines()

ONLY_TALK = """\
The loop will continue until the queue is empty.
You can continue with the next step of the guide.
The server sends the rest of the payload in the next packet.
The header is repeated in the following response.
I kept the retry logic; it continues after a time-out.
This continues the work of the earlier change.
Existing callers continue to work.
The parser will continue reading at the next token.
The client shows the error in the next message box.
Use `continue` to skip empty lines.
I added a continue statement in the loop.
Let me know if you have questions!
Let me know if you would like me to add tests.
Would you like me to add tests for this?
Next, run the tests.
The next part of the pipeline is unchanged.
Part 2 of 2.
(2/2)
That was the last part.
The function returns 1 of 2 values.
The rest of the file is unchanged.
I truncated long names to 40 characters.
The message is truncated after 80 characters.
Continue to use the old name if you prefer.
Ich habe die Funktion ergänzt; der Rest ist unverändert.
其余部分保持不变。
循环会继续执行。
""".splitlines()


FIRST_PARTS = """\
Part 1 of 2:
**Part 1/2**
[1/2]
(1 of 2)
a.py (1/2)
a.py, part 1 of 3
Here is part 1 of 2:
Here's the first half of the file:
First half of a.py:
Here is the first part:
Part one of two
Part I of II
Teil 1 von 2
Partie 1 sur 2
Parte 1 de 2:
Часть 1 из 2
第1部分（共2部分）：
第一部分：
Part 1:
I'll send the rest in the next message.
The file is long, so I will send it in two parts.
I'll split this across two messages.
Message 1 of 2
Der Rest folgt in der nächsten Nachricht.
Erster Teil:
## Part 1 of 2: helpers
""".splitlines()

NO_FIRST_PARTS = """\
2 of 3 tests fail with the old code.
Part 2 of 2:
Here is the file.
The first part of the file is unchanged.
I split the function into two parts.
Step 1 of 2 was done before.
Add 1/2 cup of sugar.
The ratio is 1/2.
Here is the whole file, in one part.
The first half of the loop is now faster.
It reads section 1 of 2 in the config.
I changed the first part of the parser.
1. I added sub.
This handles the next message in the queue.
The version is 1/2/2024.
It returns 1 of 2 values.
""".splitlines()


@pytest.mark.parametrize("said", ANNOUNCED)
def test_more_is_announced(said: str) -> None:
    assert says_to_be_continued(f"\n{said}\n")
    assert says_to_be_continued(f"\nI added the function.\n\n{said}\n")


@pytest.mark.parametrize("said", ONLY_TALK)
def test_talk_about_going_on_is_no_announcement(said: str) -> None:
    assert not says_to_be_continued(f"\n{said}\n")


@pytest.mark.parametrize(
    "line",
    ["# (continued in the next message)", "// ... continued in next message", "(to be continued)",
     "/* continued in part 2 of the next reply */", "<!-- continued in the next message -->"],
)  # fmt: skip
def test_a_last_line_of_code_that_announces_more(line: str) -> None:
    assert is_announcement(line)


@pytest.mark.parametrize(
    "line",
    ["To be continued", "    continue", "# continue with the next item", "return parts[1 / 2]",
     "continued = True", "x = (continued)", "1/2", "# continued from the base class"],
)  # fmt: skip
def test_a_last_line_of_a_file_is_no_announcement(line: str) -> None:
    assert not is_announcement(line)


@pytest.mark.parametrize(
    "piece",
    ["the rest of the ", "I will continue ", "I'll send ", "continued ", "due to the output ",
     "next message ", " ", "(", "let me know if ", "1/2 ", "继续", "say ", "a"],
)  # fmt: skip
def test_the_time_per_line_is_flat(piece: str) -> None:
    def seconds(size: int) -> float:
        line = piece * (size // len(piece))
        begun = time.process_time()
        says_to_be_continued(line)
        is_announcement(line)
        return time.process_time() - begun

    assert min(seconds(200_000) for _ in range(3)) < 0.05


@pytest.mark.parametrize("said", FIRST_PARTS)
def test_more_is_announced_before_the_code(said: str) -> None:
    assert parts_to_come(f"Sure!\n\n{said}\n", f"Sure!\n\n{said}\n", 1) > 0


@pytest.mark.parametrize("said", NO_FIRST_PARTS)
def test_talk_before_the_code_is_no_announcement(said: str) -> None:
    assert parts_to_come(f"{said}\n", f"{said}\n", 1) == 0


@pytest.mark.parametrize("said", FIRST_PARTS)
def test_what_the_code_says_of_parts_is_its_own(said: str) -> None:
    text = f"Sure!\n\n```text\n{said}\nmore\n```\n"
    assert announces_at_begin(text, reply_end(text)) == 0
    text = f"{said}\n\n{text}"
    assert announces_at_begin(text, reply_end(text)) > 0


def test_a_later_part_in_the_same_reply_counts() -> None:
    assert parts_to_come("Part 1 of 2\n", "Part 1 of 2\nPart 2 of 2\n", 2) == 0
    assert parts_to_come("Part 1 of 4\n", "Part 1 of 4\nPart 2 of 4\n", 2) == 2
    assert parts_to_come("Here is the first half:\n", "Here is the first half:\n", 2) == 0


def test_a_letter_that_only_looks_like_a_number_heads_no_part() -> None:
    """Case aside, a dotless i is an i to a pattern, and none to a table."""
    said = "Part \u0131 of 2:\n"
    assert parts_to_come(said, said, 1) == 0
