//! JSON as a sequence of tokens, without recursion and without copies. Any input has tokens.
//!
//! For tasks that a parser cannot do: finding a path in a body of an unexpected shape, and
//! reading documents that are nested more deeply than parsers allow.

/// A token. Texts and scalars are raw, so a text has its escapes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Token<'a> {
    /// `{` or `[`
    Open(u8),
    /// `}` or `]`
    Close(u8),
    Colon,
    Comma,
    /// The bytes between the quotation marks.
    Text(&'a [u8]),
    /// A number, `true`, `false`, `null`, or invalid JSON.
    Scalar(&'a [u8]),
}

/// Iterates over the tokens of any bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tokens<'a>(pub(crate) &'a [u8]);

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        self.0 = self.0.trim_ascii_start();
        let (first, rest) = self.0.split_first()?;
        let token = match first {
            b'{' | b'[' => Token::Open(*first),
            b'}' | b']' => Token::Close(*first),
            b':' => Token::Colon,
            b',' => Token::Comma,
            b'"' => {
                let (text, rest) = text(rest);
                self.0 = rest;
                return Some(Token::Text(text));
            }
            _ => {
                let end = self.0.iter().position(|byte| ends_scalar(*byte));
                let (scalar, rest) = self.0.split_at(end.unwrap_or(self.0.len()));
                self.0 = rest;
                return Some(Token::Scalar(scalar));
            }
        };
        self.0 = rest;
        Some(token)
    }
}

/// Splits after the next quotation mark that is not escaped. Without one, the text is all of the
/// rest.
fn text(bytes: &[u8]) -> (&[u8], &[u8]) {
    let mut at = 0;
    while let Some(found) = memchr::memchr2(b'"', b'\\', &bytes[at..]) {
        at += found;
        if bytes[at] == b'"' {
            return (&bytes[..at], &bytes[at + 1..]);
        }
        at = (at + 2).min(bytes.len());
    }
    (bytes, &[])
}

const fn ends_scalar(byte: u8) -> bool {
    byte.is_ascii_whitespace() || matches!(byte, b'{' | b'}' | b'[' | b']' | b':' | b',' | b'"')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_found_in_any_text() {
        let found: Vec<_> = Tokens(br#" {"a\"b\\": [1.5, NaN ,"e"],x:abc"open"#).collect();
        assert_eq!(
            found,
            [
                Token::Open(b'{'),
                Token::Text(br#"a\"b\\"#),
                Token::Colon,
                Token::Open(b'['),
                Token::Scalar(b"1.5"),
                Token::Comma,
                Token::Scalar(b"NaN"),
                Token::Comma,
                Token::Text(b"e"),
                Token::Close(b']'),
                Token::Comma,
                Token::Scalar(b"x"),
                Token::Colon,
                Token::Scalar(b"abc"),
                Token::Text(b"open"),
            ]
        );
        assert_eq!(Tokens(b"\"\\").collect::<Vec<_>>(), [Token::Text(b"\\")]);
        assert_eq!(Tokens(b" \n").next(), None);
    }
}
