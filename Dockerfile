# Three images out of one file: the front end is built, the program runs, nginx serves.

FROM python:3.13-slim AS base
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 TZ=Asia/Shanghai
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
       libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fontconfig tzdata \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /srv/gongjian
COPY requirements/base.txt requirements/
RUN python -m venv /venv && /venv/bin/pip install --require-hashes -r requirements/base.txt
ENV PATH=/venv/bin:$PATH

FROM base AS built
COPY . .
# Node comes from the wheel of the same lock file; packages from package-lock.json.
RUN python -m tools.frontend
RUN SECRET_KEY=only-for-the-build DATABASE_URL=postgresql://nobody@127.0.0.1/none \
    DJANGO_SETTINGS_MODULE=gongjian.settings.production STATIC_ROOT=/srv/static \
    python manage.py collectstatic --noinput -v0
# The faces of official documents, see tools/fonts.py.
RUN DATA_DIR=/srv python -m tools.fonts
RUN rm -rf frontend/node_modules tests bench var .git

FROM base AS app
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /tmp gongjian \
    && install -d -o gongjian -g gongjian /data
COPY --from=built --chown=root:root /srv/gongjian /srv/gongjian
COPY --from=built /srv/static /srv/static
COPY --from=built /srv/fonts /srv/fonts
ENV STATIC_ROOT=/srv/static FONTCONFIG_FILE=/srv/fonts/fonts.conf
USER gongjian
CMD ["gunicorn", "gongjian.wsgi:application", "--config", "ops/gunicorn.py"]

FROM nginx:1.29 AS nginx
COPY --from=built /srv/static /srv/static
COPY ops/nginx/nginx.conf /etc/nginx/nginx.conf
# The configuration reads no environment: the host of a request is checked by the program.
ENTRYPOINT ["nginx", "-g", "daemon off;"]
