-- Counters and accounts added up over ten minutes, for windows of days. A period is listed in counted_periods while its
-- sums are those of its buckets; a late increment takes it out, and housekeeping adds it up again.

CREATE TABLE counted_periods (
    site         text NOT NULL,
    period       timestamptz NOT NULL,
    answered     bigint NOT NULL,
    stored       bigint NOT NULL,
    PRIMARY KEY (site, period)
);

CREATE TABLE answer_periods (
    period       timestamptz NOT NULL,
    site         text NOT NULL,
    service      text,
    pool         text,
    member       inet,
    family       smallint NOT NULL,
    rcode        smallint NOT NULL,
    count        bigint NOT NULL
);
CREATE INDEX answer_periods_by_time ON answer_periods (site, period);

CREATE TABLE account_periods (
    period       timestamptz NOT NULL,
    site         text NOT NULL,
    service      text,
    outcome      smallint NOT NULL,
    count        bigint NOT NULL
);
CREATE INDEX account_periods_by_time ON account_periods (site, period);
