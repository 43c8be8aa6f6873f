"""``python -m impact``, for where the command is not on the path."""

from impact.cli import main

if __name__ == "__main__":
    main()
