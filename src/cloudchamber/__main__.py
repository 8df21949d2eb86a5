"""`python -m cloudchamber`."""

from cloudchamber.cli import main

if __name__ == "__main__":
    main()
