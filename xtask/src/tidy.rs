//! The repository's own rules, as tests: what no compiler checks and a reader notices.
