-- How answers are steered. What came after the first release stands in `settings`, in the words of the declarative form;
-- what it leaves out has its default.
ALTER TABLE sites ADD COLUMN settings jsonb NOT NULL DEFAULT '{}';
ALTER TABLE locations ADD COLUMN settings jsonb NOT NULL DEFAULT '{}';
ALTER TABLE services ADD COLUMN settings jsonb NOT NULL DEFAULT '{}';
ALTER TABLE pools ADD COLUMN settings jsonb NOT NULL DEFAULT '{}';
ALTER TABLE members ADD COLUMN settings jsonb NOT NULL DEFAULT '{}';

-- Clients that are answered the same kind of addresses.
CREATE TABLE client_groups (
    name        text PRIMARY KEY,
    settings    jsonb NOT NULL,
    generation  bigint NOT NULL,
    owner       text NOT NULL DEFAULT 'user'
);

-- A member may have a name in the place of an address.
ALTER TABLE members DROP CONSTRAINT members_pkey;
ALTER TABLE members ALTER COLUMN address DROP NOT NULL;
ALTER TABLE members ADD PRIMARY KEY (service, pool, position);
CREATE UNIQUE INDEX members_address ON members (service, pool, address);
