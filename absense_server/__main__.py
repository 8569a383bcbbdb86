"""`absense-server`, and `python -m absense_server`."""

import gc


def main() -> None:
    """Run the command line."""
    # What is imported stays: to look for garbage in it meanwhile takes a fifth of a start, and later stops every call.
    gc.disable()
    from absense_server import cli  # noqa: PLC0415 - see above

    gc.freeze()
    gc.enable()
    cli.main()


if __name__ == "__main__":
    main()
