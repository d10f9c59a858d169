"""What the commands return to the shell. Ended by signal n they return 128 + n."""

EXIT_OK, EXIT_FAILED, EXIT_USAGE, EXIT_INTERRUPTED = 0, 1, 2, 130
