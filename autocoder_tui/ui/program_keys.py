"""The keys that act everywhere in the program; those of a pane stand in the pane."""

from __future__ import annotations

from typing import Final

from textual.binding import Binding, BindingType

PROGRAM_KEYS: Final[list[BindingType]] = [
    Binding("ctrl+r", "run", "Run", id="run.start"),
    Binding("escape", "stop", "Stop", id="run.stop"),
    Binding("ctrl+g", "go_on", "Go on", id="run.continue"),
    Binding("ctrl+o", "choose_model", "Model", id="model.choose"),
    Binding("ctrl+n", "next_mode", "Mode", id="mode.next", show=False),
    Binding("ctrl+s", "send_as_typed", "As typed", id="feedback.as_is"),
    Binding(
        "ctrl+b",
        "preferences('remember')",
        "Remember this line",
        id="preferences.remember",
        show=False,
    ),
    Binding("ctrl+t", "edit_target", "Target", id="target.edit", show=False),
    Binding("ctrl+f", "find_files", "Find files", id="files.find", show=False, priority=True),
    Binding("f1", "show_keys", "Keys", id="app.keys"),
    Binding("f2", "show_pane('files')", "Files", id="pane.files", show=False),
    Binding("f3", "show_pane('requirements')", "Requirements", id="pane.requirements", show=False),
    Binding("f4", "show_pane('output')", "Output", id="pane.output", show=False),
    Binding("f5", "show_pane('review')", "Review", id="pane.review", show=False),
    Binding("f6", "show_history", "History", id="history.show", show=False, priority=True),
    Binding("f7", "show_pane('check')", "Check", id="pane.check", show=False),
    Binding("f8", "next_pane", "Next pane", id="pane.next", show=False),
    Binding("f9", "show_pane('log')", "Log", id="pane.log", show=False),
    Binding("ctrl+l", "show_usage", "Usage", id="usage.show", show=False),
    Binding("U", "last_write('undo')", "Undo last write", id="write.undo", show=False),
    Binding("ctrl+y", "last_write('redo')", "Redo last write", id="write.redo", show=False),
    Binding("c", "last_write('commit')", "Commit last write", id="write.commit", show=False),
    Binding("Q", "show_batch", "Batch", id="batch.show", show=False),
    Binding("P", "elsewhere('paste')", "Paste a reply", id="reply.paste", show=False),
    Binding("Y", "elsewhere('copy')", "Copy the prompt", id="prompt.copy", show=False),
    Binding("I", "edit_preprompt", "Preprompt of the mode", id="preprompt.edit", show=False),
    Binding("ctrl+q", "quit", "Quit", id="app.quit", priority=True),
    Binding("ctrl+z", "suspend_process", "Stop the program", id="app.stop", show=False),
]
