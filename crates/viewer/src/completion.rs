//! Completing the last term of a query.

/// The words of the query language that begin a term.
const WORDS: [&str; 9] = [
    "service:",
    "name:",
    "status:error",
    "status:ok",
    "kind:",
    "duration>",
    "has:",
    "session:",
    "since:",
];

/// Completions that are offered.
const MAX_COMPLETIONS: usize = 20;

/// What completes a query: keys of attributes, or the values of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    Keys,
    /// The values of this key.
    Values(String),
}

/// Returns the beginning of a query and its last term.
fn split(text: &str) -> (&str, &str) {
    let is_quoted = text.matches('"').count() % 2 == 1;
    let start = text.rfind(|character: char| character.is_whitespace());
    match start.filter(|_| !is_quoted) {
        Some(start) => text.split_at(start + 1),
        None if is_quoted => (text, ""),
        None => ("", text),
    }
}

/// Returns what completes the last term of a query.
pub(crate) fn wanted(text: &str) -> Wanted {
    let (_, term) = split(text);
    let key = term.trim_start_matches('-').split_once('=');
    key.map_or(Wanted::Keys, |(key, _)| {
        Wanted::Values(key.trim_end_matches('!').to_owned())
    })
}

/// Returns whole queries whose last term is completed by one of the names.
pub(crate) fn completions(text: &str, names: &[String]) -> Vec<String> {
    let (before, term) = split(text);
    let minus = if term.starts_with('-') { "-" } else { "" };
    let term = term.trim_start_matches('-');
    let completed = |completed: String| format!("{before}{minus}{completed}");
    let found: Vec<String> = if let Some((key, value)) = term.split_once('=') {
        let values = names.iter().filter(|name| name.contains(value));
        values
            .map(|name| completed(format!("{key}={}", quoted(name))))
            .collect()
    } else {
        let words = WORDS.iter().map(|word| (*word).to_owned());
        let keys = names.iter().map(|key| format!("{key}="));
        let all = words.chain(keys).filter(|name| name.contains(term));
        all.map(completed).collect()
    };
    let is_new = |completion: &String| completion != text;
    found
        .into_iter()
        .filter(is_new)
        .take(MAX_COMPLETIONS)
        .collect()
}

/// Puts a value with blanks or quotes in quotes.
fn quoted(value: &str) -> String {
    let is_plain = |character: char| !character.is_whitespace() && !"\"\\()".contains(character);
    if !value.is_empty() && value.chars().all(is_plain) {
        return value.to_owned();
    }
    let escaped = value.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{escaped}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn last_term_is_completed_by_keys_and_words() {
        let keys = names(&["session.id", "service.version"]);
        let found = completions("like -ser", &keys);
        assert_eq!(found, ["like -service:", "like -service.version="]);
        assert_eq!(wanted("like -ser"), Wanted::Keys);
    }

    #[test]
    fn value_is_completed_and_quoted() {
        let wanted = wanted("like db.query.text!=SEL");
        assert_eq!(wanted, Wanted::Values("db.query.text".to_owned()));
        let found = completions("db.query.text=SEL", &names(&["SELECT \"a\"", "INSERT"]));
        assert_eq!(found, [r#"db.query.text="SELECT \"a\"""#]);
    }

    #[test]
    fn open_quote_is_not_completed() {
        assert!(
            completions("\"two wo", &names(&["two"]))
                .iter()
                .all(|it| it.starts_with("\"two wo"))
        );
        assert!(completions("service:", &[]).is_empty());
    }
}
