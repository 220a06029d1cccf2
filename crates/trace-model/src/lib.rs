//! Spans and traces as values: the tree and its timings.
