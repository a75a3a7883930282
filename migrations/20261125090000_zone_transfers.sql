-- Who may transfer a zone, in the words of the declarative form; nobody when null.
ALTER TABLE zones ADD COLUMN transfer jsonb;
