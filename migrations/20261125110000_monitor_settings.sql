-- Monitors of further types: what has no column of its own stands in the words of the declarative form. Types are the
-- program's to judge, and some of them dial no port, or that of their protocol.
ALTER TABLE monitors DROP CONSTRAINT monitors_type_check;
ALTER TABLE monitors ALTER COLUMN port DROP NOT NULL;
ALTER TABLE monitors ADD COLUMN settings jsonb NOT NULL DEFAULT '{}';
