//! The query language of the search box, and the terms that the filter controls edit.
//!
//! The gateway shares the language: see [`trace_model::query`].

pub(crate) use trace_model::query::{Comparison, Condition, Parsed, Query, StatusFilter, parse};

pub(crate) const NANOS_PER_MS: f64 = 1e6;

pub(crate) const fn is_status(condition: &Condition) -> bool {
    matches!(condition, Condition::Status(_))
}

pub(crate) const fn is_service(condition: &Condition) -> bool {
    matches!(condition, Condition::Service(_))
}

pub(crate) const fn is_min_duration(condition: &Condition) -> bool {
    matches!(
        condition,
        Condition::Duration(Comparison::Greater | Comparison::GreaterOrEqual, _)
    )
}

pub(crate) fn has_errors(query: &Query) -> bool {
    let errors = Condition::Status(StatusFilter::Error);
    query.conditions().any(|condition| *condition == errors)
}

pub(crate) fn service(query: &Query) -> Option<String> {
    query.conditions().find_map(|condition| match condition {
        Condition::Service(name) => Some(name.clone()),
        _ => None,
    })
}

pub(crate) fn min_duration_ms(query: &Query) -> Option<f64> {
    query.conditions().find_map(|condition| match condition {
        Condition::Duration(Comparison::Greater | Comparison::GreaterOrEqual, nanos) => {
            Some(*nanos as f64 / NANOS_PER_MS)
        }
        _ => None,
    })
}

/// Describes the first invalid term, if any, in one line.
pub(crate) fn problem(parsed: &Parsed, text: &str) -> Option<String> {
    let problem = parsed.problems.first()?;
    let part = text
        .get(problem.start..problem.end)
        .unwrap_or_default()
        .trim();
    let more = match parsed.problems.len() {
        1 => String::new(),
        count => format!(" ({} more)", count - 1),
    };
    Some(format!("“{part}” is ignored: {}{more}", problem.message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replacing_a_filter_keeps_all_other_terms() {
        let mut query = parse("-service:a service:\"b c\" kind:server duration>20ms like").query;
        assert_eq!(service(&query).as_deref(), Some("b c"));
        assert_eq!(min_duration_ms(&query), Some(20.0));
        let chosen = Condition::Service("say \"d\"".to_owned());
        query.replace(is_service, Some(chosen));
        query.replace(is_min_duration, None);
        assert_eq!(
            query.to_string(),
            r#"-service:a kind:server like service:"say \"d\"""#
        );
        assert_eq!(service(&query).as_deref(), Some("say \"d\""));
    }

    #[test]
    fn an_invalid_term_is_quoted_with_the_reason() {
        let text = "like duration>soon status:bad";
        let problem = problem(&parse(text), text).unwrap();
        assert!(
            problem.starts_with("“duration>soon” is ignored"),
            "{problem}"
        );
        assert!(problem.ends_with("(1 more)"), "{problem}");
    }
}
