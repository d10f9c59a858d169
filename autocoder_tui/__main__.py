"""The program's beginning: `autocoder-tui`, and `python -m autocoder_tui`."""

import sys

from autocoder_tui.headless.exit_codes import EXIT_INTERRUPTED


def main() -> int:
    """Run the program; returns its exit code. Ctrl+C while it is loaded ends it without a word."""
    try:
        from autocoder_tui.cli.main import main as run

        return run()
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
