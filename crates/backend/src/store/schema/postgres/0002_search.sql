-- Searches find parts of words. `words` is the message in the form for searches: see `search_text.rs`.
ALTER TABLE activities DROP COLUMN words;

-- Returns all parts of three characters. The extension `pg_trgm` does not find one or two characters;
-- here, they are prefixes.
CREATE FUNCTION search_grams(words text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT pg_catalog.array_to_tsvector(ARRAY(
        SELECT DISTINCT pg_catalog.substr(words || '__', n, 3)
        FROM pg_catalog.generate_series(1, pg_catalog.length(words)) AS n))
$$;

CREATE TABLE activity_search (
    activity_id BIGINT PRIMARY KEY REFERENCES activities (id) ON DELETE CASCADE,
    words TEXT COLLATE "C" NOT NULL,
    grams TSVECTOR NOT NULL GENERATED ALWAYS AS (search_grams(words)) STORED
);

CREATE INDEX activity_search_by_grams ON activity_search USING gin (grams);

-- Activities with lower ids are not yet in the index, and their hashtags are in an older form. The
-- server adds them in the background.
CREATE TABLE search_backlog (below_id BIGINT NOT NULL);
INSERT INTO search_backlog SELECT max(id) + 1 FROM activities HAVING count(*) > 0;
