-- Secrets that monitors and channels name, sealed with a key that is not in here; and operators' overrides of measured
-- health. Times are microseconds since 1970 UTC.

CREATE TABLE secrets (
    name        text PRIMARY KEY,
    sealed      bytea NOT NULL,
    updated     bigint NOT NULL,
    updated_by  text NOT NULL
);

-- One for each target: a newer one replaces the older. The key is the target in its JSON form.
CREATE TABLE overrides (
    target      jsonb PRIMARY KEY,
    body        jsonb NOT NULL
);
