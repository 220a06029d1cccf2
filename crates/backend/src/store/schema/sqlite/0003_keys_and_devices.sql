-- Responses to requests with an idempotency key, for one day.
CREATE TABLE idempotency_keys (
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    key TEXT NOT NULL,
    request_sha256 TEXT NOT NULL,
    activity_uuid TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX idempotency_keys_by_expiry ON idempotency_keys (expires_at);

-- Devices that an account has signed in on. The token itself is stored by the browser only.
CREATE TABLE known_devices (
    id INTEGER PRIMARY KEY,
    token_sha256 TEXT NOT NULL,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    expires_at INTEGER NOT NULL,
    UNIQUE (token_sha256, user_id)
) STRICT;

CREATE INDEX known_devices_by_user ON known_devices (user_id, expires_at);
CREATE INDEX known_devices_by_expiry ON known_devices (expires_at);

PRAGMA user_version = 3;
