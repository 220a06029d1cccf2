//! Holding a trace against what was expected of it.
//!
//! Several expectations may fit the same span, and the first that does need not be the right one. So
//! spans are dealt out by augmenting paths: who finds its span taken asks the owner to move on.

use super::trace::kind_name;
use super::{Expected, Span, Trace};

/// What is wrong, in sentences; nothing when all is as expected.
pub(super) fn check(expected: &Expected, trace: &Trace) -> Vec<String> {
    let not_ended = |span: &Span| format!("{}: its parent has not ended", span.name);
    let mut complaints: Vec<_> = trace.orphans().map(not_ended).collect();
    let spans = trace.spans().iter();
    let roots: Vec<_> = spans.filter(|span| span.parent_span_id.is_none()).collect();
    match roots[..] {
        [root] => complaints.extend(from(expected, trace, root, false)),
        _ => complaints.push(format!("{} roots, expected one", roots.len())),
    }
    complaints
}

/// Complaints about a span and all below it. `only` is handed down.
fn from(expected: &Expected, trace: &Trace, span: &Span, only: bool) -> Vec<String> {
    let only = only || expected.only;
    let mut complaints = itself(expected, span);
    let children: Vec<_> = trace.children(span).collect();
    let check = |wanted: &Expected, child: &Span| from(wanted, trace, child, only);
    let fits = |wanted: &Expected, child: &Span| check(wanted, child).is_empty();
    let mut dealt = deal(&expected.children, &children, &fits);
    for wanted in dealt.unmet {
        let meant = dealt.left.iter().position(|child| is_meant(wanted, child));
        match meant {
            Some(meant) => complaints.extend(check(wanted, dealt.left.remove(meant))),
            None => complaints.push(absent(wanted, span)),
        }
    }
    if only {
        complaints.extend(dealt.left.iter().map(|child| unasked(child, span)));
    }
    complaints
}

fn absent(wanted: &Expected, parent: &Span) -> String {
    format!("{}: nothing below it is {}", parent.name, wanted.line())
}

fn unasked(child: &Span, parent: &Span) -> String {
    format!("{}: {} below it was not expected", parent.name, child.name)
}

/// The span that an expectation is about, though it is not as expected.
fn is_meant(wanted: &Expected, span: &Span) -> bool {
    let same_name = wanted.name.as_ref().is_none_or(|name| *name == span.name);
    same_name && wanted.kind.as_ref().is_none_or(|kind| *kind == span.kind)
}

fn itself(expected: &Expected, span: &Span) -> Vec<String> {
    let mut complaints = Vec::new();
    let mut complain = |text: String| complaints.push(format!("{}: {text}", span.name));
    if let Some(name) = expected.name.as_ref().filter(|name| **name != span.name) {
        complain(format!("the name is not {name}"));
    }
    if let Some(kind) = expected.kind.as_ref().filter(|kind| **kind != span.kind) {
        complain(format!(
            "the kind is {}, expected {}",
            kind_name(&span.kind),
            kind_name(kind)
        ));
    }
    if expected.is_root && span.parent_span_id.is_some() {
        complain("an action is a root".to_owned());
    }
    for (key, value) in &expected.attributes {
        let is = span.attribute(key);
        if is != value.as_ref() {
            complain(format!(
                "{key} is {}, expected {}",
                shown(is),
                shown(value.as_ref())
            ));
        }
    }
    for event in expected
        .events
        .iter()
        .filter(|event| !span.events.contains(event))
    {
        complain(format!("no event {event}, there are {:?}", span.events));
    }
    match (&span.error, expected.fails) {
        (Some(error), false) => complain(format!("it failed: {error:?}")),
        (None, true) => complain("it did not fail".to_owned()),
        _ => {}
    }
    complaints
}

fn shown(value: Option<&opentelemetry::Value>) -> String {
    value.map_or_else(
        || "absent".to_owned(),
        |value| format!("{:?}", value.as_str()),
    )
}

/// What remains on either side.
struct Dealt<'a> {
    unmet: Vec<&'a Expected>,
    left: Vec<&'a Span>,
}

/// Gives as many expectations as possible a span each that fits them.
fn deal<'a>(
    wanted: &'a [Expected],
    there: &[&'a Span],
    fits: &dyn Fn(&Expected, &Span) -> bool,
) -> Dealt<'a> {
    let fitting = |one: &Expected| there.iter().map(|span| fits(one, span)).collect();
    let fits: Vec<Vec<bool>> = wanted.iter().map(fitting).collect();
    let mut owners = vec![None; there.len()];
    let mut unmet = Vec::new();
    for (number, one) in wanted.iter().enumerate() {
        if !find_one(number, &fits, &mut owners, &mut vec![false; there.len()]) {
            unmet.push(one);
        }
    }
    let left = there.iter().zip(&owners);
    let left = left.filter(|(_, owner)| owner.is_none());
    Dealt {
        unmet,
        left: left.map(|(span, _)| *span).collect(),
    }
}

fn find_one(
    who: usize,
    fits: &[Vec<bool>],
    owners: &mut [Option<usize>],
    tried: &mut Vec<bool>,
) -> bool {
    for span in 0..owners.len() {
        if !fits[who][span] || std::mem::replace(&mut tried[span], true) {
            continue;
        }
        let is_free = owners[span].is_none_or(|owner| find_one(owner, fits, owners, tried));
        if is_free {
            owners[span] = Some(who);
            return true;
        }
    }
    false
}
