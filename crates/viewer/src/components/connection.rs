//! Says that the gateway is gone, and that nobody has to do anything about the page.

use yew::prelude::*;

use crate::live::Connection;

#[derive(Clone, Debug, PartialEq, Properties)]
pub(crate) struct ConnectionBannerProps {
    pub(crate) connection: Connection,
}

/// One failed try is a hiccup; two are worth a line.
const WORTH_SAYING: u32 = 2;

#[component]
pub(crate) fn ConnectionBanner(props: &ConnectionBannerProps) -> Html {
    let gone = matches!(props.connection, Connection::Gone(tries) if tries >= WORTH_SAYING);
    html! {
        <div class="banner-place" role="status">
            if gone {
                <p class="banner">
                    <strong>{ "The gateway is not answering." }</strong>
                    { " What you see is what it last said; this page reconnects by itself." }
                </p>
            }
        </div>
    }
}
