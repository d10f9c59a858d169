"""Every key, by pane, read from the bindings themselves so that it can't go stale."""

from __future__ import annotations

from collections.abc import Iterable

from textual.app import ComposeResult
from textual.binding import Binding, BindingsMap
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from autocoder_tui.ui.screens.dialogs.dialog import Dialog


class KeysHelp(Dialog[None]):
    """`sections`: a title and the bindings that are listed below it."""

    BINDINGS = [
        Binding("escape,f1,q", "dismiss", "Close", id="help.close"),
    ]

    def __init__(self, sections: Iterable[tuple[str, BindingsMap]]) -> None:
        super().__init__()
        self._sections = list(sections)
        described = (binding for _, bindings in self._sections for _, binding in bindings)
        self._words = max((len(binding.description) for binding in described), default=0)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog wide-dialog") as dialog:
            dialog.border_title = "Keys"
            dialog.border_subtitle = "Esc closes"
            with VerticalScroll(id="keys-scroll"):
                for title, bindings in self._sections:
                    yield Static(self._table(title, bindings), classes="keys-section")

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()

    def _table(self, title: str, bindings: BindingsMap) -> Content:
        by_action: dict[str, tuple[list[str], Binding]] = {}
        for _, binding in bindings:
            # What a widget brings along from the framework has no id.
            if not binding.description or not (binding.id or binding.action == "command_palette"):
                continue
            shown = self.app.get_key_display(binding)
            keys, _ = by_action.setdefault(binding.action, ([], binding))
            if shown not in keys:
                keys.append(shown)
        lines = [Content.styled(title, "bold")]
        for keys, binding in by_action.values():
            lines.append(
                Content.assemble(
                    "  ",
                    Content.styled(f"{' '.join(keys):<14} ", "$accent"),
                    f"{binding.description:<{self._words}} ",
                    Content.styled(binding.id or "", "$text-muted"),
                )
            )
        return Content("\n").join(lines)
