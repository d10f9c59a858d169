"""Replies that only say that nothing is left, told from text that is to be written."""

from __future__ import annotations

import pytest

from autocoder_tui.engine.reply.prose import says_complete

NOTHING_LEFT = """\
Nothing to add.
Nothing to continue.
Nothing is missing.
No further changes.
No further changes
No more code.
(No additional content.)
(nothing more to add)
*Nothing else.*
There is nothing to add.
There are no more files.
That's all.
That is everything.
That was all of it.
Done.
All done!
Complete.
The file is complete
The code above is already complete.
No continuation needed.
No changes needed.
Es fehlt nichts mehr.
Nichts hinzuzufügen.
Die Datei ist vollständig.
Rien à ajouter.
C'est tout.
Nada que añadir.
Niente da aggiungere.
Больше нечего добавить.
没有更多内容。
代码已完整。
以上就是全部代码。
これで全てです。
추가할 내용이 없습니다.
""".splitlines()

TEXT = """\
done
end
EOF
fi
return nothing
Nothing = None
no_more_code()
    Nothing to add.
print("Nothing to add.")
# Nothing to add.
complete = True
that.all()
Completed
""".splitlines()


@pytest.mark.parametrize("said", NOTHING_LEFT)
def test_that_nothing_is_left_is_said_in_many_words(said: str) -> None:
    assert says_complete(said)
    assert says_complete(f"{said}\n")
    assert says_complete(f"The function was cut after its last line.\n\n{said}\n")


@pytest.mark.parametrize("line", TEXT)
def test_code_says_nothing_of_it(line: str) -> None:
    assert not says_complete(line)
    assert not says_complete(f"x = 1\n{line}\n")
