//! Search by words and by hashtags.
//!
//! SQLite searches words with FTS5. PostgreSQL compares patterns with the column `words`, with an
//! index of the extension `pg_trgm` if the database has it. Both match whole words, the last one as a
//! prefix.

use api_types::text;

use super::{
    Database, Pool, Result, Statement,
    activities::{Feed, View, page, page_query, select_activities},
    cursor::Cursor,
    postgres::words,
};

/// The condition for activities older than the cursor ($3, $4).
///
/// Ids grow with time, and both indexes are in the order of ids, so SQLite reads no more rows than
/// it returns. If the cursor's own activity is gone, the next newer crud takes its place.
macro_rules! older_than_cursor {
    ($id:literal) => {
        concat!(
            $id,
            " < coalesce((SELECT id FROM activities WHERE uuid = $4), \
             (SELECT id FROM activities WHERE reply_to_id IS NULL AND (created_at, uuid) > ($3, $4) \
              ORDER BY created_at, uuid LIMIT 1), 9223372036854775807) "
        )
    };
}

/// The condition for activities with every hashtag of the JSON array $7.
macro_rules! has_every_hashtag {
    () => {
        "NOT EXISTS (SELECT 1 FROM json_each($7) AS wanted WHERE NOT EXISTS \
         (SELECT 1 FROM activity_hashtags AS h WHERE h.activity_id = a.id AND h.tag = wanted.value)) "
    };
}

/// [`has_every_hashtag`] for PostgreSQL, and the condition for activities older than the cursor.
macro_rules! page_with_every_hashtag {
    () => {
        "AND (a.created_at, a.uuid) < ($3, $4) \
         AND NOT EXISTS (SELECT 1 FROM json_array_elements_text($7::json) AS wanted (value) \
             WHERE NOT EXISTS (SELECT 1 FROM activity_hashtags AS h \
                 WHERE h.activity_id = a.id AND h.tag = wanted.value)) \
         ORDER BY a.created_at DESC, a.uuid DESC LIMIT $5"
    };
}

/// $6 is an FTS5 expression. For PostgreSQL, it is a pattern, and the JSON array $8 has all patterns.
const SEARCH_WORDS: Statement = Statement::new(
    "SELECT",
    "activities",
    concat!(
        select_activities!(from
            "activities_text AS found CROSS JOIN activities AS a ON a.id = found.rowid"
            where "found.activities_text MATCH $6 AND "),
        older_than_cursor!("found.rowid"),
        "AND ",
        has_every_hashtag!(),
        "ORDER BY found.rowid DESC LIMIT $5"
    ),
)
.on_postgres(concat!(
    select_activities!(from "activities AS a" where
        "a.words LIKE $6 \
         AND a.words LIKE ALL (ARRAY(SELECT json_array_elements_text($8::json))) "),
    page_with_every_hashtag!()
));

/// $6 is one of the hashtags.
const SEARCH_HASHTAGS: Statement = Statement::new(
    "SELECT",
    "activities",
    concat!(
        select_activities!(from
            "activity_hashtags AS found CROSS JOIN activities AS a ON a.id = found.activity_id"
            where "found.tag = $6 AND "),
        older_than_cursor!("found.activity_id"),
        "AND ",
        has_every_hashtag!(),
        "ORDER BY found.activity_id DESC LIMIT $5"
    ),
)
.on_postgres(concat!(
    select_activities!(from
        "activity_hashtags AS found JOIN activities AS a ON a.id = found.activity_id"
        where "found.tag = $6 "),
    page_with_every_hashtag!()
));

/// The parsed search term.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Terms {
    /// The last word is a prefix.
    words: Vec<String>,
    hashtags: Vec<String>,
}

impl Terms {
    /// Parses a term. Returns `None` if it has neither words nor hashtags.
    ///
    /// Repeated words and hashtags count once. Control characters separate words, because SQLite
    /// reads text up to a NUL.
    pub(crate) fn parse(term: &str) -> Option<Self> {
        let mut hashtags: Vec<String> = Vec::new();
        for tag in text::hashtags(term).map(str::to_lowercase) {
            if !hashtags.contains(&tag) {
                hashtags.push(tag);
            }
        }
        let words = text::search_words(term).filter(|word| text::hashtags(word).next().is_none());
        let words: Vec<String> = words.map(str::to_owned).collect();
        let is_empty = words.is_empty() && hashtags.is_empty();
        (!is_empty).then_some(Self { words, hashtags })
    }

    /// Returns the statement and its parameter $6, with quoted words or patterns, so that user input
    /// is never an operator.
    fn statement(&self, database: Database) -> (Statement, Option<String>) {
        if self.words.is_empty() {
            return (SEARCH_HASHTAGS, self.hashtags.first().cloned());
        }
        let words = match database {
            Database::Sqlite => Some(fts5(&self.words)),
            // The longest pattern has the fewest matches in the index.
            Database::Postgres => patterns(&self.words).into_iter().max_by_key(String::len),
        };
        (SEARCH_WORDS, words)
    }
}

/// Returns the FTS5 expression of the words. The last word matches as a prefix.
fn fts5(words: &[String]) -> String {
    let (last, others) = words
        .split_last()
        .map_or(("", words), |(last, others)| (last.as_str(), others));
    let mut quoted: Vec<String> = Vec::new();
    for word in others.iter().map(|word| quote(word)) {
        if !quoted.contains(&word) {
            quoted.push(word);
        }
    }
    quoted.push(quote(last) + "*");
    quoted.join(" ")
}

fn quote(word: &str) -> String {
    format!("\"{}\"", word.replace('"', "\"\""))
}

/// Returns the patterns of the words for `LIKE`. The last word matches as a prefix.
///
/// A word such as `node.js` is a phrase of two words. The wildcards of `LIKE` are not part of words.
fn patterns(words: &[String]) -> Vec<String> {
    let mut patterns = Vec::new();
    for (index, word) in words.iter().enumerate() {
        let phrase = words::spaced(word);
        let is_last = index + 1 == words.len();
        let phrase = if is_last { phrase.trim_end() } else { &phrase };
        let pattern = format!("%{phrase}%");
        if !phrase.is_empty() && !patterns.contains(&pattern) {
            patterns.push(pattern);
        }
    }
    patterns
}

/// Selects a page of the activities that match, newest first.
pub(crate) async fn search(
    pool: &Pool,
    view: View,
    terms: &Terms,
    before: &Cursor,
) -> Result<Feed> {
    let hashtags = serde_json::Value::from(terms.hashtags.clone()).to_string();
    let patterns = serde_json::Value::from(patterns(&terms.words)).to_string();
    let (statement, first) = terms.statement(pool.database());
    let query = page_query(statement, view, before)
        .bind(first)
        .bind(hashtags)
        .bind(patterns);
    page(query, pool.scanner()).await
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the FTS5 expression, the patterns and the hashtags of a term.
    fn parsed(term: &str) -> Option<(Option<String>, Vec<String>, Vec<String>)> {
        let Terms { words, hashtags } = Terms::parse(term)?;
        let fts5 = (!words.is_empty()).then(|| fts5(&words));
        Some((fts5, patterns(&words), hashtags))
    }

    fn expected(
        fts5: Option<&str>,
        patterns: &[&str],
        hashtags: &[&str],
    ) -> Option<(Option<String>, Vec<String>, Vec<String>)> {
        let owned = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
        Some((fts5.map(str::to_owned), owned(patterns), owned(hashtags)))
    }

    #[test]
    fn words_and_hashtags_are_separated() {
        assert_eq!(
            parsed("prune jui"),
            expected(Some(r#""prune" "jui"*"#), &["% prune %", "% jui%"], &[])
        );
        assert_eq!(
            parsed("#Tracing fun"),
            expected(Some(r#""fun"*"#), &["% fun%"], &["tracing"])
        );
        assert_eq!(parsed("#été"), expected(None, &[], &["été"]));
    }

    #[test]
    fn user_input_is_never_an_operator() {
        assert_eq!(
            parsed(r#"a" OR b"#),
            expected(
                Some(r#""a""" "OR" "b"*"#),
                &["% a %", "% or %", "% b%"],
                &[]
            )
        );
        assert_eq!(
            parsed(r"1%_\ x"),
            expected(Some(r#""1%_\" "x"*"#), &["% 1 %", "% x%"], &[])
        );
        assert_eq!(parsed("-- !"), None);
    }

    #[test]
    fn repeated_words_count_once() {
        assert_eq!(
            parsed("the the #A the #a th"),
            expected(Some(r#""the" "th"*"#), &["% the %", "% th%"], &["a"])
        );
    }

    #[test]
    fn control_characters_separate_words() {
        assert_eq!(
            parsed("a\0b\u{7f}c"),
            expected(Some(r#""a" "b" "c"*"#), &["% a %", "% b %", "% c%"], &[])
        );
        assert_eq!(parsed("\0"), None);
    }
}
