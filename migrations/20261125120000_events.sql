-- What happened at each site, what was sent of it to whom, and the channels and rules that say so.

CREATE TABLE channels (
    name        text PRIMARY KEY,
    body        jsonb NOT NULL,
    generation  bigint NOT NULL
);

CREATE TABLE alert_rules (
    name        text PRIMARY KEY,
    body        jsonb NOT NULL,
    generation  bigint NOT NULL
);

-- The number of an event is the site's, so that an event that is written twice is there once.
CREATE TABLE events (
    site          text NOT NULL,
    id            bigint NOT NULL,
    at            bigint NOT NULL,
    kind          text NOT NULL,
    level         text NOT NULL,
    service       text,
    pool          text,
    member        inet,
    member_site   text,
    subject       text NOT NULL,
    text          text NOT NULL,
    details       jsonb NOT NULL,
    generation    bigint NOT NULL,
    health_epoch  bigint NOT NULL,
    PRIMARY KEY (site, id)
);
CREATE INDEX events_by_time ON events (at DESC, id DESC);
CREATE INDEX events_of_service ON events (service, at DESC, id DESC) WHERE service IS NOT NULL;

CREATE TABLE deliveries (
    site        text NOT NULL,
    id          bigint NOT NULL,
    at          bigint NOT NULL,
    channel     text NOT NULL,
    rule        text,
    level       text NOT NULL,
    subject     text NOT NULL,
    events      bigint[] NOT NULL,
    attempt     smallint NOT NULL,
    outcome     text NOT NULL,
    code        text NOT NULL,
    took_us     bigint NOT NULL,
    next_at     bigint,
    note        text NOT NULL,
    PRIMARY KEY (site, id)
);
CREATE INDEX deliveries_by_time ON deliveries (at DESC, id DESC);
CREATE INDEX deliveries_of_channel ON deliveries (channel, at DESC, id DESC);
