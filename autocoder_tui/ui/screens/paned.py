"""A screen of panes: which are seen at its size, how they share it, one alone and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from textual.containers import Vertical
from textual.geometry import Size
from textual.message import Message
from textual.widget import Widget
from textual.widgets import ContentSwitcher

from autocoder_tui.ui.key_words import KeyedText, key_of
from autocoder_tui.ui.screens.covered_screen import CoveredScreen
from autocoder_tui.ui.screens.shown_panes import LOWER_TABS, NARROW_BELOW, ON_THE_RIGHT, TINY_BELOW
from autocoder_tui.ui.widgets.before_run import BeforeRun
from autocoder_tui.ui.widgets.panes.body import PaneBody, Towards
from autocoder_tui.ui.widgets.panes.regions import (
    BOXES,
    LOWER,
    RIGHT,
    Beside,
    Moment,
    box_of,
    is_wide,
)
from autocoder_tui.ui.widgets.tab_strip import TabStrip

_ABOVE: Final = ("files", "requirements", "steps")
"""Panes that are not among the tabs of the lower one."""


class PanedScreen(CoveredScreen[None]):
    """Whatever changes a class of the screen gives each widget its styles anew, 4 ms apiece on a
    slow machine: classes tell the sizes of terminal apart and nothing else, and are there before
    the widgets are. Which panes are seen is said to the panes.
    """

    HORIZONTAL_BREAKPOINTS: list[tuple[int, str]] | None = []
    """Those of the App are about dialogs."""

    pane = "requirements"
    """What is worked in."""
    beside: Beside = "files"
    shares: Mapping[str, float] = {}
    """A person's own sizes, with which the panes begin."""
    maximised = False
    """Whether one pane has all the room, as in a narrow terminal."""

    is_complete = False
    """Whether the panes are there that are hidden at first."""

    _was_wide = False

    class ColumnChanged(Message):
        """There is a column on the right now, or there is none any more."""

    def begin_sizes(self) -> None:
        """Before there are any widgets."""
        self.update_classes(self._size_classes(), update=False)

    def _screen_resized(self, size: Size) -> None:
        """Textual lays a screen out at the size an event names, and sends it an event of that
        size when it changes by it. Two sizes that are under way at once, as when the terminal is
        resized while the program starts, would take turns for ever."""
        super()._screen_resized(self.app.size)

    def watch_focused(self) -> None:
        """Mark the pane that has the keyboard; what is in it looks the same as before."""
        self._mark_keyboard()

    def _reset_focus(self, widget: Widget, avoiding: list[Widget] | None = None) -> None:
        """What was hidden loses the keyboard to something else, which is then worked in. A widget
        hears late of that on a busy machine: one that is on show again by then keeps it."""
        if avoiding or widget not in self._compositor.visible_widgets:
            super()._reset_focus(widget, avoiding)

    def on_resize(self) -> None:
        self.update_classes(self._size_classes())
        self.arrange_panes()
        # A pane that was hidden for a moment has lost the keyboard.
        self.call_after_refresh(self._focus_if_none)
        self.call_after_refresh(self._repaint_above)

    def _size_classes(self) -> dict[str, bool]:
        width, height = self.app.size
        tiny = width < TINY_BELOW[0] or height < TINY_BELOW[1]
        return {"-narrow": width < NARROW_BELOW, "-tiny": tiny}

    def _repaint_above(self) -> None:
        """A dialog is drawn together with what is behind it, which has just changed."""
        if self.app.screen is not self:
            self.app.screen.refresh(layout=True)

    def _focus_if_none(self) -> None:
        raise NotImplementedError

    # ------------------------------------------------------------------ arranging

    @property
    def narrow(self) -> bool:
        return self.has_class("-narrow")

    @property
    def wide(self) -> bool:
        """Whether the review has a column of its own."""
        return is_wide(self._moment(), self.app.size.width)

    def arrange_panes(self) -> None:
        """Show the panes that belong to what is done now."""
        moment = self._moment()
        body = self.query_one(PaneBody)
        wide = is_wide(moment, self.app.size.width)
        if moment != body.moment or not body.is_mounted:
            body.arrange_for(moment)
            self.refresh_bindings()
        narrow_tabs, tabs = self.query_one("#narrow-tabs", TabStrip), self.query_one("#tabs")
        assert isinstance(tabs, TabStrip)
        narrow_tabs.display, tabs.display = moment.single, not moment.single
        narrow_tabs.current = self.pane
        tabs.left_out = frozenset({"review"} if wide else ())
        if self.pane not in _ABOVE and not (wide and self.pane == "review"):
            tabs.current = self.pane
        else:
            # The review is no part of the lower pane: what is in that is seen again without it.
            content = self.query_one("#panes", ContentSwitcher).current or ""
            tabs.current = content if content in (tab.pane for tab in LOWER_TABS) else "output"
        self._fill_right()
        self._mark_keyboard()
        if wide != self._was_wide and self.is_complete:
            self._was_wide = wide
            self.post_message(self.ColumnChanged())

    def _moment(self) -> Moment:
        checks = self.is_complete and not self.query_one("#check").has_class("-empty")
        return Moment(
            pane=self.pane,
            beside=self.beside,
            single=self.narrow or self.maximised,
            decides=self._reviews if self.pane == "review" else self.pane == "check" and checks,
        )

    @property
    def _reviews(self) -> bool:
        return self.is_complete and not self.query_one("#review").has_class("-empty")

    @property
    def shows_review(self) -> bool:
        """Whether the review is in view, with or without the keyboard."""
        return self.pane == "review" or (self.wide and self.query_one("#review").display)

    @property
    def says_in_place(self) -> bool:
        """Whether what is said in the place of the output is in sight."""
        return self.is_current and self.query_one("#welcome").region.height > 0

    @property
    def has_column_for_file(self) -> bool:
        """Whether there is room on the right that no review has."""
        return self.is_complete and self.wide and not self._reviews

    def _fill_right(self) -> None:
        """The review, or the file under the cursor as long as there is none."""
        right = self.query_one(f"#{RIGHT}", Vertical)
        if not self.is_complete:
            right.border_title = ON_THE_RIGHT
            return
        review, preview = self.query_one("#review", Widget), self.query_one("#file", Widget)
        decides = self._reviews or self.pane == "review" or not self.wide
        review.display, preview.display = decides, not decides
        right.border_title = (
            f"Review  {key_of(self.app, 'pane.review')}" if decides else ON_THE_RIGHT
        )

    def look_at_keys(self) -> None:
        """Name the keys that act now: some were changed."""
        for text in self.query(KeyedText):
            text.look_at_keys()
        for before in self.query(BeforeRun):
            before.look_at_keys()
        for strip in self.query(TabStrip):
            strip.refresh()
        self._fill_right()

    def _mark_keyboard(self) -> None:
        """Only what changes is given its styles anew."""
        right = self.query_one(f"#{RIGHT}", Vertical)
        # Below the tabs the review has no line of its own.
        flush = not (self.wide or self.maximised)
        focused = {box for box in BOXES if self.query_one(f"#{box}").has_focus_within}
        if flush and focused == {RIGHT}:
            focused = {LOWER}
        changed = []
        for box in BOXES:
            pane = self.query_one(f"#{box}", Vertical)
            if (box in focused) != pane.has_class("-has-keyboard"):
                pane.set_class(box in focused, "-has-keyboard", update=False)
                changed.append(pane)
        if flush != right.has_class("-flush"):
            right.set_class(flush, "-flush", update=False)
            changed.append(right)
        if changed:
            self.app.stylesheet.update_nodes(changed)

    def on_review_pane_filled(self) -> None:
        self.arrange_panes()

    def on_check_pane_filled(self) -> None:
        self.arrange_panes()

    # ------------------------------------------------------------------ a person's own sizes

    @property
    def _box(self) -> str:
        """The box of what has the keyboard."""
        with_keyboard = (box for box in BOXES if self.query_one(f"#{box}").has_focus_within)
        return next(with_keyboard, box_of(self.pane))

    def move_border(self, towards: Towards) -> bool:
        """Make the pane with the keyboard larger or smaller; whether it has such a border."""
        return self.query_one(PaneBody).move_border(self._box, towards)

    def maximise(self) -> None:
        """Give the pane with the keyboard all the room, or bring the others back."""
        self.maximised = not self.maximised
        self.arrange_panes()
        self.call_after_refresh(self._focus_if_none)
