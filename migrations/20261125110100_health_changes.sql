-- Each change of a member's standing, with its cause. `before` and `after` are standings in the words of the model.
CREATE TABLE health_changes (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at      bigint NOT NULL,
    site    text NOT NULL,
    service text NOT NULL,
    pool    text NOT NULL,
    member  text NOT NULL,
    address inet NOT NULL,
    before  jsonb NOT NULL,
    after   jsonb NOT NULL,
    cause   text NOT NULL,
    monitor text,
    failure text,
    detail  text NOT NULL
);
CREATE INDEX health_changes_of_service ON health_changes (service, at DESC);
CREATE INDEX health_changes_at ON health_changes (at);
