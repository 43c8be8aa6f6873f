"""``python -m impact.cli``."""

from impact.cli import main

if __name__ == "__main__":
    main()
