"""What of Textual's inside the program relies on, and why there is no other way.

A release of Textual may change any of these: whoever raises its upper bound in pyproject.toml
looks at each first.
"""

from tests.ui.private_textual import exists, private_uses

IN_USE = {
    "Compositor._dirty_regions": "what changed, to render what is seen there and nothing else",
    "Compositor._get_renders": "overridden: what lies behind needs no rendering",
    "Compositor._full_map": "a layout is compared with the last one, not with what was looked up",
    "Compositor._full_map_invalidated": "the map of a layout is the newest there is",
    "Screen._dirty_widgets": "who asked to be painted while a layout was made is not forgotten",
    "Screen._update_timer": "overridden: what answers a key is painted at once",
    "MessagePump._context": "a painting belongs to its screen, as when Textual's timer asks for it",
    "Screen._compositor_refresh": "overridden: what changed below a dialog is painted now and then",
    "Widget._layout_required": "who asked to be painted while a layout was made is not forgotten",
    "Widget._border_subtitle": "the lower border alone is painted when its text is another",
    "Widget._scroll_update": "another number of rows moves the bar, and lays nothing out",
    "Widget._repaint_required": "what was painted at once need not be painted at the next tick",
    "TextArea._build_highlight_map": "tells that a text has changed, before it is drawn",
    "Screen._reset_focus": "overridden: what is on show again keeps the keyboard",
    "Screen._compositor": "the place of the compositor that renders sparingly",
    "textual._compositor": "its class, which is no other module's",
    "App._dispatch_action": "overridden: the crash report names the last actions",
    "App._driver": "the terminal is given back from a thread when the event loop is stuck",
    "App._exception": "set in _handle_exception, as Textual does, so that run() and tests see it",
    "App._exception_event": "the same",
    "App._exit": "panes that are missing are no error when the App is on its way out",
    "App._filters": "the filters that suit a theme: NO_COLOR, faint text on a console",
    "App._handle_exception": "overridden: Textual's report would print local variables",
    "App._keymap": "the palette and the tabs show the keys as the user has bound them",
    "App._notifications": "one message at a time is shown, not a heap of them",
    "App._refresh_notifications": "overridden for that",
    "App._unnotify": "a click takes a message away",
    "DOMNode._bindings": "the palette lists the commands of panes that have no keyboard now",
    "DOMNode._merged_bindings": "the list of keys has those of screens that are not open",
    "Driver._app": "the driver tells the App's ending that the terminal has gone",
    "Driver._auto_restart": "false while an editor has the terminal",
    "Driver._debug": "handed to the parser of keys, as Textual does",
    "Driver._loop": "the writer's thread asks for a repaint in the event loop",
    "Input._value": "overridden: what is typed is drawn without what a terminal would act on",
    "LinuxDriver._run_input_thread": "overridden: a terminal that has gone ends the program",
    "MessagePump._mounted_event": "keys wait until the screen they are meant for is there",
    "MessagePump._running": "keys that wait are dropped when the App has ended",
    "App._binding_chain": "that of a screen: which keys mean the whole program is known beforehand",
    "Screen._screen_resized": "overridden: one layout when several sizes come at once",
    "Tree._invalidate": "a label that changed is drawn anew",
    "textual._xterm_parser": "the driver reads keys itself, with Textual's parser",
}


def test_each_private_name_in_use_is_listed() -> None:
    assert sorted(private_uses() - set(IN_USE)) == []


def test_nothing_is_listed_that_is_used_no_more() -> None:
    assert sorted(set(IN_USE) - private_uses()) == []


def test_textual_still_has_each() -> None:
    assert [name for name in IN_USE if not exists(name)] == []
