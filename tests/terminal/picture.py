"""What a terminal shows: as much of one as the program under test makes use of."""

from __future__ import annotations

from rich.cells import cell_len

from tests.terminal.sequences import Token


class Picture:
    """Cells of (character, style), the cursor, and the modes that are set.

    `modes` holds private modes by number; those that a terminal starts with are in it from the
    start. `keyboard` is how deep the stack of kitty's keyboard flags is. `strange` collects
    every token that this terminal knows nothing about.
    """

    def __init__(self, width: int, height: int) -> None:
        self.modes = {"7", "25"}
        self.keyboard = 0
        self.strange: list[Token] = []
        self.titles = 0
        """How often the window's title was put aside."""
        self.bells = 0
        self._style = ""
        self.resize(width, height)

    def resize(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self._rows = [[(" ", "")] * width for _ in range(height)]
        self.x = self.y = 0

    @property
    def lines(self) -> list[str]:
        return ["".join(char for char, _ in row).rstrip() for row in self._rows]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    @property
    def cells(self) -> list[list[tuple[str, str]]]:
        """Every cell with its style, to compare two pictures."""
        return [list(row) for row in self._rows]

    def take(self, token: Token) -> None:
        kind, body = token
        if kind == "text":
            self._print(body)
        elif kind == "csi":
            self._csi(token)
        elif kind == "control" and body in "\r\n\x07":
            if body == "\r":
                self.x = 0
            elif body == "\n":
                self.y = min(self.y + 1, self.height - 1)
            else:
                self.bells += 1
        elif kind != "osc":
            self.strange.append(token)

    def _print(self, text: str) -> None:
        if not 0 <= self.y < self.height:
            return
        row, style = self._rows[self.y], self._style
        if text.isascii():
            room = max(self.width - self.x, 0)
            row[self.x : self.x + len(text)] = [(char, style) for char in text[:room]]
            self.x += len(text)
            return
        for char in text:
            cells = cell_len(char)
            if cells == 0:
                if 0 < self.x <= self.width:
                    before, its = row[self.x - 1]
                    row[self.x - 1] = (before + char, its)
                continue
            if self.x < self.width:
                row[self.x] = (char, style)
            if cells == 2 and self.x + 1 < self.width:
                row[self.x + 1] = ("", style)
            self.x += cells

    def _csi(self, token: Token) -> None:
        body = token.body
        parameters, final = body[:-1], body[-1]
        if final == "m" and not parameters.strip("0123456789;:"):
            self._style = "" if parameters in ("", "0") else self._style + parameters + ";"
        elif final == "H":
            row, _, column = parameters.partition(";")
            self.y, self.x = int(row or 1) - 1, int(column or 1) - 1
        elif final in "hl" and parameters.startswith("?"):
            for number in parameters[1:].split(";"):
                (self.modes.add if final == "h" else self.modes.discard)(number)
        elif final == "u" and parameters.startswith(">"):
            self.keyboard += 1
        elif body == "<u":
            self.keyboard -= 1
        elif body in ("22;2t", "23;2t"):
            self.titles += 1 if body.startswith("22") else -1
        elif final == "J" and parameters in ("2", ""):
            self.resize(self.width, self.height)
        elif not (final == "p" and parameters.startswith("?") and parameters.endswith("$")):
            self.strange.append(token)
