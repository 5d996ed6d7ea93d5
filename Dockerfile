# Worker, reducer, gateway and wall; the command says which. Broker and store are services of their own.
FROM python:3.12-slim AS packages
COPY requirements.lock /build/
RUN python -m venv /venv \
 && /venv/bin/pip install --no-cache-dir --no-deps --require-hashes -r /build/requirements.lock

FROM python:3.12-slim
RUN useradd --system --uid 10001 --home-dir /var/lib/ioc --create-home ioc \
 && mkdir /data && chown ioc /data && chmod 700 /data
COPY --from=packages /venv /venv
COPY ioc /app/ioc
COPY producers /app/producers
COPY streams /app/streams
COPY storage /app/storage
COPY dashboards /app/dashboards
COPY local /app/local
ENV PATH=/venv/bin:$PATH PYTHONPATH=/app PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 IOC_DATA=/data
USER ioc
VOLUME /data
ENTRYPOINT ["python", "-m", "ioc"]
CMD ["--help"]
