CREATE TABLE users (
    id INTEGER PRIMARY KEY,
    handle TEXT NOT NULL UNIQUE COLLATE NOCASE,
    display_name TEXT NOT NULL,
    bio TEXT NOT NULL DEFAULT '',
    email TEXT NOT NULL UNIQUE COLLATE NOCASE,
    password_hash TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    notifications_seen_at INTEGER NOT NULL DEFAULT 0
) STRICT;

-- The token itself is stored by the browser only.
CREATE TABLE sessions (
    token_sha256 TEXT PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX sessions_by_user ON sessions (user_id);

-- Cruds and replies. A reply expires with its parent.
CREATE TABLE activities (
    id INTEGER PRIMARY KEY,
    uuid TEXT NOT NULL UNIQUE,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    message TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    reply_to_id INTEGER REFERENCES activities (id) ON DELETE CASCADE
) STRICT;

CREATE INDEX activities_by_user ON activities (user_id, created_at, uuid);
-- Cruds have no parent, so the home feed is a range of this index, too.
CREATE INDEX activities_by_parent ON activities (reply_to_id, created_at, uuid);

CREATE TABLE activity_likes (
    activity_id INTEGER NOT NULL REFERENCES activities (id) ON DELETE CASCADE,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (activity_id, user_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX activity_likes_by_user ON activity_likes (user_id);

CREATE TABLE activity_reposts (
    activity_id INTEGER NOT NULL REFERENCES activities (id) ON DELETE CASCADE,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (activity_id, user_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX activity_reposts_by_user ON activity_reposts (user_id);

-- `tag` is lowercase, `label` is as written.
CREATE TABLE activity_hashtags (
    tag TEXT NOT NULL,
    activity_id INTEGER NOT NULL REFERENCES activities (id) ON DELETE CASCADE,
    label TEXT NOT NULL,
    PRIMARY KEY (tag, activity_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX activity_hashtags_by_activity ON activity_hashtags (activity_id);

CREATE TABLE activity_mentions (
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    activity_id INTEGER NOT NULL REFERENCES activities (id) ON DELETE CASCADE,
    PRIMARY KEY (user_id, activity_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX activity_mentions_by_activity ON activity_mentions (activity_id);

-- The words of every message. The text itself is in `activities`.
CREATE VIRTUAL TABLE activities_text USING fts5 (
    message,
    content = 'activities',
    content_rowid = 'id',
    tokenize = "unicode61 remove_diacritics 2"
);

CREATE TRIGGER activities_text_insert AFTER INSERT ON activities BEGIN
    INSERT INTO activities_text (rowid, message) VALUES (new.id, new.message);
END;

CREATE TRIGGER activities_text_delete AFTER DELETE ON activities BEGIN
    INSERT INTO activities_text (activities_text, rowid, message)
    VALUES ('delete', old.id, old.message);
END;

PRAGMA user_version = 1;
