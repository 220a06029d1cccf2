//! Search by words, with SQLite's FTS5, and by hashtags.

use api_types::text;

use super::{
    Pool, Result, Statement,
    activities::{Feed, View, page, page_query, select_activities},
    cursor::Cursor,
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

/// $6 is an FTS5 expression.
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
);

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
);

/// The parsed search term.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Terms {
    /// An FTS5 expression with quoted words, so that user input is never an operator.
    words: Option<String>,
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
        let words: Vec<&str> = words.collect();
        let words = (!words.is_empty()).then(|| fts5(&words));
        (words.is_some() || !hashtags.is_empty()).then_some(Self { words, hashtags })
    }

    /// Returns the statement and its parameter $6.
    fn statement(&self) -> (Statement, Option<&String>) {
        match &self.words {
            Some(words) => (SEARCH_WORDS, Some(words)),
            None => (SEARCH_HASHTAGS, self.hashtags.first()),
        }
    }
}

/// Returns the FTS5 expression of the words. The last word matches as a prefix.
fn fts5(words: &[&str]) -> String {
    let (last, others) = words
        .split_last()
        .map_or(("", words), |(last, others)| (*last, others));
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

/// Selects a page of the activities that match, newest first.
pub(crate) async fn search(
    pool: &Pool,
    view: View,
    terms: &Terms,
    before: &Cursor,
) -> Result<Feed> {
    let hashtags = serde_json::Value::from(terms.hashtags.clone()).to_string();
    let (statement, first) = terms.statement();
    let query = page_query(statement, view, before)
        .bind(first.cloned())
        .bind(hashtags);
    page(query, pool.scanner()).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(words: Option<&str>, hashtags: &[&str]) -> Option<Terms> {
        let hashtags = hashtags.iter().map(|&tag| tag.to_owned()).collect();
        Some(Terms {
            words: words.map(str::to_owned),
            hashtags,
        })
    }

    #[test]
    fn words_and_hashtags_are_separated() {
        assert_eq!(
            Terms::parse("prune jui"),
            terms(Some(r#""prune" "jui"*"#), &[])
        );
        assert_eq!(
            Terms::parse("#Tracing fun"),
            terms(Some(r#""fun"*"#), &["tracing"])
        );
        assert_eq!(Terms::parse("#été"), terms(None, &["été"]));
    }

    #[test]
    fn user_input_is_never_an_operator() {
        assert_eq!(
            Terms::parse(r#"a" OR b"#),
            terms(Some(r#""a""" "OR" "b"*"#), &[])
        );
        assert_eq!(Terms::parse("-- !"), None);
    }

    #[test]
    fn repeated_words_count_once() {
        assert_eq!(
            Terms::parse("the the #A the #a th"),
            terms(Some(r#""the" "th"*"#), &["a"])
        );
    }

    #[test]
    fn control_characters_separate_words() {
        assert_eq!(
            Terms::parse("a\0b\u{7f}c"),
            terms(Some(r#""a" "b" "c"*"#), &[])
        );
        assert_eq!(Terms::parse("\0"), None);
    }
}
