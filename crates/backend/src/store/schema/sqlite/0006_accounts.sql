-- Codes sent by mail, with the sign-up or the password reset that they complete. The code itself is
-- not stored.
CREATE TABLE email_codes (
    id INTEGER PRIMARY KEY,
    purpose TEXT NOT NULL,
    email TEXT NOT NULL,
    code_hash TEXT NOT NULL,
    attempts_left INTEGER NOT NULL,
    code_expires_at INTEGER NOT NULL,
    -- Of a sign-up, later than that of its code, which can be replaced.
    expires_at INTEGER NOT NULL,
    handle TEXT NOT NULL DEFAULT '',
    display_name TEXT NOT NULL DEFAULT '',
    password_hash TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE INDEX email_codes_by_email ON email_codes (email, purpose);
CREATE INDEX email_codes_by_expiry ON email_codes (expires_at);

-- For the list of sessions. Sessions of older versions began 30 days before they expire.
ALTER TABLE sessions ADD COLUMN uuid TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN device TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN created_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN last_used_at INTEGER NOT NULL DEFAULT 0;

UPDATE sessions SET
    uuid = lower(hex(randomblob(16))),
    created_at = expires_at - 2592000000,
    last_used_at = expires_at - 2592000000;

PRAGMA user_version = 6;
