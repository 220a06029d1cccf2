//! How much of a span goes to a receiver that bounds what it takes: less and less until it fits.

/// Bounds of one try.
#[derive(Clone, Copy, Debug)]
pub(super) struct Room {
    /// Characters of each text.
    pub(super) chars: usize,
    /// Exceptions of the span, or of one chain.
    pub(super) exceptions: usize,
    /// Calls of each exception.
    pub(super) frames: usize,
}

impl Room {
    pub(super) fn cut(&self, text: &str) -> String {
        self.cut_to(text, usize::MAX)
    }

    /// For texts that the receiver bounds anyway.
    pub(super) fn cut_to(&self, text: &str, chars: usize) -> String {
        text.chars().take(self.chars.min(chars)).collect()
    }
}

pub(super) const fn room(chars: usize, exceptions: usize, frames: usize) -> Room {
    Room {
        chars,
        exceptions,
        frames,
    }
}
