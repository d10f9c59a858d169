"""What is said and asked in the plain mode: lines that are appended, and nothing that moves."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Mapping, Sequence

from autocoder_tui.errors import AutocoderError
from autocoder_tui.headless.console import say
from autocoder_tui.safety.sanitize import visible


class Left(AutocoderError):
    """The input has ended: nobody answers any more."""

    kind = "input_ended"


class GivenUp(AutocoderError):
    """A question was left with Ctrl+C."""

    kind = "given_up"


class Talk:
    """The person at the terminal. Everything said is made safe here."""

    def __init__(self) -> None:
        # With it lines can be edited and earlier ones called up; not every system has it.
        with contextlib.suppress(ImportError):
            import readline  # noqa: F401

    def tell(self, text: str) -> None:
        """Say something of the program's own; a line each. It is in the log, too."""
        for line in text.split("\n"):
            say(line)

    def show(self, text: str) -> None:
        """Show a text that is no message: a reply, a diff, a list."""
        print(visible(text, lines=True), flush=True)

    def line(self, prompt: str) -> str:
        """One line, as it was typed. Raises Left at the end of the input, GivenUp on Ctrl+C."""
        sys.stderr.flush()
        try:
            return input(visible(prompt))
        except EOFError:
            _end_line()
            raise Left("The input has ended.") from None
        except KeyboardInterrupt:
            _end_line()
            raise GivenUp("Given up.") from None
        except UnicodeDecodeError:
            self.tell("That line was not in UTF-8, so it was not taken.")
            return ""
        except (OSError, RuntimeError, ValueError):
            # Closed, never there, or gone with its terminal: asked again it would be the same.
            raise Left("The input or the output has gone.") from None

    def lines(self, prompt: str) -> str:
        """Several lines, up to one with nothing but a full stop."""
        self.tell(f"{prompt} End with a line that has only a full stop; Ctrl+C gives up.")
        found: list[str] = []
        while (line := self.line("")) != ".":
            # What is pasted may come as one line with ends of lines in it.
            pasted = line.split("\n")
            if len(pasted) > 1 and pasted[-1] == ".":
                return "\n".join([*found, *pasted[:-1]])
            found += pasted
        return "\n".join(found)

    def choose(
        self, question: str, answers: Mapping[str, str], default: str = "", *, shown: str = ""
    ) -> str:
        """One of the letters of `answers`; `default` is what an empty line means, "" for asking
        again; `shown` stands for all letters. A question mark lists what each letter means."""
        letters = "/".join(letter.upper() if letter == default else letter for letter in answers)
        while True:
            given = self.line(f"{question} [{shown or f'{letters}, ? for help'}] ").strip()
            if not given and default:
                return default
            if given in answers:
                return given
            if given.lower() in answers:
                return given.lower()
            for letter, meaning in answers.items():
                self.show(f"{letter}: {meaning}")

    def agrees(self, question: str, *, default: bool = False) -> bool:
        """Whether the answer is yes. What was typed before the question was there, or pasted with
        what led to it, is no answer."""
        _forget_typed()
        answers = {"y": "yes", "n": "no"}
        return self.choose(question, answers, "y" if default else "n") == "y"

    def listed(self, title: str, entries: Sequence[str]) -> None:
        """A list with numbers to refer to."""
        self.show(title)
        for number, entry in enumerate(entries, 1):
            self.show(f"{number}: {visible(entry)}")


def _end_line() -> None:
    """End the line of a prompt that nothing was typed behind."""
    with contextlib.suppress(OSError, ValueError):
        print(flush=True)


def _forget_typed() -> None:
    """Drop what has been typed and not been read, where the input is a terminal."""
    with contextlib.suppress(ImportError, OSError, ValueError, AttributeError):
        import termios

        with contextlib.suppress(termios.error):  # which is none of those
            termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)
