//! Texts as long as those of real browsers, databases and errors.

pub(crate) const BROWSER: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 \
    (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36";

pub(crate) const ERROR: &str =
    "no connection of the pool became free within 30 seconds: 10 of 10 are in use";

const STATEMENTS: [&str; 4] = [
    "SELECT activities.uuid, users.display_name, users.handle, activities.message, \
     activities.replies_count, activities.reposts_count, activities.likes_count, \
     activities.reply_to_activity_uuid, activities.expires_at, activities.created_at \
     FROM activities LEFT JOIN users ON users.uuid = activities.user_uuid \
     WHERE activities.expires_at > ? ORDER BY activities.created_at DESC LIMIT 50",
    "INSERT INTO likes (uuid, activity_uuid, user_uuid, created_at) SELECT ?, activities.uuid, \
     users.uuid, ? FROM activities JOIN users ON users.handle = ? WHERE activities.uuid = ? \
     AND activities.expires_at > ? ON CONFLICT (activity_uuid, user_uuid) DO NOTHING \
     RETURNING uuid",
    "SELECT messages.uuid, messages.message, messages.created_at, sender.display_name, \
     sender.handle FROM messages JOIN users AS sender ON sender.uuid = messages.sender_uuid \
     JOIN members ON members.group_uuid = messages.group_uuid AND members.user_uuid = ? \
     WHERE messages.group_uuid = ? AND messages.created_at < ? \
     ORDER BY messages.created_at DESC, messages.uuid LIMIT 40",
    "SELECT users.uuid, users.handle, users.display_name, users.bio, \
     (SELECT count(*) FROM activities WHERE activities.user_uuid = users.uuid) AS cruds_count, \
     (SELECT count(*) FROM follows WHERE follows.followed_uuid = users.uuid) AS followers_count \
     FROM users WHERE lower(users.handle) = lower(?)",
];

pub(crate) fn statement(number: u64) -> &'static str {
    STATEMENTS[usize::try_from(number % 4).unwrap_or_default()]
}

/// Returns a stack trace of twenty frames.
pub(crate) fn stack() -> String {
    let frame = |number: u32| {
        let line = 40 + number * 17;
        format!(
            "  {number}: shop::store::pool::acquire::{{{{closure}}}} at src/store/pool.rs:{line}:9\n"
        )
    };
    (0..20).map(frame).collect()
}
