//! Validation, shared by the page and the back end.
//!
//! Each function returns every code that applies, in the order of the form's fields.

use crate::{
    account::{CodeRequest, Confirmation, PasswordReset, ProfileUpdate, SignIn, SignUp},
    activity::{NewActivity, NewReply},
    code::Code,
    credentials::{code_code, email_code, handle_code, password_code},
    limits::{
        BIO_MAX_CHARS, BIO_MAX_LINES, CRUD_MAX_CHARS, DIRECT_MESSAGE_MAX_CHARS,
        DISPLAY_NAME_MAX_CHARS, MESSAGE_MAX_LINES, REPLY_MAX_CHARS, SEARCH_TERM_MAX_CHARS,
        SEARCH_TERM_MAX_WORDS,
    },
    message::NewMessage,
    text,
    ttl::Ttl,
    visible::{count_lines, disturbs_line, is_blank},
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

/// Validates a sign-up. It does not check whether the handle is free.
///
/// # Errors
/// A field is blank, not valid, or exceeds a limit.
pub fn sign_up(sign_up: &SignUp) -> Result<(), Vec<Code>> {
    let names = [sign_up.handle.as_str(), sign_up.email.as_str()];
    no_codes([
        display_name_code(&sign_up.display_name),
        email_code(&sign_up.email),
        handle_code(&sign_up.handle),
        password_code(&sign_up.password, &names),
    ])
}

/// Validates a request for a code.
///
/// # Errors
/// The email is blank or not valid.
pub fn code_request(request: &CodeRequest) -> Result<(), Vec<Code>> {
    no_codes([email_code(&request.email)])
}

/// Validates that a confirmation is complete. It does not check the code.
///
/// # Errors
/// The email is not valid, or the code is blank.
pub fn confirmation(confirmation: &Confirmation) -> Result<(), Vec<Code>> {
    no_codes([
        email_code(&confirmation.email),
        code_code(&confirmation.code),
    ])
}

/// Validates that a password reset is complete. It does not check the code.
///
/// # Errors
/// The email or the new password is not valid, or the code is blank.
pub fn password_reset(reset: &PasswordReset) -> Result<(), Vec<Code>> {
    no_codes([
        email_code(&reset.email),
        code_code(&reset.code),
        password_code(&reset.password, &[&reset.email]),
    ])
}

/// Validates a profile.
///
/// # Errors
/// The name is blank or not valid, or a field exceeds a limit.
pub fn profile_update(profile: &ProfileUpdate) -> Result<(), Vec<Code>> {
    no_codes([
        display_name_code(&profile.display_name),
        bio_code(&profile.bio),
    ])
}

fn display_name_code(name: &str) -> Option<Code> {
    let name = name.trim();
    if is_blank(name) {
        Some(Code::DisplayNameBlank)
    } else if name.chars().nth(DISPLAY_NAME_MAX_CHARS).is_some() {
        Some(Code::DisplayNameExceedMaxChars)
    } else {
        disturbs_line(name).then_some(Code::DisplayNameInvalidChars)
    }
}

fn bio_code(bio: &str) -> Option<Code> {
    if bio.chars().nth(BIO_MAX_CHARS).is_some() {
        Some(Code::BioExceedMaxChars)
    } else {
        (count_lines(bio) > BIO_MAX_LINES).then_some(Code::BioExceedMaxLines)
    }
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
    fn profile_has_a_name_of_1_to_50_characters_and_a_bio_of_up_to_160() {
        let profile = |display_name: &str, bio: &str| {
            profile_update(&ProfileUpdate {
                display_name: display_name.to_owned(),
                bio: bio.to_owned(),
            })
        };
        assert_eq!(profile(" Worf ", ""), Ok(()));
        assert_eq!(profile(&"🎉".repeat(50), &"🎉".repeat(160)), Ok(()));
        assert_eq!(
            profile(&"🎉".repeat(51), &"🎉".repeat(161)),
            Err(vec![
                Code::DisplayNameExceedMaxChars,
                Code::BioExceedMaxChars
            ])
        );
        for blank in ["", " ", "\u{200b}", "\u{2800}\u{2800}"] {
            assert_eq!(profile(blank, ""), Err(vec![Code::DisplayNameBlank]));
        }
        assert_eq!(
            profile("Worf\u{202e}frow", "a\nb\nc\nd\ne"),
            Err(vec![Code::DisplayNameInvalidChars, Code::BioExceedMaxLines])
        );
    }

    #[test]
    fn all_codes_of_a_sign_up_are_returned_together() {
        assert_eq!(
            sign_up(&SignUp::default()),
            Err(vec![
                Code::DisplayNameBlank,
                Code::EmailBlank,
                Code::HandleBlank,
                Code::PasswordBlank
            ])
        );
        assert_eq!(
            password_reset(&PasswordReset::default()),
            Err(vec![Code::EmailBlank, Code::CodeBlank, Code::PasswordBlank])
        );
        assert_eq!(
            confirmation(&Confirmation::default()),
            Err(vec![Code::EmailBlank, Code::CodeBlank])
        );
        assert_eq!(
            code_request(&CodeRequest::default()),
            Err(vec![Code::EmailBlank])
        );
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
