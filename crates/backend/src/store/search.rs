//! Full-text search with SQLite's FTS5, and by hashtag.

use api_types::text;

use super::{
    Pool, Result, Statement,
    activities::{Feed, View, page, page_query, select_activities},
    cursor::Cursor,
};

/// ?6 is an FTS5 expression or NULL, ?7 a JSON array of hashtags in lower case.
const SEARCH: Statement = Statement::new(
    "SELECT",
    "activities",
    select_activities!(from activities where
        "(a.created_at, a.uuid) < (?3, ?4) \
         AND (?6 IS NULL OR a.id IN (SELECT rowid FROM activities_text WHERE activities_text MATCH ?6)) \
         AND NOT EXISTS (SELECT 1 FROM json_each(?7) AS wanted WHERE NOT EXISTS \
             (SELECT 1 FROM activity_hashtags AS h WHERE h.activity_id = a.id AND h.tag = wanted.value)) \
         ORDER BY a.created_at DESC, a.uuid DESC LIMIT ?5"),
);

/// What a search looks for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Terms {
    /// An FTS5 expression in which nothing a person typed acts as an operator.
    words: Option<String>,
    hashtags: Vec<String>,
}

impl Terms {
    /// Nothing where the text has neither a word nor a hashtag.
    pub(crate) fn parse(term: &str) -> Option<Self> {
        let hashtags: Vec<String> = text::hashtags(term).map(str::to_lowercase).collect();
        let words: Vec<&str> = term
            .split(char::is_whitespace)
            .filter(|word| {
                text::hashtags(word).next().is_none() && word.contains(char::is_alphanumeric)
            })
            .collect();
        let words = (!words.is_empty()).then(|| fts5(&words));
        (words.is_some() || !hashtags.is_empty()).then_some(Self { words, hashtags })
    }
}

/// Every word quoted; the last may be the beginning of one.
fn fts5(words: &[&str]) -> String {
    let quoted: Vec<String> = words
        .iter()
        .map(|word| format!("\"{}\"", word.replace('"', "\"\"")))
        .collect();
    quoted.join(" ") + "*"
}

pub(crate) async fn search(
    pool: &Pool,
    view: View,
    terms: &Terms,
    before: &Cursor,
) -> Result<Feed> {
    let hashtags = serde_json::Value::from(terms.hashtags.clone()).to_string();
    let query = page_query(SEARCH, view, before)
        .bind(terms.words.clone())
        .bind(hashtags);
    page(SEARCH, query.fetch_all(pool)).await
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
    fn words_and_hashtags_are_told_apart() {
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
    fn nothing_a_person_types_is_an_operator() {
        assert_eq!(
            Terms::parse(r#"a" OR b"#),
            terms(Some(r#""a""" "OR" "b"*"#), &[])
        );
        assert_eq!(Terms::parse("-- !"), None);
    }
}
