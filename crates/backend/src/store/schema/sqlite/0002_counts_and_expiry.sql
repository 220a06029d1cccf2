-- Counts are stored with their activity, because counting 100,000 replies takes milliseconds.
ALTER TABLE activities ADD COLUMN replies_count INTEGER NOT NULL DEFAULT 0;
ALTER TABLE activities ADD COLUMN reposts_count INTEGER NOT NULL DEFAULT 0;
ALTER TABLE activities ADD COLUMN likes_count INTEGER NOT NULL DEFAULT 0;

UPDATE activities SET
    replies_count = (SELECT count(*) FROM activities AS r WHERE r.reply_to_id = activities.id),
    reposts_count = (SELECT count(*) FROM activity_reposts WHERE activity_id = activities.id),
    likes_count = (SELECT count(*) FROM activity_likes WHERE activity_id = activities.id);

CREATE TRIGGER replies_count_insert AFTER INSERT ON activities
WHEN new.reply_to_id IS NOT NULL BEGIN
    UPDATE activities SET replies_count = replies_count + 1 WHERE id = new.reply_to_id;
END;

CREATE TRIGGER replies_count_delete AFTER DELETE ON activities
WHEN old.reply_to_id IS NOT NULL BEGIN
    UPDATE activities SET replies_count = replies_count - 1 WHERE id = old.reply_to_id;
END;

CREATE TRIGGER likes_count_insert AFTER INSERT ON activity_likes BEGIN
    UPDATE activities SET likes_count = likes_count + 1 WHERE id = new.activity_id;
END;

CREATE TRIGGER likes_count_delete AFTER DELETE ON activity_likes BEGIN
    UPDATE activities SET likes_count = likes_count - 1 WHERE id = old.activity_id;
END;

CREATE TRIGGER reposts_count_insert AFTER INSERT ON activity_reposts BEGIN
    UPDATE activities SET reposts_count = reposts_count + 1 WHERE id = new.activity_id;
END;

CREATE TRIGGER reposts_count_delete AFTER DELETE ON activity_reposts BEGIN
    UPDATE activities SET reposts_count = reposts_count - 1 WHERE id = old.activity_id;
END;

-- The cruds of an account without its replies, for its feed and its number of cruds.
CREATE INDEX cruds_by_user ON activities (user_id, created_at, uuid, expires_at)
WHERE reply_to_id IS NULL;

-- For the sweeper, which deletes leaves first, so that no statement deletes a whole tree.
CREATE INDEX leaves_by_expiry ON activities (expires_at) WHERE replies_count = 0;
CREATE INDEX activities_by_expiry ON activities (expires_at) WHERE replies_count > 0;
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

-- The full-text index, rebuilt: deleted words are removed immediately, and a prefix search does not
-- merge the lists of all words with the prefix.
DROP TABLE activities_text;
CREATE VIRTUAL TABLE activities_text USING fts5 (
    message,
    content = 'activities',
    content_rowid = 'id',
    tokenize = "unicode61 remove_diacritics 2",
    prefix = '1 2 3'
);
INSERT INTO activities_text (activities_text, rank) VALUES ('secure-delete', 1);
INSERT INTO activities_text (activities_text) VALUES ('rebuild');

-- Written by the health check.
CREATE TABLE write_probe (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    filler BLOB NOT NULL
) STRICT;

PRAGMA user_version = 2;
