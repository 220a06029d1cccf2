//! What a body holds besides a request's own fields.

use crate::decode::{Decoded, Reason, misplaced::Misplaced};

#[derive(Debug, Default)]
pub(in crate::decode) struct Seen {
    misplaced: Misplaced,
    /// Lines that are no requests, and what is wrong with the first of them.
    bad_lines: u64,
    first_bad_line: String,
}

impl Seen {
    pub(super) fn misplaced(&mut self, found: Misplaced) {
        self.misplaced.merge(found);
    }

    pub(super) fn bad_line(&mut self, number: usize, error: &serde_json::Error) {
        if self.bad_lines == 0 {
            self.first_bad_line = format!("line {number} was left out: {error}");
        }
        self.bad_lines += 1;
    }

    /// Tells the sender.
    pub(in crate::decode) fn report(self, decoded: &mut Decoded) {
        if self.bad_lines > 0 {
            decoded.rejections.count_all(Reason::Line, self.bad_lines);
            decoded.warnings.note(self.first_bad_line);
        }
        self.misplaced.report(decoded);
    }
}
