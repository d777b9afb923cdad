# Two stages: build the wheel, install it with the pinned dependencies. Runs as an ordinary user.

FROM python:3.13-slim AS build
WORKDIR /src
COPY requirements/build.txt requirements/build.txt
RUN pip install --no-cache-dir --require-hashes -r requirements/build.txt
COPY pyproject.toml hatch_build.py README.md LICENSE ./
COPY collector collector
COPY examples examples
COPY migrations migrations
COPY schemas schemas
RUN pip wheel --no-deps --no-build-isolation --wheel-dir /wheels .

FROM python:3.13-slim
WORKDIR /opt/catchment
COPY requirements/run.txt requirements/run.txt
RUN pip install --no-cache-dir --require-hashes -r requirements/run.txt
COPY --from=build /wheels /wheels
RUN pip install --no-cache-dir --no-deps /wheels/*.whl && rm -r /wheels \
 && useradd --system --create-home --home-dir /var/lib/catchment catchment
USER catchment
# Others can reach 0.0.0.0, so that CATCHMENT_AUTH must be written out to start it.
ENV CATCHMENT_DATA_DIR=/var/lib/catchment CATCHMENT_HOST=0.0.0.0
# The Postgres of its own, for who gives no CATCHMENT_DATABASE_URL.
VOLUME /var/lib/catchment
EXPOSE 8765
HEALTHCHECK CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8765/health/live')"]
CMD ["catchment", "serve"]
