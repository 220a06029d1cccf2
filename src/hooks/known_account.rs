//! The account, for loads of a page that was just opened and does not know it yet.
//!
//! A load that waits for the account within its future stays in the trace of the page load. A component that appears
//! when the account is known would start a trace of its own if Yew spread the rendering over several tasks.

use std::cell::RefCell;
use std::future::poll_fn;
use std::task::{Poll, Waker};

use yew::prelude::*;

use crate::state::session::{AuthState, Session};
use crate::state::use_store;

thread_local! {
    static ACCOUNT: RefCell<Account> = RefCell::default();
}

#[derive(Default)]
struct Account {
    auth: AuthState,
    waiting: Vec<Waker>,
}

/// Provides the account of the session to [`known_account`].
#[hook]
pub(crate) fn use_known_account() {
    // While rendering, and not in an effect: the effects of a page that a sign-in opens run before those of the app.
    set(&use_store::<Session>().auth);
}

/// Waits until the account is known, and returns it.
pub(crate) async fn known_account() -> AuthState {
    poll_fn(|task| {
        ACCOUNT.with_borrow_mut(|account| {
            if account.auth == AuthState::Unknown {
                account.waiting.push(task.waker().clone());
                return Poll::Pending;
            }
            Poll::Ready(account.auth.clone())
        })
    })
    .await
}

fn set(auth: &AuthState) {
    let waiting = ACCOUNT.with_borrow_mut(|account| {
        if account.auth == *auth {
            return Vec::new();
        }
        account.auth = auth.clone();
        std::mem::take(&mut account.waiting)
    });
    waiting.into_iter().for_each(Waker::wake);
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::Context;

    use super::*;

    #[test]
    fn account_is_awaited_until_it_is_known() {
        let mut known = pin!(known_account());
        let mut task = Context::from_waker(Waker::noop());
        assert!(known.as_mut().poll(&mut task).is_pending());
        set(&AuthState::Unknown);
        assert!(known.as_mut().poll(&mut task).is_pending());
        set(&AuthState::SignedOut);
        assert_eq!(
            known.as_mut().poll(&mut task),
            Poll::Ready(AuthState::SignedOut)
        );
    }
}
