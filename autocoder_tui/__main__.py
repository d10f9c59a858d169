"""`python -m autocoder_tui` is the same program as `autocoder-tui`."""

import sys

from autocoder_tui.cli.main import main

sys.exit(main())
