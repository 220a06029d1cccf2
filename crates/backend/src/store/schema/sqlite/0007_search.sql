-- Searches find parts of words. `words` is the message in the form for searches: see `search_text.rs`.
DROP TRIGGER activities_text_insert;
DROP TRIGGER activities_text_delete;
DROP TABLE activities_text;

CREATE TABLE activity_search (
    activity_id INTEGER PRIMARY KEY REFERENCES activities (id) ON DELETE CASCADE,
    words TEXT NOT NULL
) STRICT;

-- The index of all parts of three characters. The tokenizer `trigram` does not find one or two
-- characters; here, they are prefixes. `detail = none` has no positions, so a search compares the
-- text afterwards.
CREATE VIRTUAL TABLE activities_text USING fts5 (
    grams,
    content = '',
    columnsize = 0,
    detail = none,
    tokenize = "ascii tokenchars '_$+<=>^`|~'"
);
INSERT INTO activities_text (activities_text, rank) VALUES ('secure-delete', 1);

-- The numbers of the characters of a text, up to the maximum length.
CREATE TABLE activities_text_positions (position INTEGER PRIMARY KEY) STRICT;
WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 4096)
INSERT INTO activities_text_positions SELECT n FROM numbers;

CREATE TRIGGER activities_text_insert AFTER INSERT ON activity_search BEGIN
    INSERT INTO activities_text (rowid, grams)
    SELECT new.activity_id, coalesce(group_concat(substr(new.words || '__', position, 3), ' '), '')
    FROM activities_text_positions WHERE position <= length(new.words);
END;

CREATE TRIGGER activities_text_delete AFTER DELETE ON activity_search BEGIN
    INSERT INTO activities_text (activities_text, rowid, grams)
    SELECT 'delete', old.activity_id,
           coalesce(group_concat(substr(old.words || '__', position, 3), ' '), '')
    FROM activities_text_positions WHERE position <= length(old.words);
END;

-- Activities with lower ids are not yet in the index, and their hashtags are in an older form. The
-- server adds them in the background.
CREATE TABLE search_backlog (below_id INTEGER NOT NULL) STRICT;
INSERT INTO search_backlog SELECT max(id) + 1 FROM activities HAVING count(*) > 0;

PRAGMA user_version = 7;
