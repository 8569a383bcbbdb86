"""`python -m absense_cli`."""

from absense_cli import main

main()
