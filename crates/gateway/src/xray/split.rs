//! Splits a datagram into documents that a JSON parser accepts: each without its subsegments,
//! which may be nested a thousand levels deep.
//!
//! Also repairs values because of which parsers reject a whole document: Python's `NaN`, half of
//! a surrogate pair, deeply nested values.

use serde_json::Value;

use crate::decode::{Token, Tokens, repaired_text};

/// Nested lists and objects within a value. Deeper ones become `null`.
const MAX_VALUE_DEPTH: usize = 64;

/// The JSON object of one document.
#[derive(Debug, Default)]
pub(super) struct Piece {
    pub(super) text: String,
    /// The index of the piece whose subsegment this is.
    pub(super) parent: Option<usize>,
    pub(super) repairs: Vec<&'static str>,
}

/// An open list or object.
enum Level {
    /// A document, by the index of its piece.
    Document(usize),
    /// The list of a document's subsegments.
    Subsegments(usize),
    Value,
}

/// Returns all objects in their order, or `None` if there is content between them.
pub(super) fn pieces(datagram: &str) -> Option<Vec<Piece>> {
    let mut splitter = Splitter::default();
    for token in Tokens(datagram.as_bytes()) {
        splitter.push(token)?;
    }
    Some(splitter.pieces)
}

#[derive(Default)]
struct Splitter<'a> {
    pieces: Vec<Piece>,
    levels: Vec<Level>,
    /// Open levels of a skipped value.
    skipped: usize,
    last_text: &'a [u8],
    /// The name of the current field.
    key: &'a [u8],
}

impl<'a> Splitter<'a> {
    fn push(&mut self, token: Token<'a>) -> Option<()> {
        if self.skipped > 0 {
            match token {
                Token::Open(_) => self.skipped += 1,
                Token::Close(_) => self.skipped -= 1,
                _ => {}
            }
            return Some(());
        }
        match token {
            Token::Open(bracket) => self.open(bracket)?,
            Token::Close(bracket) => self.close(bracket),
            // Between documents, and between subsegments.
            Token::Comma if !self.is_in_object() => {}
            _ if self.levels.is_empty() => return None,
            Token::Comma => self.write(","),
            Token::Colon => {
                self.key = self.last_text;
                self.write(":");
            }
            Token::Text(text) => {
                self.last_text = text;
                let (text, is_repaired) = valid_text(text);
                self.write(&text);
                if is_repaired {
                    self.add_repair("invalid text");
                }
            }
            Token::Scalar(scalar) => self.scalar(scalar),
        }
        Some(())
    }

    fn open(&mut self, bracket: u8) -> Option<()> {
        match (self.levels.last(), bracket) {
            (None, b'{') => self.begin(None),
            (Some(Level::Subsegments(parent)), b'{') => {
                let parent = *parent;
                self.begin(Some(parent));
            }
            (None, _) => return None,
            (Some(Level::Document(index)), b'[')
                if self.key.eq_ignore_ascii_case(b"subsegments") =>
            {
                let index = *index;
                self.write("null");
                self.levels.push(Level::Subsegments(index));
            }
            _ if self.value_depth() == MAX_VALUE_DEPTH => {
                self.add_repair("nested too deeply");
                self.write("null");
                self.skipped = 1;
            }
            _ => {
                self.levels.push(Level::Value);
                self.write(if bracket == b'{' { "{" } else { "[" });
            }
        }
        Some(())
    }

    fn begin(&mut self, parent: Option<usize>) {
        self.levels.push(Level::Document(self.pieces.len()));
        self.pieces.push(Piece {
            parent,
            ..Piece::default()
        });
        self.write("{");
    }

    fn close(&mut self, bracket: u8) {
        let bracket = if bracket == b'}' { "}" } else { "]" };
        if !matches!(self.levels.last(), Some(Level::Subsegments(_))) {
            self.write(bracket);
        }
        self.levels.pop();
        self.key = b"";
    }

    fn scalar(&mut self, scalar: &[u8]) {
        let text = String::from_utf8_lossy(scalar);
        if serde_json::from_str::<Value>(&text).is_ok() {
            return self.write(&text);
        }
        self.add_repair("invalid JSON");
        let quoted = Value::from(text).to_string();
        self.write(&quoted);
    }

    /// Appends to the current document. Values in a list of subsegments are dropped.
    fn write(&mut self, text: &str) {
        if matches!(self.levels.last(), Some(Level::Subsegments(_))) {
            return self.add_repair("subsegments");
        }
        if let Some(piece) = self.piece() {
            piece.text.push_str(text);
        }
    }

    fn add_repair(&mut self, repair: &'static str) {
        if let Some(piece) = self.piece() {
            piece.repairs.push(repair);
        }
    }

    fn piece(&mut self) -> Option<&mut Piece> {
        let mut levels = self.levels.iter().rev();
        let index = levels.find_map(Level::piece)?;
        self.pieces.get_mut(index)
    }

    fn is_in_object(&self) -> bool {
        matches!(self.levels.last(), Some(Level::Document(_) | Level::Value))
    }

    fn value_depth(&self) -> usize {
        let levels = self.levels.iter().rev();
        levels
            .take_while(|level| matches!(level, Level::Value))
            .count()
    }
}

impl Level {
    const fn piece(&self) -> Option<usize> {
        match self {
            Self::Document(index) | Self::Subsegments(index) => Some(*index),
            Self::Value => None,
        }
    }
}

/// Returns a valid JSON string, and whether the text was repaired.
fn valid_text(text: &[u8]) -> (String, bool) {
    let text = String::from_utf8_lossy(text);
    let quoted = format!("\"{text}\"");
    if serde_json::from_str::<String>(&quoted).is_ok() {
        return (quoted, false);
    }
    // Bytes may have half of a surrogate pair and control characters, unlike a string.
    let mut json = serde_json::Deserializer::from_str(&quoted);
    let bytes = serde::Deserializer::deserialize_bytes(&mut json, BytesVisitor);
    let repaired = bytes.map_or_else(|_| text.into_owned(), |bytes| repaired_text(&bytes));
    (Value::from(repaired).to_string(), true)
}

struct BytesVisitor;

impl serde::de::Visitor<'_> for BytesVisitor {
    type Value = Vec<u8>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a text")
    }

    fn visit_bytes<E: serde::de::Error>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
        Ok(bytes.to_vec())
    }
}
