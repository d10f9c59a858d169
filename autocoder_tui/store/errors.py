"""What can go wrong with the files the program keeps for itself.

AutocoderError
└── StoreError
    ├── CannotKeep           a file of the state folder cannot be written
    ├── HistoryUnavailable   the database of runs cannot be used now (store.history.schema)
    └── UnknownRun           no run is called so, or several are (store.history.rows)
"""

from __future__ import annotations

from autocoder_tui.errors import AutocoderError


class StoreError(AutocoderError):
    kind = "store"


class CannotKeep(StoreError):
    kind = "cannot_keep"
