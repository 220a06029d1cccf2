//! The spans of one trace, which display as a tree.

use std::collections::BTreeMap;
use std::fmt;

use super::span::Span;

#[derive(Clone, Debug)]
pub(crate) struct Trace {
    /// Sorted by start time.
    pub(crate) spans: Vec<Span>,
}

impl Trace {
    pub(crate) fn new(mut spans: Vec<Span>) -> Self {
        spans.sort_by_key(|span| span.start);
        Self { spans }
    }

    /// Groups spans by trace id. The earliest trace is first.
    pub(crate) fn group(spans: Vec<Span>) -> Vec<Self> {
        let mut by_id = BTreeMap::<String, Vec<Span>>::new();
        for span in spans {
            by_id.entry(span.trace_id.clone()).or_default().push(span);
        }
        let mut traces: Vec<_> = by_id.into_values().map(Self::new).collect();
        traces.sort_by_key(Trace::start);
        traces
    }

    pub(crate) fn start(&self) -> u64 {
        self.roots()
            .next()
            .or(self.spans.first())
            .map_or(0, |span| span.start)
    }

    pub(crate) fn roots(&self) -> impl Iterator<Item = &Span> {
        self.spans.iter().filter(|span| span.parent_id.is_none())
    }

    /// Returns the name of the root span.
    pub(crate) fn name(&self) -> &str {
        self.roots().next().map_or("(no root)", |root| &root.name)
    }

    pub(crate) fn has_sql(&self) -> bool {
        self.spans.iter().any(Span::is_sql)
    }

    pub(crate) fn find(&self, id: &str) -> Option<&Span> {
        self.spans.iter().find(|span| span.span_id == id)
    }

    pub(crate) fn parent(&self, span: &Span) -> Option<&Span> {
        self.find(span.parent_id.as_deref()?)
    }

    pub(crate) fn children<'a>(&'a self, parent: &'a Span) -> impl Iterator<Item = &'a Span> {
        let id = Some(parent.span_id.as_str());
        self.spans
            .iter()
            .filter(move |span| span.parent_id.as_deref() == id)
    }

    pub(crate) fn descendants<'a>(&'a self, span: &'a Span) -> Vec<&'a Span> {
        let mut found: Vec<&Span> = self.children(span).collect();
        let mut next = 0;
        while next < found.len() && found.len() <= self.spans.len() {
            found.extend(self.children(found[next]));
            next += 1;
        }
        found
    }

    fn write_tree(&self, f: &mut fmt::Formatter<'_>, span: &Span, depth: usize) -> fmt::Result {
        let since = |time: u64| (time as f64 - self.start() as f64) / 1e6;
        let (from, to) = (since(span.start), since(span.end));
        let status = if span.error { " ERROR" } else { "" };
        let Span {
            name,
            service,
            kind,
            ..
        } = span;
        let indent = "  ".repeat(depth + 1);
        writeln!(
            f,
            "{indent}{name} · {service} {kind:?}{status} · {from:.3} to {to:.3} ms"
        )?;
        if depth > self.spans.len() {
            return writeln!(f, "{indent}… (parent cycle)");
        }
        self.children(span)
            .try_for_each(|child| self.write_tree(f, child, depth + 1))
    }
}

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = self.spans.first().map_or("", |span| &span.trace_id);
        writeln!(f, "trace {id}")?;
        self.roots()
            .try_for_each(|root| self.write_tree(f, root, 0))?;
        for orphan in self.spans.iter().filter(|span| self.is_orphan(span)) {
            writeln!(
                f,
                "  (parent missing: {})",
                orphan.parent_id.as_deref().unwrap_or_default()
            )?;
            self.write_tree(f, orphan, 1)?;
        }
        Ok(())
    }
}

impl Trace {
    pub(crate) fn is_orphan(&self, span: &Span) -> bool {
        span.parent_id.is_some() && self.parent(span).is_none()
    }
}
