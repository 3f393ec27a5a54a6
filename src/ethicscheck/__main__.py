"""`python -m ethicscheck`."""

from ethicscheck.cli import main

if __name__ == "__main__":
    main()
