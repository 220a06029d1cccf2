//! A new password, by a code that is sent to the address of the account.

use api_types::{
    Code, CodeRequest, PasswordReset,
    credentials::{normal_code, normal_email},
    validate,
};

use super::codes::{self, CodeAttempt};
use crate::{
    AppState, Error,
    client_address::ClientAddress,
    clock,
    mail::{Letter, Mailer, Notice},
    store::{
        email_codes::{self, NewCode, PendingAccount, Purpose},
        users,
    },
    telemetry::{BackgroundOperation, Operation, set_user_handle},
};

const RECOVER: Operation = Operation::new("accounts", "recover");
const RESET: Operation = Operation::new("accounts", "reset_password");
const SEND_RESET_CODE: BackgroundOperation =
    BackgroundOperation::new("accounts", "send_reset_code");

/// Sends a code to the address if it has an account, in the background, so that the response is the
/// same for all addresses and takes the same time.
pub(crate) async fn recover(
    state: &AppState,
    request: CodeRequest,
    client: ClientAddress,
) -> Result<(), Error> {
    RECOVER
        .run(async {
            let (email, mail) = codes::admit_request(state, &request, client)?;
            let state = state.clone();
            mail.spawn(|mailer| async move {
                let job = send_reset_code(&state, &mailer, email);
                codes::log_failure(SEND_RESET_CODE.run(job).await);
            });
            Ok(())
        })
        .await
}

async fn send_reset_code(state: &AppState, mailer: &Mailer, email: String) -> Result<(), Error> {
    let Some((user, _)) = users::by_email(&state.db, &email).await? else {
        return Ok(());
    };
    set_user_handle(&user.handle);
    let (code, hash) = codes::new_code(state, &email).await?;
    let code_hash = codes::code_hash(&hash, clock::now());
    let reset = NewCode {
        purpose: Purpose::PasswordReset,
        email: &email,
        code: code_hash,
        expires_at: code_hash.expires_at,
        account: PendingAccount::default(),
    };
    email_codes::insert(&state.db, reset).await?;
    let letter = Letter {
        email,
        handle: user.handle,
        notice: Notice::ResetPassword(code),
    };
    mailer.send(letter).await;
    Ok(())
}

/// Sets a new password, and ends all sessions and known devices of the account: someone else may
/// have used them.
pub(crate) async fn reset(
    state: &AppState,
    request: PasswordReset,
    client: ClientAddress,
) -> Result<(), Error> {
    RESET
        .run(async {
            validate::password_reset(&request).map_err(Error::Invalid)?;
            let email = normal_email(&request.email);
            let attempt = CodeAttempt::admit(&state.code_limits, &email, client)?;
            let mail = state.mailer.reserve()?;
            let code = normal_code(&request.code);
            let code_hash = state.passwords.hash_code(&code, &email).await?;
            let password_hash = state.passwords.hash_new(request.password).await?;
            let now = clock::now();
            let user =
                email_codes::reset_password(&state.db, &email, &code_hash, &password_hash, now)
                    .await?;
            let user = user.ok_or_else(|| Error::Invalid(vec![Code::CodeInvalid]))?;
            attempt.succeed();
            state.live.check_sessions(&state.db, user.id).await;
            set_user_handle(&user.handle);
            mail.send(Letter {
                email,
                handle: user.handle,
                notice: Notice::PasswordChanged,
            });
            Ok(())
        })
        .await
}
