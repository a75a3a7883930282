-- Views of the query log that users saved under a name. Times are microseconds since 1970 UTC.

CREATE TABLE saved_views (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    owner       text NOT NULL,
    name        text NOT NULL,
    shared      boolean NOT NULL,
    -- The query of the page's address, without the question mark.
    query       text NOT NULL,
    created     bigint NOT NULL,
    UNIQUE (owner, name)
);

-- The view with which somebody's page begins: one's own, or one that is shared.
CREATE TABLE default_views (
    owner       text PRIMARY KEY,
    view        bigint NOT NULL REFERENCES saved_views ON DELETE CASCADE
);
