//! Email addresses, handles, passwords, and codes sent by mail.
//!
//! Each of them is compared in a normal form, so that an account has one spelling only.

use std::ops::RangeInclusive;

use crate::{
    code::Code,
    limits::{
        CODE_DIGITS, EMAIL_MAX_CHARS, HANDLE_MAX_CHARS, HANDLE_MIN_CHARS, PASSWORD_MAX_CHARS,
        PASSWORD_MIN_CHARS,
    },
    visible::is_blank,
};

/// The maximum lengths of the part before the `@`, and of a label of the domain.
const MAX_LOCAL_PART_CHARS: usize = 64;
const MAX_LABEL_CHARS: usize = 63;

/// The fewest different characters of a password.
const MIN_DISTINCT_CHARS: usize = 5;
/// The shortest name that a password must not contain: shorter ones occur by chance.
const MIN_NAME_CHARS: usize = 4;

/// Handles that look official, or that mean something else in a mention, without `_` and with
/// similar characters replaced (see [`skeleton`]).
const RESERVED_HANDLES: [&str; 30] = [
    "abuse",
    "account",
    "admin",
    "administrator",
    "anonymous",
    "api",
    "channel",
    "cruddur",
    "deleted",
    "everyone",
    "help",
    "helpdesk",
    "info",
    "mod",
    "moderator",
    "news",
    "noreply",
    "nobody",
    "null",
    "official",
    "owner",
    "postmaster",
    "root",
    "security",
    "staff",
    "support",
    "system",
    "team",
    "undefined",
    "webmaster",
];

/// The most common passwords with at least [`PASSWORD_MIN_CHARS`] characters.
const COMMON_PASSWORDS: [&str; 24] = [
    "0123456789",
    "1234567890",
    "12345678910",
    "123456789a",
    "0987654321",
    "9876543210",
    "1q2w3e4r5t",
    "1qaz2wsx3edc",
    "q1w2e3r4t5y6",
    "qwertyuiop",
    "qwerty12345",
    "qwerty123456",
    "asdfghjkl1",
    "abcdefghij",
    "abcd123456",
    "password12",
    "password123",
    "password1234",
    "passw0rd123",
    "iloveyou123",
    "letmein123",
    "welcome123",
    "football123",
    "changeme123",
];

/// Returns the address in the form in which it is stored and compared.
///
/// The part before the `@` may depend on the case by the standard, but does so at no provider.
///
/// ```
/// assert_eq!(api_types::credentials::normal_email(" Worf@Example.com "), "worf@example.com");
/// ```
#[must_use]
pub fn normal_email(email: &str) -> String {
    email.trim().to_ascii_lowercase()
}

/// Returns the handle in the form in which it is stored and compared, without an `@` before it.
///
/// ```
/// assert_eq!(api_types::credentials::normal_handle(" @Worf "), "worf");
/// ```
#[must_use]
pub fn normal_handle(handle: &str) -> String {
    let handle = handle.trim();
    handle
        .strip_prefix('@')
        .unwrap_or(handle)
        .to_ascii_lowercase()
}

/// Returns the digits of a code. People copy codes with blanks and hyphens.
///
/// ```
/// assert_eq!(api_types::credentials::normal_code(" 1234-5678"), "12345678");
/// ```
#[must_use]
pub fn normal_code(code: &str) -> String {
    let is_separator = |c: char| c.is_whitespace() || c == '-';
    code.chars()
        .filter(|&c| !is_separator(c))
        .take(CODE_DIGITS + 1)
        .collect()
}

/// Returns whether the handle is reserved, or looks like one that is: `_Adm1n` looks like `admin`.
#[must_use]
pub fn is_reserved(handle: &str) -> bool {
    let handle = skeleton(&normal_handle(handle));
    RESERVED_HANDLES
        .iter()
        .any(|reserved| skeleton(reserved) == handle)
}

/// Removes `_`, and replaces digits by the letters they look like.
fn skeleton(handle: &str) -> String {
    let chars = handle.chars().filter(|&c| c != '_');
    chars
        .map(|c| match c {
            '0' => 'o',
            '1' | 'i' => 'l',
            '3' => 'e',
            '4' => 'a',
            '5' => 's',
            '7' => 't',
            c => c,
        })
        .collect()
}

/// Returns the reason an address is not valid.
///
/// Addresses are ASCII, because many mail servers accept no others: a domain in another script has
/// an ASCII form. There are no quotes and comments, so an address cannot break out of a mail's header.
pub(crate) fn email_code(email: &str) -> Option<Code> {
    let email = email.trim();
    if is_blank(email) {
        return Some(Code::EmailBlank);
    }
    let is_valid = email.len() <= EMAIL_MAX_CHARS
        && email
            .rsplit_once('@')
            .is_some_and(|(local, domain)| is_local_part(local) && is_domain(domain));
    (!is_valid).then_some(Code::EmailInvalid)
}

fn is_local_part(local: &str) -> bool {
    let is_atom = |atom: &str| {
        !atom.is_empty()
            && atom
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b))
    };
    local.len() <= MAX_LOCAL_PART_CHARS && local.split('.').all(is_atom)
}

fn is_domain(domain: &str) -> bool {
    const LABEL: RangeInclusive<usize> = 1..=MAX_LABEL_CHARS;
    let is_label = |label: &str| {
        LABEL.contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    let has_letter = |label: &str| label.bytes().any(|b| b.is_ascii_alphabetic());
    // The last label of a domain has a letter; that of an IP address has none.
    domain
        .rsplit_once('.')
        .is_some_and(|(_, top)| has_letter(top))
        && domain.split('.').all(is_label)
}

/// Returns the reason a handle is not valid. Letters are ASCII: those of other scripts look alike.
#[must_use]
pub fn handle_code(handle: &str) -> Option<Code> {
    let is_allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let handle = normal_handle(handle);
    if is_blank(&handle) {
        Some(Code::HandleBlank)
    } else if !handle.chars().all(is_allowed) || !handle.contains(|c: char| c.is_ascii_lowercase())
    {
        Some(Code::HandleInvalidChars)
    } else if handle.len() < HANDLE_MIN_CHARS {
        Some(Code::HandleBelowMinChars)
    } else if handle.len() > HANDLE_MAX_CHARS {
        Some(Code::HandleExceedMaxChars)
    } else {
        is_reserved(&handle).then_some(Code::HandleTaken)
    }
}

/// Returns the reason a password is not valid. `names` are the handle and the email of the account.
pub(crate) fn password_code(password: &str, names: &[&str]) -> Option<Code> {
    let length = password.chars().take(PASSWORD_MAX_CHARS + 1).count();
    if password.is_empty() {
        Some(Code::PasswordBlank)
    } else if length < PASSWORD_MIN_CHARS {
        Some(Code::PasswordBelowMinChars)
    } else if length > PASSWORD_MAX_CHARS {
        Some(Code::PasswordExceedMaxChars)
    } else {
        is_guessable(password, names).then_some(Code::PasswordGuessable)
    }
}

fn is_guessable(password: &str, names: &[&str]) -> bool {
    let password = password.to_ascii_lowercase();
    let mut distinct: Vec<char> = password.chars().collect();
    distinct.sort_unstable();
    distinct.dedup();
    let local_parts = names
        .iter()
        .filter_map(|name| name.split('@').find(|part| !part.is_empty()));
    distinct.len() < MIN_DISTINCT_CHARS
        || COMMON_PASSWORDS.contains(&password.as_str())
        || local_parts
            .map(|name| name.trim().to_ascii_lowercase())
            .any(|name| name.len() >= MIN_NAME_CHARS && password.contains(&name))
}

/// Returns the reason a code is not complete.
pub(crate) fn code_code(code: &str) -> Option<Code> {
    is_blank(code).then_some(Code::CodeBlank)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_addresses_are_valid() {
        for email in [
            "worf@example.com",
            " Worf@Example.COM ",
            "o'brien+ds9@mail.starfleet.example",
            "a@b.co",
            "first.last@xn--bcher-kva.example",
            "1@1.example",
        ] {
            assert_eq!(email_code(email), None, "{email}");
        }
        let longest = format!("{}@{}.example", "a".repeat(64), "b.".repeat(90) + "bb");
        assert_eq!(longest.len(), 255);
        assert_eq!(email_code(&longest), Some(Code::EmailInvalid));
        assert_eq!(email_code(&longest.replacen("b.b", "b", 1)), None);
    }

    #[test]
    fn addresses_that_are_no_mailbox_or_break_a_header_are_invalid() {
        for email in [
            "worf",
            "worf@",
            "@example.com",
            "worf@localhost",
            "worf@127.0.0.1",
            "worf@[127.0.0.1]",
            "worf@example..com",
            "worf@-example.com",
            "worf@example.com.",
            ".worf@example.com",
            "wo..rf@example.com",
            "worf@example.com\r\nBcc: q@example.com",
            "worf@example.com,q@example.com",
            "worf@example.com\0",
            "\"worf\"@example.com",
            "Worf <worf@example.com>",
            "worf q@example.com",
            "worf@q@example.com",
            "wörf@example.com",
            "worf@exämple.com",
            "worf@example.com\u{200b}",
        ] {
            assert_eq!(email_code(email), Some(Code::EmailInvalid), "{email:?}");
        }
        assert_eq!(email_code(" \u{200b}"), Some(Code::EmailBlank));
    }

    #[test]
    fn handle_has_3_to_30_letters_digits_and_underscores() {
        for handle in ["abc", "@Worf", "worf_1", "1_a", &"a".repeat(30)] {
            assert_eq!(handle_code(handle), None, "{handle}");
        }
        for (handle, code) in [
            ("", Code::HandleBlank),
            ("@", Code::HandleBlank),
            ("\u{3164}", Code::HandleBlank),
            ("ab", Code::HandleBelowMinChars),
            (&"a".repeat(31), Code::HandleExceedMaxChars),
            ("123", Code::HandleInvalidChars),
            ("___", Code::HandleInvalidChars),
            ("a b", Code::HandleInvalidChars),
            ("a-b", Code::HandleInvalidChars),
            ("a/../b", Code::HandleInvalidChars),
            ("<script>", Code::HandleInvalidChars),
        ] {
            assert_eq!(handle_code(handle), Some(code), "{handle:?}");
        }
    }

    #[test]
    fn letters_that_look_like_ascii_are_refused() {
        for handle in [
            "w\u{43e}rf",     // Cyrillic o
            "ｗｏｒｆ",       // full width
            "wor\u{192}",     // f with hook
            "\u{1d430}orf",   // mathematical bold w
            "wo\u{301}rf",    // combining accent
            "worf\u{200d}",   // joiner
            "\u{130}stanbul", // dotted I, two characters in lowercase
            "stra\u{df}e",    // sharp s
            "\u{212a}elvin",  // Kelvin sign, in lowercase an ASCII k
        ] {
            let code = handle_code(handle);
            assert_eq!(code, Some(Code::HandleInvalidChars), "{handle}");
        }
    }

    #[test]
    fn reserved_handles_are_taken_in_every_spelling() {
        for handle in [
            "admin", "Admin", "_adm1n_", "R00T", "5ecurity", "cruddur", "no_reply",
        ] {
            assert_eq!(handle_code(handle), Some(Code::HandleTaken), "{handle}");
        }
        assert_eq!(handle_code("badminton"), None);
    }

    #[test]
    fn password_has_10_to_256_characters_and_is_not_guessable() {
        let names = ["@Worf", "worf_klingon@example.com"];
        let check = |password: &str| password_code(password, &names);
        assert_eq!(check("prune juic"), None);
        assert_eq!(check(&"abcde".repeat(51)), None);
        assert_eq!(check(""), Some(Code::PasswordBlank));
        assert_eq!(check("prune jui"), Some(Code::PasswordBelowMinChars));
        assert_eq!(
            check(&"🎉abcd".repeat(52)),
            Some(Code::PasswordExceedMaxChars)
        );
        for guessable in [
            "1234567890",
            "Password123",
            "aaaaaaaaaaaa",
            "abababababab",
            "worf worf worf",
            "I am WORF, son of Mogh",
            "worf_klingon1",
        ] {
            assert_eq!(
                check(guessable),
                Some(Code::PasswordGuessable),
                "{guessable}"
            );
        }
        assert_eq!(password_code("prune juice", &["", "@", "a@b.co"]), None);
    }

    #[test]
    fn code_is_normalized_and_bounded() {
        assert_eq!(normal_code("1234 5678\n"), "12345678");
        assert_eq!(normal_code(&"1".repeat(1000)).len(), CODE_DIGITS + 1);
        assert_eq!(code_code("\u{200b}"), Some(Code::CodeBlank));
    }
}
