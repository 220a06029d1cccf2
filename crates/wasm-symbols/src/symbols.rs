//! The function names of one build, and the file that has them.

use std::fmt::{self, Write as _};
use std::ops::Range;
use std::str::FromStr;

use crate::build_id::BuildId;

const TITLE: &str = "otel-web symbols 1";

/// The size limit of one name, in bytes. Names of nested closures and generic types reach kilobytes.
const MAX_NAME_BYTES: usize = 2048;

/// One function that a module defines. Imported functions have no code, so they are not listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Function {
    /// The index in the module, which begins with the imported functions.
    pub(crate) index: u32,
    /// The position of its code in the module, in bytes.
    pub(crate) code: Range<u32>,
    /// Empty if the module does not name it.
    pub(crate) name: String,
}

/// The function names of one build of a module.
///
/// [`Display`](fmt::Display) writes and [`FromStr`] reads the file. It is a text with one line for each function: index, first
/// and last position of its code in hexadecimal digits, and name. The last line is a checksum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbols {
    build_id: BuildId,
    /// In the order of their index.
    functions: Vec<Function>,
}

/// A text is not a complete symbol file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SymbolsError {
    /// The text has another first line.
    #[error("it is not a symbol file, which begins with {TITLE:?}")]
    Title,
    /// The end of the file is missing, or something else in it has changed.
    #[error("it is incomplete or damaged: copy it again")]
    Checksum,
    /// A line is not as expected, although the checksum is right.
    #[error("line {line} is not as expected")]
    Line {
        /// The number of the line, from 1.
        line: usize,
    },
}

impl Symbols {
    /// Creates the symbols of a module. `functions` are in the order of their index.
    pub(crate) fn new(build_id: BuildId, mut functions: Vec<Function>) -> Self {
        for function in &mut functions {
            function.name = one_line(&function.name);
        }
        Self {
            build_id,
            functions,
        }
    }

    /// Returns the build that has these functions.
    #[must_use]
    pub fn build_id(&self) -> BuildId {
        self.build_id
    }

    /// Returns the number of functions.
    #[must_use]
    pub fn len(&self) -> usize {
        self.functions.len()
    }

    /// Returns whether the module defines no function.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.functions.is_empty()
    }

    /// Returns the name of a function. `position` is the position of the call in the module: if it is not within the code of
    /// the function, the call is in another module, and has no name here.
    #[must_use]
    pub fn name(&self, index: u32, position: Option<u32>) -> Option<&str> {
        let function = self.function(index, position)?;
        Some(function.name.as_str()).filter(|name| !name.is_empty())
    }

    pub(crate) fn function(&self, index: u32, position: Option<u32>) -> Option<&Function> {
        let found = self
            .functions
            .binary_search_by_key(&index, |function| function.index);
        let function = self.functions.get(found.ok()?)?;
        let fits = position.is_none_or(|position| function.code.contains(&position));
        fits.then_some(function)
    }
}

impl fmt::Display for Symbols {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        writeln!(text, "{TITLE}\nbuild {}", self.build_id)?;
        writeln!(text, "functions {}", self.functions.len())?;
        for Function { index, code, name } in &self.functions {
            writeln!(text, "{index} {:x} {:x} {name}", code.start, code.end)?;
        }
        let sum = crc32fast::hash(text.as_bytes());
        writeln!(formatter, "{text}crc32 {sum:08x}")
    }
}

impl FromStr for Symbols {
    type Err = SymbolsError;

    fn from_str(text: &str) -> Result<Self, SymbolsError> {
        if !text.starts_with(TITLE) {
            return Err(SymbolsError::Title);
        }
        let body = checked(text).ok_or(SymbolsError::Checksum)?;
        let error = |line| SymbolsError::Line { line };
        let mut lines = body.lines().zip(1..).skip(1);
        let mut value = |key: &str| {
            let (line, _) = lines.next()?;
            line.strip_prefix(key)?.strip_prefix(' ')
        };
        let build_id = value("build").and_then(|id| id.parse().ok());
        let build_id = build_id.ok_or(error(2))?;
        let count = value("functions").and_then(|count| count.parse().ok());
        let count: usize = count.ok_or(error(3))?;
        let functions: Vec<Function> = lines
            .map(|(text, line)| function(text).ok_or(error(line)))
            .collect::<Result<_, _>>()?;
        let is_ascending = functions.is_sorted_by(|one, next| one.index < next.index);
        if functions.len() != count || !is_ascending {
            return Err(error(3));
        }
        Ok(Self {
            build_id,
            functions,
        })
    }
}

/// Returns the text before the checksum, if that is right.
fn checked(text: &str) -> Option<&str> {
    let start = text.strip_suffix('\n')?.rfind('\n')? + 1;
    let (body, last) = text.split_at(start);
    let sum = last.trim_end().strip_prefix("crc32 ")?;
    let sum = u32::from_str_radix(sum, 16).ok()?;
    (sum == crc32fast::hash(body.as_bytes())).then_some(body)
}

fn function(line: &str) -> Option<Function> {
    let mut fields = line.splitn(4, ' ');
    let index = fields.next()?.parse().ok()?;
    let mut position = || u32::from_str_radix(fields.next()?, 16).ok();
    let code = position()?..position()?;
    let name = fields.next()?.to_owned();
    Some(Function { index, code, name })
}

/// Returns a name that fits into one line.
fn one_line(name: &str) -> String {
    let end = name.floor_char_boundary(MAX_NAME_BYTES);
    let name = name[..end].chars();
    name.map(|char| if char.is_control() { ' ' } else { char })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn symbols() -> Symbols {
        let function = |index, code, name: &str| Function {
            index,
            code,
            name: name.to_owned(),
        };
        let functions = vec![
            function(7, 100..140, "shop::buy::<alloc::vec::Vec<u8>>"),
            function(8, 142..150, ""),
            function(12, 151..200, "größe::{{closure}} of\n\u{1b}<é>"),
        ];
        Symbols::new("00000000000000ab".parse().unwrap(), functions)
    }

    #[test]
    fn file_is_read_as_it_is_written() {
        let symbols = symbols();
        let text = symbols.to_string();
        assert_eq!(text.parse(), Ok(symbols));
        assert_eq!(text.lines().count(), 7, "{text}");
    }

    #[test]
    fn function_is_found_by_index_and_position() {
        let symbols = symbols();
        let buy = Some("shop::buy::<alloc::vec::Vec<u8>>");
        assert_eq!(symbols.name(7, None), buy);
        assert_eq!(symbols.name(7, Some(100)), buy);
        assert_eq!(symbols.name(7, Some(140)), None, "behind its code");
        assert_eq!(symbols.name(7, Some(99)), None, "before its code");
        assert_eq!(symbols.name(8, Some(142)), None, "without a name");
        assert_eq!(
            symbols.name(12, Some(160)),
            Some("größe::{{closure}} of  <é>")
        );
        assert_eq!(symbols.name(0, None), None, "imported");
        assert_eq!(symbols.name(u32::MAX, None), None);
    }

    #[test]
    fn damaged_file_is_rejected() {
        let text = symbols().to_string();
        for end in 0..text.len() {
            if text.is_char_boundary(end) {
                let error = text[..end].parse::<Symbols>().unwrap_err();
                let expected = if end < TITLE.len() {
                    SymbolsError::Title
                } else {
                    SymbolsError::Checksum
                };
                assert_eq!(error, expected, "{end}");
            }
        }
        let changed = text.replacen("shop::buy", "shop::pay", 1);
        assert_eq!(changed.parse::<Symbols>(), Err(SymbolsError::Checksum));
    }

    #[test]
    fn unexpected_line_is_rejected_although_the_checksum_is_right() {
        for (line, replacement) in [
            (2, "build zz"),
            (3, "functions 2"),
            (3, "functions -1"),
            (4, "7 64 name"),
            (4, "9 64 8c out of order"),
            (5, ""),
        ] {
            let text = symbols().to_string();
            let mut lines: Vec<_> = text.lines().collect();
            lines[line - 1] = replacement;
            lines.pop();
            let body = lines.join("\n") + "\n";
            let text = format!("{body}crc32 {:08x}\n", crc32fast::hash(body.as_bytes()));
            let error = text.parse::<Symbols>().unwrap_err();
            assert!(matches!(error, SymbolsError::Line { .. }), "{replacement}");
        }
    }

    #[test]
    fn long_name_is_cut() {
        let name = "é".repeat(MAX_NAME_BYTES);
        assert_eq!(one_line(&name).len(), MAX_NAME_BYTES);
    }
}
