"""What helps to find out what happened: logs, traces and crash reports."""
