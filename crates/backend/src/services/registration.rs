//! Sign-up, and the confirmation of its address by a code.
//!
//! Nothing reveals whether an address has an account: both cases execute the same statements and
//! hashes, and send a message. An unconfirmed sign-up is no account, and reserves no handle.

use api_types::{
    Code, CodeRequest, Confirmation, SignUp, Timestamp,
    credentials::{normal_code, normal_email, normal_handle},
    validate,
};

use super::codes::{self, CodeAttempt};
use crate::{
    AppState, Error,
    client_address::ClientAddress,
    clock,
    mail::{Letter, Mailer, Notice},
    store::{
        email_codes::{self, Confirmed, NewCode, PendingAccount, Purpose},
        users,
    },
    telemetry::{BackgroundOperation, Operation, set_user_handle},
};

const SIGN_UP: Operation = Operation::new("accounts", "sign_up");
const CONFIRM: Operation = Operation::new("accounts", "confirm");
const RESEND: Operation = Operation::new("accounts", "resend_code");
const REPLACE_CODES: BackgroundOperation = BackgroundOperation::new("accounts", "replace_codes");

/// The time until an unconfirmed sign-up is deleted.
const SIGN_UP_SECONDS: i64 = 24 * 60 * 60;

/// Stores a sign-up, and sends a code to its address. If the address has an account, sends a message
/// without a code instead.
pub(crate) async fn sign_up(
    state: &AppState,
    request: SignUp,
    client: ClientAddress,
) -> Result<(), Error> {
    SIGN_UP
        .run(async {
            validate::sign_up(&request).map_err(Error::Invalid)?;
            let email = normal_email(&request.email);
            let handle = normal_handle(&request.handle);
            let mail = codes::admit_mail(state, &email, client)?;
            // Handles are public, so this reveals nothing.
            if users::id_of(&state.db, &handle).await?.is_some() {
                return Err(Error::Invalid(vec![Code::HandleTaken]));
            }
            set_user_handle(&handle);
            let password_hash = state.passwords.hash_new(request.password).await?;
            let (code, code_hash) = codes::new_code(state, &email).await?;
            let now = clock::now();
            let owner = users::by_email(&state.db, &email).await?;
            // If the address has an account, the code of this sign-up is never sent.
            let sign_up = NewCode {
                purpose: Purpose::SignUp,
                email: &email,
                code: codes::code_hash(&code_hash, now),
                expires_at: Timestamp::from_millis(now.as_millis() + SIGN_UP_SECONDS * 1000),
                account: PendingAccount {
                    handle: &handle,
                    display_name: request.display_name.trim(),
                    password_hash: &password_hash,
                },
            };
            email_codes::insert(&state.db, sign_up).await?;
            mail.send(match owner {
                Some((user, _)) => Letter {
                    email,
                    handle: user.handle,
                    notice: Notice::AlreadySignedUp,
                },
                None => Letter {
                    email,
                    handle,
                    notice: Notice::ConfirmSignUp(code),
                },
            });
            Ok(())
        })
        .await
}

/// Creates the account of the sign-up with this code.
pub(crate) async fn confirm(
    state: &AppState,
    request: Confirmation,
    client: ClientAddress,
) -> Result<(), Error> {
    CONFIRM
        .run(async {
            validate::confirmation(&request).map_err(Error::Invalid)?;
            let email = normal_email(&request.email);
            let attempt = CodeAttempt::admit(&state.code_limits, &email, client)?;
            let code = normal_code(&request.code);
            let hash = state.passwords.hash_code(&code, &email).await?;
            match email_codes::confirm(&state.db, &email, &hash, clock::now()).await? {
                Confirmed::Created { handle } => {
                    attempt.succeed();
                    set_user_handle(&handle);
                    Ok(())
                }
                Confirmed::HandleTaken => {
                    attempt.succeed();
                    Err(Error::Invalid(vec![Code::HandleTaken]))
                }
                Confirmed::WrongCode => Err(Error::Invalid(vec![Code::CodeInvalid])),
            }
        })
        .await
}

/// Sends new codes for the sign-ups of an address, in the background.
pub(crate) async fn resend(
    state: &AppState,
    request: CodeRequest,
    client: ClientAddress,
) -> Result<(), Error> {
    RESEND
        .run(async {
            let (email, mail) = codes::admit_request(state, &request, client)?;
            let state = state.clone();
            mail.spawn(|mailer| async move {
                let job = replace_codes(&state, &mailer, &email);
                codes::log_failure(REPLACE_CODES.run(job).await);
            });
            Ok(())
        })
        .await
}

/// Sends a new code for each sign-up of the address, unless it has an account: those sign-ups never
/// get a code.
async fn replace_codes(state: &AppState, mailer: &Mailer, email: &str) -> Result<(), Error> {
    if users::by_email(&state.db, email).await?.is_some() {
        return Ok(());
    }
    let now = clock::now();
    for sign_up in email_codes::pending_sign_ups(&state.db, email, now).await? {
        let (code, hash) = codes::new_code(state, email).await?;
        email_codes::replace_code(&state.db, sign_up.id, codes::code_hash(&hash, now)).await?;
        let letter = Letter {
            email: email.to_owned(),
            handle: sign_up.handle,
            notice: Notice::ConfirmSignUp(code),
        };
        mailer.send(letter).await;
    }
    Ok(())
}
