//! Validation, shared by the page and the back end.
//!
//! Each function returns every code that applies, in the order of the form's fields.

use crate::{
    account::SignIn,
    activity::{NewActivity, NewReply},
    code::Code,
    limits::{
        CRUD_MAX_CHARS, DIRECT_MESSAGE_MAX_CHARS, MESSAGE_MAX_LINES, REPLY_MAX_CHARS,
        SEARCH_TERM_MAX_CHARS, SEARCH_TERM_MAX_WORDS,
    },
    message::NewMessage,
    text,
    ttl::Ttl,
    visible::{count_lines, is_blank},
};

/// Validates a crud and returns its lifetime.
///
/// ```
/// use api_types::{Code, NewActivity, Ttl, validate};
///
/// let mut crud = NewActivity { message: "Hello".to_owned(), ttl: "7-days".to_owned() };
/// assert_eq!(validate::new_activity(&crud), Ok(Ttl::SevenDays));
/// crud.message.clear();
/// assert_eq!(validate::new_activity(&crud), Err(vec![Code::MessageBlank]));
/// ```
///
/// # Errors
/// The lifetime is unknown, or the message is blank or exceeds a limit.
pub fn new_activity(activity: &NewActivity) -> Result<Ttl, Vec<Code>> {
    let message = message_code(&activity.message, CRUD_MAX_CHARS);
    match (activity.ttl.parse(), message) {
        (Ok(ttl), None) => Ok(ttl),
        (ttl, message) => Err(ttl
            .err()
            .map(|_| Code::TtlBlank)
            .into_iter()
            .chain(message)
            .collect()),
    }
}

/// Validates a reply to the activity with this UUID.
///
/// # Errors
/// The UUID is blank, or the message is blank or exceeds a limit.
pub fn new_reply(uuid: &str, reply: &NewReply) -> Result<(), Vec<Code>> {
    let uuid = is_blank(uuid).then_some(Code::ActivityUuidBlank);
    no_codes([uuid, message_code(&reply.message, REPLY_MAX_CHARS)])
}

/// Validates a direct message.
///
/// # Errors
/// The receiver is blank, or the message is blank or exceeds a limit.
pub fn new_message(new: &NewMessage) -> Result<(), Vec<Code>> {
    let receiver = is_blank(&new.user_receiver_handle).then_some(Code::UserReceiverHandleBlank);
    no_codes([
        receiver,
        message_code(&new.message, DIRECT_MESSAGE_MAX_CHARS),
    ])
}

/// Validates a search term.
///
/// The words of a term that is too long are not counted: the cost would be up to the sender.
///
/// # Errors
/// The term is blank or exceeds a limit.
pub fn search_term(term: &str) -> Result<(), Vec<Code>> {
    let too_long = term.chars().nth(SEARCH_TERM_MAX_CHARS).is_some();
    no_codes([
        is_blank(term).then_some(Code::SearchTermBlank),
        too_long.then_some(Code::SearchTermExceedMaxChars),
        (!too_long && count_search_words(term) > SEARCH_TERM_MAX_WORDS)
            .then_some(Code::SearchTermExceedMaxWords),
    ])
}

/// Counts words and hashtags.
fn count_search_words(term: &str) -> usize {
    let is_plain = |word: &&str| text::hashtags(word).next().is_none();
    text::search_words(term).filter(is_plain).count() + text::hashtags(term).count()
}

/// Validates that a sign-in is complete. It does not check the credentials.
///
/// # Errors
/// The email is blank, or the password is empty.
pub fn sign_in(sign_in: &SignIn) -> Result<(), Vec<Code>> {
    no_codes([
        is_blank(&sign_in.email).then_some(Code::EmailBlank),
        sign_in.password.is_empty().then_some(Code::PasswordBlank),
    ])
}

fn message_code(message: &str, max_chars: usize) -> Option<Code> {
    if is_blank(message) {
        Some(Code::MessageBlank)
    } else if message.chars().count() > max_chars {
        Some(Code::MessageExceedMaxChars)
    } else {
        (count_lines(message) > MESSAGE_MAX_LINES).then_some(Code::MessageExceedMaxLines)
    }
}

/// Returns the codes as an error unless there are none.
fn no_codes<const N: usize>(codes: [Option<Code>; N]) -> Result<(), Vec<Code>> {
    let codes: Vec<Code> = codes.into_iter().flatten().collect();
    if codes.is_empty() { Ok(()) } else { Err(codes) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crud(message: &str, ttl: &str) -> Result<Ttl, Vec<Code>> {
        new_activity(&NewActivity {
            message: message.to_owned(),
            ttl: ttl.to_owned(),
        })
    }

    fn reply(uuid: &str, message: &str) -> Result<(), Vec<Code>> {
        new_reply(
            uuid,
            &NewReply {
                message: message.to_owned(),
            },
        )
    }

    #[test]
    fn crud_has_a_lifetime_and_up_to_280_characters() {
        assert_eq!(crud("hi", "3-days"), Ok(Ttl::ThreeDays));
        assert_eq!(crud(&"é".repeat(280), "1-hour"), Ok(Ttl::OneHour));
        assert_eq!(
            crud(&"é".repeat(281), "1-hour"),
            Err(vec![Code::MessageExceedMaxChars])
        );
    }

    #[test]
    fn all_codes_of_a_crud_are_returned_together() {
        assert_eq!(
            crud(" \n", "2-days"),
            Err(vec![Code::TtlBlank, Code::MessageBlank])
        );
        assert_eq!(crud("hi", ""), Err(vec![Code::TtlBlank]));
    }

    #[test]
    fn reply_has_a_parent_and_up_to_1024_characters() {
        assert_eq!(reply("u", &"🎉".repeat(1024)), Ok(()));
        assert_eq!(
            reply("u", &"🎉".repeat(1025)),
            Err(vec![Code::MessageExceedMaxChars])
        );
        assert_eq!(
            reply(" ", ""),
            Err(vec![Code::ActivityUuidBlank, Code::MessageBlank])
        );
    }

    #[test]
    fn direct_message_has_a_receiver_and_up_to_1024_characters() {
        let check = |receiver: &str, message: String| {
            new_message(&NewMessage {
                message,
                user_receiver_handle: receiver.to_owned(),
            })
        };
        assert_eq!(check("worf", "🎉".repeat(1024)), Ok(()));
        assert_eq!(
            check("worf", "🎉".repeat(1025)),
            Err(vec![Code::MessageExceedMaxChars])
        );
        assert_eq!(
            check(" ", String::new()),
            Err(vec![Code::UserReceiverHandleBlank, Code::MessageBlank])
        );
    }

    #[test]
    fn search_term_has_up_to_256_characters_and_16_words() {
        assert_eq!(search_term(&"é".repeat(256)), Ok(()));
        assert_eq!(
            search_term(&"é".repeat(257)),
            Err(vec![Code::SearchTermExceedMaxChars])
        );
        assert_eq!(search_term(&"a ".repeat(16)), Ok(()));
        for term in ["a ".repeat(17), "a\0".repeat(17), "#a,".repeat(17)] {
            assert_eq!(
                search_term(&term),
                Err(vec![Code::SearchTermExceedMaxWords]),
                "{term}"
            );
        }
    }

    #[test]
    fn message_of_invisible_characters_is_blank() {
        assert_eq!(
            crud("\u{200b}\u{2800}", "3-days"),
            Err(vec![Code::MessageBlank])
        );
        assert_eq!(reply("u", "\u{e0041}"), Err(vec![Code::MessageBlank]));
        assert_eq!(search_term("\u{200b}"), Err(vec![Code::SearchTermBlank]));
    }

    #[test]
    fn message_has_up_to_40_lines() {
        let tall = |lines: usize| vec!["x"; lines].join("\n");
        assert_eq!(crud(&tall(40), "3-days"), Ok(Ttl::ThreeDays));
        let too_many_lines = vec![Code::MessageExceedMaxLines];
        assert_eq!(crud(&tall(41), "3-days"), Err(too_many_lines.clone()));
        assert_eq!(reply("u", &tall(41)), Err(too_many_lines));
    }

    #[test]
    fn blank_terms_and_fields_have_codes() {
        assert_eq!(search_term(" "), Err(vec![Code::SearchTermBlank]));
        assert_eq!(
            sign_in(&SignIn::default()),
            Err(vec![Code::EmailBlank, Code::PasswordBlank])
        );
    }
}
