-- Handles and emails are found in any case. The expression is the same in PostgreSQL.
CREATE UNIQUE INDEX users_by_lowercase_handle ON users (lower(handle));
CREATE UNIQUE INDEX users_by_lowercase_email ON users (lower(email));

PRAGMA user_version = 5;
