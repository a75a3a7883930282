-- The query log: one partition for each UTC day, made ahead; what has none yet falls into the default partition.
-- Codes are the numbers of the protocol; class and outcome number Class::ALL and Outcome::ALL of the model.

CREATE SEQUENCE query_log_id;

CREATE TABLE query_log (
    id           bigint NOT NULL DEFAULT nextval('query_log_id'),
    at           timestamptz NOT NULL,
    site         text NOT NULL,
    client       inet NOT NULL,
    port         integer NOT NULL,
    transport    smallint NOT NULL,
    fqdn         text NOT NULL,
    qtype        integer NOT NULL,
    rcode        smallint NOT NULL,
    class        smallint NOT NULL,
    significance text NOT NULL,
    service      text,
    pool         text,
    member       inet,
    answers      text NOT NULL,
    ttl          bigint NOT NULL,
    ecs          inet,
    generation   bigint NOT NULL,
    latency_us   bigint NOT NULL,
    stands_for   bigint NOT NULL
) PARTITION BY RANGE (at);
CREATE INDEX query_log_by_time ON query_log (at, id);
CREATE TABLE query_log_default PARTITION OF query_log DEFAULT;

-- Lossless counters: increments are added, never replaced.
CREATE TABLE answer_counters (
    bucket       timestamptz NOT NULL,
    site         text NOT NULL,
    zone         text,
    service      text,
    pool         text,
    member       inet,
    family       smallint NOT NULL,
    rcode        smallint NOT NULL,
    generation   bigint NOT NULL,
    health_epoch bigint NOT NULL,
    count        bigint NOT NULL,
    CONSTRAINT answer_counters_key UNIQUE NULLS NOT DISTINCT
        (bucket, site, service, pool, member, zone, family, rcode, generation, health_epoch)
);
CREATE INDEX answer_counters_of_service ON answer_counters (service, bucket);

CREATE TABLE log_accounts (
    bucket       timestamptz NOT NULL,
    site         text NOT NULL,
    service      text,
    class        smallint,
    outcome      smallint NOT NULL,
    count        bigint NOT NULL,
    CONSTRAINT log_accounts_key UNIQUE NULLS NOT DISTINCT (bucket, site, service, class, outcome)
);

-- From (generation, health_epoch) on, a service has these eligible members with these weights.
CREATE TABLE segments (
    site         text NOT NULL,
    service      text NOT NULL,
    generation   bigint NOT NULL,
    health_epoch bigint NOT NULL,
    at           bigint NOT NULL,
    mode         text NOT NULL,
    members      jsonb NOT NULL,
    PRIMARY KEY (site, service, generation, health_epoch)
);

-- Numbers of the batches that were taken: one that is offered again, because its acknowledgement was lost, adds nothing.
CREATE TABLE written_batches (
    site         text NOT NULL,
    batch        bigint NOT NULL,
    at           timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (site, batch)
);
