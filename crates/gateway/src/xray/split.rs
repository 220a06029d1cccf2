//! Cuts a datagram into objects that a parser bears: each document without the subsegments in
//! it, which may be nested a thousand times.
//!
//! On the way it mends what parsers refuse a whole document for: Python's `NaN`, half of a
//! surrogate pair, values that are nested without end.

use serde_json::Value;

use crate::decode::{Token, Tokens, repaired_text};

/// Lists and objects in each other within a value. Deeper ones are left out.
const MAX_VALUE_DEPTH: usize = 64;

/// An object of its own.
#[derive(Debug, Default)]
pub(super) struct Piece {
    pub(super) text: String,
    /// The document that has it as a subsegment, by its place among all.
    pub(super) parent: Option<usize>,
    /// What had to be mended.
    pub(super) odd: Vec<&'static str>,
}

/// What is open.
enum Level {
    Document(usize),
    /// The list of a document's subsegments.
    Subsegments(usize),
    Value,
}

/// Returns all objects in their order, or none if there is something between them.
pub(super) fn pieces(datagram: &str) -> Option<Vec<Piece>> {
    let mut cutter = Cutter::default();
    for token in Tokens(datagram.as_bytes()) {
        cutter.take(token)?;
    }
    Some(cutter.pieces)
}

#[derive(Default)]
struct Cutter<'a> {
    pieces: Vec<Piece>,
    levels: Vec<Level>,
    /// Levels of a value that is left out.
    skipped: usize,
    last_text: &'a [u8],
    /// The name of the field that is being read.
    key: &'a [u8],
}

impl<'a> Cutter<'a> {
    fn take(&mut self, token: Token<'a>) -> Option<()> {
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
                let (text, is_mended) = readable(text);
                self.write(&text);
                if is_mended {
                    self.odd("invalid text");
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
                self.odd("nested too deeply");
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
        self.odd("no JSON");
        let quoted = Value::from(text).to_string();
        self.write(&quoted);
    }

    /// In a list of subsegments, what is no subsegment goes nowhere.
    fn write(&mut self, text: &str) {
        if matches!(self.levels.last(), Some(Level::Subsegments(_))) {
            return self.odd("subsegments");
        }
        if let Some(piece) = self.piece() {
            piece.text.push_str(text);
        }
    }

    fn odd(&mut self, what: &'static str) {
        if let Some(piece) = self.piece() {
            piece.odd.push(what);
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

/// A text in its quotation marks that a parser takes, and whether it had to be mended.
fn readable(text: &[u8]) -> (String, bool) {
    let text = String::from_utf8_lossy(text);
    let quoted = format!("\"{text}\"");
    if serde_json::from_str::<String>(&quoted).is_ok() {
        return (quoted, false);
    }
    // Bytes may hold what texts may not: half of a pair, and control characters.
    let mut json = serde_json::Deserializer::from_str(&quoted);
    let bytes = serde::Deserializer::deserialize_bytes(&mut json, Raw);
    let mended = bytes.map_or_else(|_| text.into_owned(), |bytes| repaired_text(&bytes));
    (Value::from(mended).to_string(), true)
}

/// A text's bytes.
struct Raw;

impl serde::de::Visitor<'_> for Raw {
    type Value = Vec<u8>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a text")
    }

    fn visit_bytes<E: serde::de::Error>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
        Ok(bytes.to_vec())
    }
}
