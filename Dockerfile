# The images of Absense: `proxy` (Envoy with the page), `server`, and `server-faces` (with face recognition and its
# models). Build one with `docker build --target server .`; behind mirrors of the package indexes add
# `--secret id=pip,src=pip.conf --secret id=npm,src=.npmrc`. Every package is checked against its hash in a lock file.

ARG PYTHON_IMAGE=python:3.11-slim

# --- what builds ---

FROM ${PYTHON_IMAGE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_NO_INPUT=1
WORKDIR /source
RUN python3 -m venv /opt/build && python3 -m venv /opt/absense
COPY requirements/ requirements/
RUN --mount=type=secret,id=pip,target=/etc/pip.conf \
    /opt/build/bin/pip install --require-hashes --requirement requirements/build.txt

# The dependencies come before the sources, so that a change of ours does not install them again.
FROM build AS server-dependencies
RUN --mount=type=secret,id=pip,target=/etc/pip.conf \
    /opt/absense/bin/pip install --require-hashes --requirement requirements/server.txt

FROM build AS server-faces-dependencies
RUN --mount=type=secret,id=pip,target=/etc/pip.conf \
    /opt/absense/bin/pip install --require-hashes --requirement requirements/server-faces.txt

FROM build AS proxy-dependencies
RUN --mount=type=secret,id=pip,target=/etc/pip.conf \
    /opt/absense/bin/pip install --require-hashes --requirement requirements/proxy.txt

# Node.js comes as a wheel too, and stays here
FROM build AS page
ENV PATH=/opt/build/bin:$PATH
RUN --mount=type=secret,id=pip,target=/etc/pip.conf \
    /opt/build/bin/pip install --require-hashes --requirement requirements/page.txt
WORKDIR /source/web
COPY web/package.json web/package-lock.json ./
RUN --mount=type=secret,id=npm,target=/etc/npmrc \
    NPM_CONFIG_USERCONFIG=/etc/npmrc npm install --no-save --loglevel=error
COPY web/ ./
RUN npm run --silent build

FROM build AS wheel
COPY setup.cfg pyproject.toml LICENSE envoy.yaml ./
COPY generated/ generated/
COPY migrations/ migrations/
COPY absense_cli/ absense_cli/
COPY absense_proxy/ absense_proxy/
COPY absense_server/ absense_server/
RUN /opt/build/bin/pip wheel --no-deps --no-index --no-build-isolation --wheel-dir /wheels .

FROM wheel AS wheel-with-page
COPY --from=page /source/absense_proxy/page/ absense_proxy/page/
RUN /opt/build/bin/pip wheel --no-deps --no-index --no-build-isolation --wheel-dir /wheels .

# pip leaves the images last: nothing is installed into one that runs.
FROM proxy-dependencies AS proxy-installed
COPY --from=wheel-with-page /wheels/ /wheels/
RUN /opt/absense/bin/pip install --no-deps --no-index /wheels/*.whl && \
    /opt/absense/bin/pip uninstall --yes setuptools pip

FROM server-dependencies AS server-installed
COPY --from=wheel /wheels/ /wheels/
RUN /opt/absense/bin/pip install --no-deps --no-index /wheels/*.whl && \
    /opt/absense/bin/pip uninstall --yes setuptools pip

FROM server-faces-dependencies AS server-faces-installed
COPY --from=wheel /wheels/ /wheels/
# the weights are checked against their hashes; the command needs no secret, as nothing is served
RUN --mount=type=secret,id=pip,target=/etc/pip.conf \
    /opt/absense/bin/pip install --no-deps --no-index /wheels/*.whl && \
    FACE_MODELS_FOLDER=/opt/absense/models /opt/absense/bin/absense-server models fetch && \
    FACE_MODELS_FOLDER=/opt/absense/models /opt/absense/bin/absense-server models check && \
    /opt/absense/bin/pip uninstall --yes setuptools pip

# --- what runs ---

FROM ${PYTHON_IMAGE} AS runtime
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Absense" \
      org.opencontainers.image.description="Proves who sat in the lecture hall: attendance by gRPC" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
# A fixed number: volumes keep their owner, and Kubernetes sees that it is not root's. The root file system may be
# read-only: only /tmp is written, and var/ where the settings put something there.
RUN groupadd --gid 10001 absense && \
    useradd --uid 10001 --gid 10001 --no-create-home --home-dir /tmp --shell /usr/sbin/nologin absense && \
    install --directory --owner=absense --group=absense /srv/absense/var
WORKDIR /srv/absense
ENV PATH=/opt/absense/bin:$PATH HOME=/tmp PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER 10001:10001

FROM runtime AS proxy
ENV PROXY_LISTEN_ADDRESS=0.0.0.0:8080
EXPOSE 8080
ENTRYPOINT ["absense-proxy"]
CMD []
HEALTHCHECK --interval=10s --timeout=6s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import http.client as h; c = h.HTTPConnection('127.0.0.1', 9901, timeout=3); c.request('GET', '/ready'); exit(c.getresponse().status != 200)"]
COPY --from=proxy-installed /opt/absense/ /opt/absense/

FROM runtime AS serving
# a container's loopback is its own; logs go to a collector
ENV LISTEN_ADDRESS=0.0.0.0:50051 LOG_FORMAT=json
EXPOSE 50051
ENTRYPOINT ["absense-server"]
CMD ["serve"]
# what waits for this container wants a server that can serve; one that is to be restarted is told by absense.Process
HEALTHCHECK --interval=10s --timeout=6s --start-period=60s --retries=3 CMD ["absense-health"]

FROM serving AS server
COPY --from=server-installed /opt/absense/ /opt/absense/

FROM serving AS server-faces
ENV FACE_MODELS_FOLDER=/opt/absense/models
COPY --from=server-faces-installed /opt/absense/ /opt/absense/
