# Two stages: requirements are installed from the lock by hash, the image carries no build tools and runs as nobody.
FROM python:3.13-slim AS build
WORKDIR /src
RUN python -m venv /opt/fairmatch
COPY requirements.lock ./
RUN /opt/fairmatch/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY app app
COPY scoring scoring
COPY migrations migrations
RUN /opt/fairmatch/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.13-slim
RUN useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin fairmatch && install -d -o fairmatch /data
COPY --from=build /opt/fairmatch /opt/fairmatch
ENV PATH=/opt/fairmatch/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    NUMBA_CACHE_DIR=/data/numba \
    FAIRMATCH_DATABASE_URL=sqlite:////data/fairmatch.db \
    FAIRMATCH_OUT=/data/out
WORKDIR /data
VOLUME /data
USER 10001
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=3s --start-period=20s \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
CMD ["sh", "-c", "fairmatch db upgrade && exec fairmatch serve --host 0.0.0.0 --port 8000"]
