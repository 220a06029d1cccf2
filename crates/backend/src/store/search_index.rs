//! The index of all parts of three characters of each text. At its end, a text has shorter ones.
//!
//! SQLite has an index of the extension FTS5, which triggers update. PostgreSQL has a GIN index of a
//! derived column. A part with one or two characters is a prefix of others.

use super::{Connection, Database, Result, Statement, search_text};

/// The number of characters of a gram.
const GRAM_CHARS: usize = 3;
/// The maximum number of grams of a word that a search reads. More of them exclude few further texts.
const MAX_GRAMS_PER_WORD: usize = 8;

const INSERT: Statement = Statement::new(
    "INSERT",
    "activity_search",
    "INSERT INTO activity_search (activity_id, words) VALUES ($1, $2)",
);

/// Adds an activity to the index.
pub(super) async fn insert(connection: &mut Connection, id: i64, message: &str) -> Result<()> {
    let query = INSERT.query().bind(id).bind(search_text::message(message));
    query.execute(connection).await?;
    Ok(())
}

/// Returns the expression of the index for texts that may contain all of the words.
///
/// The words are in the form for searches, which has no quotes.
pub(super) fn expression(database: Database, words: &[String]) -> String {
    let mut parts: Vec<String> = Vec::new();
    for word in words {
        for gram in grams(word) {
            let is_prefix = gram.chars().count() < GRAM_CHARS;
            let part = match (database, is_prefix) {
                (Database::Sqlite, false) => format!("\"{gram}\""),
                (Database::Sqlite, true) => format!("\"{gram}\"*"),
                (Database::Postgres, false) => format!("'{gram}'"),
                (Database::Postgres, true) => format!("'{gram}':*"),
            };
            if !parts.contains(&part) {
                parts.push(part);
            }
        }
    }
    match database {
        Database::Sqlite => parts.join(" "),
        Database::Postgres => parts.join(" & "),
    }
}

/// Returns grams of the word, evenly spaced. A short word is its own gram.
fn grams(word: &str) -> Vec<&str> {
    let starts: Vec<usize> = word.char_indices().map(|(start, _)| start).collect();
    let Some(last) = starts.len().checked_sub(GRAM_CHARS) else {
        return vec![word];
    };
    let gram = |index: usize| {
        let end = starts.get(index + GRAM_CHARS).copied();
        &word[starts[index]..end.unwrap_or(word.len())]
    };
    let count = (last + 1).min(MAX_GRAMS_PER_WORD);
    let step = (count - 1).max(1);
    (0..count)
        .map(|number| gram(number * last / step))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grams_are_evenly_spaced() {
        assert_eq!(grams("a"), ["a"]);
        assert_eq!(grams("東京"), ["東京"]);
        assert_eq!(grams("東京都"), ["東京都"]);
        assert_eq!(grams("juice"), ["jui", "uic", "ice"]);
        let long = "abcdefghijklmnopqrstuvwxyz";
        let found = grams(long);
        assert_eq!(found.len(), MAX_GRAMS_PER_WORD);
        assert_eq!((found[0], found[7]), ("abc", "xyz"));
    }

    #[test]
    fn short_words_are_prefixes() {
        let words = ["juice", "東京"].map(str::to_owned);
        assert_eq!(
            expression(Database::Sqlite, &words),
            r#""jui" "uic" "ice" "東京"*"#
        );
        assert_eq!(
            expression(Database::Postgres, &words),
            "'jui' & 'uic' & 'ice' & '東京':*"
        );
    }
}
