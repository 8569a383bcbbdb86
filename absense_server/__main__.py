"""`python -m absense_server`: the same as `absense-server`."""

from absense_server.cli import main

main()
