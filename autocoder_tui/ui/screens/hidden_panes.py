"""The panes that nobody sees when the program starts: behind a tab, or where there is no room yet.

Loaded with all that they need once the first picture of the workspace is painted.
"""

from __future__ import annotations

from textual.widget import Widget

from autocoder_tui.diagnostics.debug_log import DebugLog
from autocoder_tui.ui.screens.welcome import NO_REASONING, NOTES_TO_COME
from autocoder_tui.ui.widgets.answers import AnswerView
from autocoder_tui.ui.widgets.check.pane import CheckPane
from autocoder_tui.ui.widgets.diff.view import Arrangement
from autocoder_tui.ui.widgets.files.preview import FilePreview
from autocoder_tui.ui.widgets.log.pane import LogPane
from autocoder_tui.ui.widgets.plain_area import ReadOnlyText
from autocoder_tui.ui.widgets.review.pane import ReviewPane
from autocoder_tui.ui.widgets.steps.pane import StepsPane
from autocoder_tui.ui.widgets.stream.pane import StreamPane


def hidden_panes(
    debug_log: DebugLog, diff_layout: Arrangement
) -> tuple[LogPane, dict[str, list[Widget]]]:
    """The log, and all of them by the selector of what each is in."""
    log = LogPane(debug_log, id="log")
    lower: list[Widget] = [
        StreamPane(id="output"),
        AnswerView(id="answers"),
        CheckPane(id="check"),
        ReadOnlyText(NOTES_TO_COME, id="notes"),
        ReadOnlyText(NO_REASONING, id="reasoning"),
        log,
    ]
    for pane in lower:
        pane.display = False
    return log, {
        "#steps-pane": [StepsPane(id="steps")],
        "#panes": lower,
        "#right-pane": [FilePreview(id="file"), ReviewPane(diff_layout, id="review")],
    }
