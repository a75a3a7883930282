-- The configuration, one table for each kind of object. Names are the keys; positions keep the operator's order.
-- generation is the one that last changed the row; owner is who may change its fields ('user', later 'kubernetes').

CREATE TABLE meta (
    only_row    boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    epoch       bigint NOT NULL,
    generation  bigint NOT NULL,
    at          bigint NOT NULL,
    logging     jsonb NOT NULL
);
INSERT INTO meta (epoch, generation, at, logging) VALUES (1, 0, 0, '{}');

CREATE TABLE sites (
    name        text PRIMARY KEY,
    role        text NOT NULL CHECK (role IN ('leader', 'follower')),
    dns         text[] NOT NULL,
    generation  bigint NOT NULL,
    owner       text NOT NULL DEFAULT 'user'
);

CREATE TABLE locations (
    name        text PRIMARY KEY,
    site        text REFERENCES sites (name) DEFERRABLE INITIALLY DEFERRED,
    cidr        cidr[] NOT NULL,
    latitude    double precision CHECK (latitude BETWEEN -90 AND 90),
    longitude   double precision CHECK (longitude BETWEEN -180 AND 180),
    generation  bigint NOT NULL,
    owner       text NOT NULL DEFAULT 'user'
);

CREATE TABLE zones (
    name         text PRIMARY KEY,
    mname        text,
    rname        text,
    refresh      bigint NOT NULL,
    retry        bigint NOT NULL,
    expire       bigint NOT NULL,
    negative_ttl integer NOT NULL CHECK (negative_ttl BETWEEN 0 AND 604800),
    name_servers text[] NOT NULL,
    ttl          integer NOT NULL CHECK (ttl BETWEEN 0 AND 604800),
    unhandled    text NOT NULL CHECK (unhandled IN ('nxdomain', 'drop')),
    generation   bigint NOT NULL,
    owner        text NOT NULL DEFAULT 'user'
);

CREATE TABLE record_sets (
    zone        text NOT NULL REFERENCES zones (name) ON DELETE CASCADE,
    position    integer NOT NULL,
    name        text NOT NULL,
    type        text NOT NULL,
    ttl         integer CHECK (ttl BETWEEN 0 AND 604800),
    data        text[] NOT NULL,
    PRIMARY KEY (zone, position)
);

CREATE TABLE monitors (
    name          text PRIMARY KEY,
    type          text NOT NULL CHECK (type IN ('http', 'tcp')),
    port          integer NOT NULL CHECK (port BETWEEN 1 AND 65535),
    request       text,
    host          text,
    expect_status text[] NOT NULL,
    interval_ms   bigint NOT NULL,
    timeout_ms    bigint NOT NULL,
    failures      smallint NOT NULL CHECK (failures BETWEEN 1 AND 50),
    successes     smallint NOT NULL CHECK (successes BETWEEN 1 AND 50),
    generation    bigint NOT NULL,
    owner         text NOT NULL DEFAULT 'user'
);

CREATE TABLE services (
    name          text PRIMARY KEY,
    description   text NOT NULL,
    enabled       boolean NOT NULL,
    ttl           integer NOT NULL CHECK (ttl BETWEEN 0 AND 604800),
    answers       smallint NOT NULL CHECK (answers BETWEEN 0 AND 20),
    down_response jsonb NOT NULL,
    generation    bigint NOT NULL,
    owner         text NOT NULL DEFAULT 'user'
);

CREATE TABLE service_monitors (
    service     text NOT NULL REFERENCES services (name) ON DELETE CASCADE,
    position    integer NOT NULL,
    monitor     text NOT NULL REFERENCES monitors (name) DEFERRABLE INITIALLY DEFERRED,
    PRIMARY KEY (service, position)
);

CREATE TABLE pools (
    service     text NOT NULL REFERENCES services (name) ON DELETE CASCADE,
    name        text NOT NULL,
    position    integer NOT NULL,
    priority    smallint NOT NULL CHECK (priority BETWEEN 0 AND 100),
    algorithm   text NOT NULL,
    enabled     boolean NOT NULL,
    owner       text NOT NULL DEFAULT 'user',
    PRIMARY KEY (service, name)
);

CREATE TABLE members (
    service     text NOT NULL,
    pool        text NOT NULL,
    address     inet NOT NULL,
    position    integer NOT NULL,
    location    text REFERENCES locations (name) DEFERRABLE INITIALLY DEFERRED,
    weight      smallint NOT NULL CHECK (weight BETWEEN 0 AND 1000),
    enabled     boolean NOT NULL,
    owner       text NOT NULL DEFAULT 'user',
    PRIMARY KEY (service, pool, address),
    FOREIGN KEY (service, pool) REFERENCES pools (service, name) ON DELETE CASCADE
);
