-- Canary ramps of each site, and what happened to each. Times in the body are microseconds since 1970 UTC.

CREATE TABLE ramps (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    site        text NOT NULL,
    service     text NOT NULL,
    pool        text NOT NULL,
    phase       text NOT NULL,
    body        jsonb NOT NULL
);
-- One ramp moves the weights of a pool at a time.
CREATE UNIQUE INDEX ramps_one_of_a_pool ON ramps (service, pool)
    WHERE phase IN ('running', 'paused', 'stepping_down');
CREATE INDEX ramps_of_service ON ramps (service, id DESC);

CREATE TABLE ramp_history (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ramp        bigint NOT NULL REFERENCES ramps (id) ON DELETE CASCADE,
    at          bigint NOT NULL,
    deed        text NOT NULL,
    step        integer,
    share       double precision NOT NULL,
    generation  bigint,
    actor       text NOT NULL,
    text        text NOT NULL
);
CREATE INDEX ramp_history_of_ramp ON ramp_history (ramp, id DESC);
