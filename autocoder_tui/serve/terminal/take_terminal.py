"""Makes the terminal on standard input that of this session, and becomes the command it is given.

It is run as a script of its own, by path, and imports nothing of the package: a process with
threads, as the server is, can't do this itself between fork and exec.
"""

import os
import sys

if __name__ == "__main__":
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    os.execv(sys.argv[1], sys.argv[1:])
