-- Every change of the configuration, for ever; and what people did to sign in and to hand out access.

CREATE TABLE revisions (
    generation  bigint PRIMARY KEY,
    epoch       bigint NOT NULL,
    site        text NOT NULL,
    actor       text NOT NULL,
    source      text NOT NULL,
    reason      text NOT NULL,
    at          bigint NOT NULL
);

CREATE TABLE revision_changes (
    generation  bigint NOT NULL REFERENCES revisions (generation),
    position    integer NOT NULL,
    kind        text NOT NULL,
    name        text NOT NULL,
    before      jsonb,
    after       jsonb,
    PRIMARY KEY (generation, position)
);
CREATE INDEX revision_changes_of_object ON revision_changes (kind, name, generation);

CREATE TABLE audit (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at          bigint NOT NULL,
    actor       text NOT NULL,
    action      text NOT NULL,
    target      text NOT NULL,
    address     text NOT NULL
);

CREATE FUNCTION refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON revisions FOR EACH ROW EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON revision_changes FOR EACH ROW EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION refuse_rewriting();
