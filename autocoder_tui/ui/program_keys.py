"""The keys that act everywhere in the program; those of a pane stand in the pane."""

from __future__ import annotations

from typing import Final

from textual.binding import Binding, BindingType


def _key(
    key: str, action: str, name: str, id: str, says: str = "", *, show: bool = False
) -> Binding:
    """`name` stands in the footer; `says` is added to it in the help, palette and manual."""
    return Binding(key, action, name, id=id, tooltip=says, show=show)


PROGRAM_KEYS: Final[list[BindingType]] = [
    _key("ctrl+r", "run", "Run", "run.start", "send what stands in the editor", show=True),
    _key(
        "escape",
        "stop",
        "Stop",
        "run.stop",
        "the run, whose text so far is kept; without one, the check",
        show=True,
    ),
    _key(
        "ctrl+g",
        "go_on",
        "Go on",
        "run.continue",
        "with the kept text of a stopped or failed run",
        show=True,
    ),
    _key("ctrl+o", "choose_model", "Model", "model.choose", "choose who answers", show=True),
    _key("ctrl+n", "next_mode", "Mode", "mode.next", "generate, query, feedback, clarify"),
    _key(
        "ctrl+s",
        "send_as_typed",
        "As typed",
        "feedback.as_is",
        "in feedback, with no instruction made of it first",
        show=True,
    ),
    _key(
        "ctrl+b",
        "preferences('remember')",
        "Remember this line",
        "preferences.remember",
        "or what is selected: told in every run",
    ),
    _key(
        "ctrl+t",
        "edit_target",
        "Target",
        "target.edit",
        "the one file to write; in feedback: all of it, or the file on show",
    ),
    Binding(
        "ctrl+f",
        "find_files",
        "Find files",
        id="files.find",
        tooltip="by letters of a name, a glob, what changed; sets of picks",
        priority=True,
        show=False,
    ),
    _key("f1,question_mark", "show_keys", "Keys", "app.keys", show=True),
    Binding("ctrl+p", "command_palette", "Commands", id="app.palette", priority=True, show=False),
    _key("f10,comma", "show_settings", "Settings", "app.settings"),
    _key("f2", "show_pane('files')", "Files", "pane.files"),
    _key("f3", "show_pane('requirements')", "Requirements", "pane.requirements"),
    _key("f4", "show_pane('output')", "Output", "pane.output"),
    _key("f5", "show_pane('review')", "Review", "pane.review"),
    Binding(
        "f6",
        "show_history",
        "History",
        id="history.show",
        tooltip="every run so far",
        show=False,
        priority=True,
    ),
    # A text area has one of its own on it.
    Binding("f7", "show_pane('check')", "Check", id="pane.check", show=False, priority=True),
    _key(
        "f8",
        "next_pane",
        "Next pane",
        "pane.next",
        "of output, review, check, notes, reasoning, log",
    ),
    _key("f9", "show_pane('log')", "Log", "pane.log"),
    _key("f12", "show_steps", "Steps", "pane.steps", "from a prompt to a code base"),
    Binding(
        "f11,alt+z",
        "maximise_pane",
        "Maximise",
        id="panes.maximise",
        tooltip="the pane with the keyboard, and back; so does a double click on its title",
        show=False,
        priority=True,
    ),
    _key("alt+shift+right", "resize_pane('right')", "Wider", "panes.wider", "or drag the border"),
    _key("alt+shift+left", "resize_pane('left')", "Narrower", "panes.narrower"),
    _key("alt+shift+down", "resize_pane('down')", "Taller", "panes.taller"),
    _key("alt+shift+up", "resize_pane('up')", "Shorter", "panes.shorter"),
    Binding(
        "alt+m",
        "explain_figures",
        "Explain the figures",
        id="meters.all",
        tooltip="what each means and how it was found; so does a click on one, or ? on it",
        show=False,
        priority=True,
    ),
    _key("ctrl+l", "show_usage", "Usage", "usage.show", "what runs cost"),
    _key("U", "last_write('undo')", "Undo last write", "write.undo", show=True),
    _key("ctrl+y", "last_write('redo')", "Redo last write", "write.redo"),
    _key("c", "last_write('commit')", "Commit last write", "write.commit", "with git", show=True),
    _key("Q", "show_batch", "Batch", "batch.show", "many jobs in a queue, and their results"),
    _key("P", "elsewhere('paste')", "Paste a reply", "reply.paste", "from elsewhere, to review it"),
    _key("Y", "elsewhere('copy')", "Copy the prompt", "prompt.copy", "to be asked elsewhere"),
    _key(
        "I",
        "edit_preprompt",
        "Preprompt of the mode",
        "preprompt.edit",
        "which is in force, and one of your own in your editor",
    ),
    Binding("ctrl+q", "quit", "Quit", id="app.quit", priority=True),
    _key(
        "ctrl+z",
        "suspend_process",
        "Stop the program",
        "app.stop",
        "back to the shell for now, from dialogs too; fg returns, and a run goes on",
    ),
]
