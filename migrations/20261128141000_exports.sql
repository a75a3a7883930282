-- Exports of the query log: what was asked, how far it came, and what is left of it. The files of jobs are in the data
-- directory. Times are microseconds since 1970 UTC; the window's end is not in it.

CREATE TABLE exports (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    site        text NOT NULL,
    kind        text NOT NULL,
    format      text NOT NULL,
    columns     text NOT NULL,
    filter      text NOT NULL,
    window_from bigint NOT NULL,
    window_to   bigint NOT NULL,
    actor       text NOT NULL,
    state       text NOT NULL,
    total       bigint,
    rows        bigint NOT NULL DEFAULT 0,
    bytes       bigint NOT NULL DEFAULT 0,
    sha256      text,
    error       text,
    asked       bigint NOT NULL,
    started     bigint,
    ended       bigint,
    expires     bigint
);
CREATE INDEX exports_of_site ON exports (site, id);
