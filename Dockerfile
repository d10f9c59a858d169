# The HTTP API of autocoder-tui: docker build -t autocoder-tui . ; see compose.yaml.
FROM python:3.13-slim AS build
COPY --from=ghcr.io/astral-sh/uv:0.9 /uv /usr/local/bin/uv
WORKDIR /build
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never
COPY pyproject.toml uv.lock README.md LICENSE ./
COPY autocoder_tui autocoder_tui
COPY themes themes
RUN uv venv /opt/autocoder-tui \
 && uv export --frozen --quiet --extra serve --no-emit-project --no-hashes --output-file locked.txt \
 && uv pip install --quiet --python /opt/autocoder-tui/bin/python --requirement locked.txt \
 && uv pip install --quiet --python /opt/autocoder-tui/bin/python --no-deps .

FROM python:3.13-slim
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --create-home --uid 10001 coder \
 && install -d -o coder -g coder /data /project
COPY --from=build /opt/autocoder-tui /opt/autocoder-tui
ENV PATH=/opt/autocoder-tui/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    AUTOCODER_TUI_CONFIG_DIR=/data/config \
    AUTOCODER_TUI_STATE_DIR=/data/state
# All that is written goes to /data: the rest of the container can be read-only.
VOLUME /data
WORKDIR /project
USER coder
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/health', timeout=2)"]
ENTRYPOINT ["autocoder-tui"]
CMD ["serve", "--host", "0.0.0.0"]
