//! How much of a span its document holds: less and less until it fits into a datagram.

/// Bounds of one try.
#[derive(Clone, Copy, Debug)]
pub(super) struct Room {
    /// Characters of each text.
    chars: usize,
    /// Exceptions of the span.
    pub(super) exceptions: usize,
    /// Calls of each exception.
    pub(super) frames: usize,
    /// Attributes, resource and events, or only a note that they are missing.
    pub(super) metadata: bool,
}

const fn room(chars: usize, exceptions: usize, frames: usize, metadata: bool) -> Room {
    Room {
        chars,
        exceptions,
        frames,
        metadata,
    }
}

/// Tried in turn. With the last one a document is small enough whatever the span holds.
pub(super) const ROOMS: [Room; 4] = [
    room(usize::MAX, 50, 50, true),
    room(1000, 20, 50, true),
    room(100, 5, 10, true),
    room(100, 2, 5, false),
];

impl Room {
    pub(super) fn cut(&self, text: &str) -> String {
        self.cut_to(text, usize::MAX)
    }

    /// For texts that X-Ray bounds anyway.
    pub(super) fn cut_to(&self, text: &str, chars: usize) -> String {
        text.chars().take(self.chars.min(chars)).collect()
    }
}
