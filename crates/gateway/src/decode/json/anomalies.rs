//! Anomalies of a JSON body that its sender should know about.

use crate::decode::{Decoded, Reason, Signal, misplaced_records::MisplacedRecords};

#[derive(Debug, Default)]
pub(in crate::decode) struct Anomalies {
    misplaced: MisplacedRecords,
    /// The number of lines that are not requests.
    invalid_lines: u64,
    /// The error of the first such line.
    first_error: String,
}

impl Anomalies {
    pub(super) fn add_misplaced(&mut self, found: MisplacedRecords) {
        self.misplaced.merge(found);
    }

    pub(super) fn add_invalid_line(&mut self, number: usize, error: &serde_json::Error) {
        if self.invalid_lines == 0 {
            self.first_error = format!("line {number} was skipped: {error}");
        }
        self.invalid_lines += 1;
    }

    /// Adds rejections and warnings to the result.
    pub(in crate::decode) fn report<R>(self, signal: Signal, decoded: &mut Decoded<R>) {
        if self.invalid_lines > 0 {
            decoded
                .rejections
                .count_all(Reason::Line, self.invalid_lines);
            decoded.warnings.note(self.first_error);
        }
        self.misplaced.report(signal, decoded);
    }
}
