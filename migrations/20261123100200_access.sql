-- Who may come in. Secrets are kept as hashes only: Argon2id for passwords, SHA-256 for random tokens.
-- Times are microseconds since 1970 UTC.

CREATE TABLE users (
    name          text PRIMARY KEY,
    password_hash text,
    role          text NOT NULL CHECK (role IN ('viewer', 'operator', 'admin')),
    created       bigint NOT NULL
);

CREATE TABLE sessions (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    token_hash  bytea NOT NULL UNIQUE,
    user_name   text NOT NULL REFERENCES users (name) ON DELETE CASCADE,
    created     bigint NOT NULL,
    last_seen   bigint NOT NULL,
    expires     bigint NOT NULL,
    address     text NOT NULL,
    agent       text NOT NULL
);
CREATE INDEX sessions_of_user ON sessions (user_name);

CREATE TABLE sign_in_codes (
    code_hash   bytea PRIMARY KEY,
    user_name   text NOT NULL,
    expires     bigint NOT NULL
);

CREATE TABLE api_tokens (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name        text NOT NULL,
    token_hash  bytea NOT NULL UNIQUE,
    role        text NOT NULL CHECK (role IN ('viewer', 'operator', 'admin')),
    created_by  text NOT NULL,
    created     bigint NOT NULL,
    expires     bigint NOT NULL,
    revoked     boolean NOT NULL DEFAULT false
);
