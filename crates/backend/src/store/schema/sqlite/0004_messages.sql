-- Direct messages. They do not expire. A conversation is identified by its two accounts, the lower
-- id first.
CREATE TABLE messages (
    id INTEGER PRIMARY KEY,
    uuid TEXT NOT NULL UNIQUE,
    low_user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    high_user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    sender_id INTEGER NOT NULL,
    message TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    CHECK (low_user_id < high_user_id AND sender_id IN (low_user_id, high_user_id))
) STRICT;

CREATE INDEX messages_by_conversation ON messages (low_user_id, high_user_id, created_at, uuid);
CREATE INDEX messages_by_high_user ON messages (high_user_id);

-- Each conversation is two rows, one for each account that sees it.
CREATE TABLE message_groups (
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    other_user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    uuid TEXT NOT NULL,
    last_message_uuid TEXT NOT NULL,
    last_message_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (user_id, other_user_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX message_groups_by_time
ON message_groups (user_id, last_message_at, last_message_uuid);
CREATE INDEX message_groups_unread ON message_groups (user_id) WHERE last_message_at > seen_at;
CREATE INDEX message_groups_by_other_user ON message_groups (other_user_id);

PRAGMA user_version = 4;
