//! Search by parts of texts and by hashtags.
//!
//! A search reads the newest activities first, because a frequent part is found among them. If they
//! are not enough for a page, it reads the index of parts of three characters: see `search_index`.
//! Both databases find the same.

use api_types::text;

use super::{
    Database, Pool, Result, Statement,
    activities::{Feed, View, page, page_query, select_activities},
    cursor::Cursor,
    search_index, search_text,
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

/// The condition for activities with every text of the JSON array $8.
macro_rules! has_every_word {
    () => {
        "NOT EXISTS (SELECT 1 FROM json_each($8) AS wanted WHERE instr(found.words, wanted.value) = 0) "
    };
}

/// [`has_every_hashtag`] for PostgreSQL.
macro_rules! page_with_every_hashtag {
    () => {
        "AND NOT EXISTS (SELECT 1 FROM json_array_elements_text($7::json) AS wanted (value) \
             WHERE NOT EXISTS (SELECT 1 FROM activity_hashtags AS h \
                 WHERE h.activity_id = a.id AND h.tag = wanted.value)) \
         ORDER BY a.created_at DESC, a.uuid DESC LIMIT $5"
    };
}

/// Reads the newest 1,000 activities. For PostgreSQL, $8 has patterns.
const SEARCH_NEWEST: Statement = Statement::new(
    "SELECT",
    "activities",
    concat!(
        select_activities!(from
            "activity_search AS found CROSS JOIN activities AS a ON a.id = found.activity_id"
            where ""),
        older_than_cursor!("found.activity_id"),
        "AND found.activity_id > coalesce((SELECT activity_id FROM activity_search WHERE ",
        older_than_cursor!("activity_id"),
        "ORDER BY activity_id DESC LIMIT 1 OFFSET 1000), 0) AND ",
        has_every_word!(),
        "AND ",
        has_every_hashtag!(),
        "ORDER BY found.activity_id DESC LIMIT $5"
    ),
)
.on_postgres(concat!(
    select_activities!(from
        "(SELECT * FROM activities WHERE (created_at, uuid) < ($3, $4) \
          ORDER BY created_at DESC, uuid DESC LIMIT 1000) AS a \
         JOIN activity_search AS found ON found.activity_id = a.id"
        where "found.words LIKE ALL (ARRAY(SELECT json_array_elements_text($8::json))) "),
    page_with_every_hashtag!()
));

/// $6 is an expression of the index. For PostgreSQL, $8 has patterns.
const SEARCH_INDEX: Statement = Statement::new(
    "SELECT",
    "activities",
    concat!(
        select_activities!(from
            "activities_text AS entry \
             CROSS JOIN activity_search AS found ON found.activity_id = entry.rowid \
             CROSS JOIN activities AS a ON a.id = entry.rowid"
            where "entry.activities_text MATCH $6 AND "),
        older_than_cursor!("entry.rowid"),
        "AND ",
        has_every_word!(),
        "AND ",
        has_every_hashtag!(),
        "ORDER BY entry.rowid DESC LIMIT $5"
    ),
)
.on_postgres(concat!(
    select_activities!(from
        "activity_search AS found JOIN activities AS a ON a.id = found.activity_id" where
        "found.grams @@ $6::tsquery \
         AND found.words LIKE ALL (ARRAY(SELECT json_array_elements_text($8::json))) \
         AND (a.created_at, a.uuid) < ($3, $4) "),
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
        where "found.tag = $6 AND (a.created_at, a.uuid) < ($3, $4) "),
    page_with_every_hashtag!()
));

/// The parsed search term.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Terms {
    /// In the form for searches.
    words: Vec<String>,
    /// In the form by which they are counted.
    hashtags: Vec<String>,
}

impl Terms {
    /// Parses a term. Returns `None` if it has neither words nor hashtags.
    ///
    /// Repeated words and hashtags count once, and a word that is a part of another one does not
    /// count.
    pub(crate) fn parse(term: &str) -> Option<Self> {
        let mut hashtags: Vec<String> = Vec::new();
        for tag in text::hashtags(term).map(search_text::hashtag) {
            if !hashtags.contains(&tag) {
                hashtags.push(tag);
            }
        }
        let words = text::search_words(term).filter(|word| text::hashtags(word).next().is_none());
        let words = without_parts(words.map(search_text::fold).collect());
        let is_empty = words.is_empty() && hashtags.is_empty();
        (!is_empty).then_some(Self { words, hashtags })
    }

    /// Returns $8 as JSON.
    fn conditions(&self, database: Database) -> String {
        let conditions: Vec<String> = match database {
            Database::Sqlite => self.words.clone(),
            Database::Postgres => self.words.iter().map(|word| pattern(word)).collect(),
        };
        serde_json::Value::from(conditions).to_string()
    }
}

/// Removes blank words, and words that are parts of others.
fn without_parts(mut words: Vec<String>) -> Vec<String> {
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    let mut kept: Vec<String> = Vec::new();
    for word in words {
        if !kept.iter().any(|longer| longer.contains(&word)) && !word.is_empty() {
            kept.push(word);
        }
    }
    kept
}

/// Returns the pattern for `LIKE`. The separator of words is a wildcard, and the other wildcards are
/// punctuation, which words do not contain.
fn pattern(word: &str) -> String {
    format!("%{}%", word.replace('_', r"\_"))
}

/// Selects a page of the activities that match, newest first.
pub(crate) async fn search(
    pool: &Pool,
    view: View,
    terms: &Terms,
    before: &Cursor,
) -> Result<Feed> {
    let hashtags = serde_json::Value::from(terms.hashtags.clone()).to_string();
    let conditions = terms.conditions(pool.database());
    let select = |statement, first: Option<String>| {
        let query = page_query(statement, view, before)
            .bind(first)
            .bind(hashtags.as_str())
            .bind(conditions.as_str());
        page(query, pool.scanner())
    };
    if terms.words.is_empty() {
        return select(SEARCH_HASHTAGS, terms.hashtags.first().cloned()).await;
    }
    let newest = select(SEARCH_NEWEST, None).await?;
    if newest.next.is_some() {
        return Ok(newest);
    }
    let expression = search_index::expression(pool.database(), &terms.words);
    select(SEARCH_INDEX, Some(expression)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(term: &str) -> Option<(Vec<String>, Vec<String>)> {
        Terms::parse(term).map(|Terms { words, hashtags }| (words, hashtags))
    }

    fn expected(words: &[&str], hashtags: &[&str]) -> Option<(Vec<String>, Vec<String>)> {
        let owned = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
        Some((owned(words), owned(hashtags)))
    }

    #[test]
    fn words_and_hashtags_are_separated() {
        assert_eq!(parsed("prune jui"), expected(&["prune", "jui"], &[]));
        assert_eq!(parsed("#Tracing fun"), expected(&["fun"], &["tracing"]));
        assert_eq!(parsed("#été"), expected(&[], &["été"]));
    }

    #[test]
    fn user_input_is_never_an_operator() {
        assert_eq!(parsed(r#"a" OR b"#), expected(&["or", "a", "b"], &[]));
        assert_eq!(parsed(r"1%_\ x"), expected(&["1", "x"], &[]));
        assert_eq!(parsed("-- !"), None);
        assert_eq!(pattern("node_js"), r"%node\_js%");
    }

    #[test]
    fn repeated_words_and_parts_of_words_count_once() {
        assert_eq!(parsed("the the #A the #a th"), expected(&["the"], &["a"]));
    }

    #[test]
    fn control_characters_separate_words() {
        assert_eq!(parsed("a\0b\u{7f}c"), expected(&["a", "b", "c"], &[]));
        assert_eq!(parsed("\0"), None);
    }
}
