//! Icons: strokes on a 24-unit grid, in the color of the surrounding text.

use yew::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Icon {
    Back,
    Bell,
    Bomb,
    Bubble,
    Close,
    Cloud,
    Envelope,
    Heart,
    Home,
    More,
    Person,
    Plus,
    Repost,
    Search,
    Share,
    SignIn,
    SignOut,
    Trash,
}

impl Icon {
    const fn path(self) -> &'static str {
        match self {
            Self::Back => "M20 12H5m6-6-6 6 6 6",
            Self::Bell => "M6 16V11a6 6 0 0 1 12 0v5l1.5 2h-15zM10 21h4",
            Self::Bomb => "M15 8.5l2-2M17 6.5c1-2 2.5-1 4-2.5",
            Self::Bubble => "M4 5h16v11.5H10L4 21z",
            Self::Close => "M6 6l12 12M18 6 6 18",
            Self::Cloud => {
                "M7 18a4 4 0 0 1-.5-8 6 6 0 0 1 11.5 1.5A3.3 3.3 0 0 1 17.5 18zM4 3l17 18"
            }
            Self::Envelope => "M3.5 6h17v12.5h-17zM4 7l8 6.5L20 7",
            Self::Heart => {
                "M12 20.5C5 15.5 3.5 12 3.5 9a4.5 4.5 0 0 1 8.5-2 4.5 4.5 0 0 1 8.5 2c0 3-1.5 6.5-8.5 11.5z"
            }
            Self::Home => "M3.5 11.5 12 4l8.5 7.5M6 9.5V20h4.5v-6h3v6H18V9.5",
            Self::More => "M5 7h14M5 12h14M5 17h14",
            Self::Person => {
                "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 21c0-4 3-6.5 7.5-6.5s7.5 2.5 7.5 6.5"
            }
            Self::Plus => "M12 5v14M5 12h14",
            Self::Repost => {
                "M4 13V9a3 3 0 0 1 3-3h11m-3-3 3 3-3 3M20 11v4a3 3 0 0 1-3 3H6m3 3-3-3 3-3"
            }
            Self::Search => "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5 20.5 20.5",
            Self::Share => "M12 15V4m-4 3.5L12 3.5l4 4M5 12v8h14v-8",
            Self::SignIn => "M13 4h6v16h-6M4 12h11m-4-4 4 4-4 4",
            Self::SignOut => "M11 4H5v16h6M10 12h10m-4-4 4 4-4 4",
            Self::Trash => "M4.5 6.5h15M9 6V4h6v2M6.5 6.5 7.5 20.5h9l1-14M10.5 10.5v6M13.5 10.5v6",
        }
    }

    /// Returns the filled part of the icon.
    fn solid(self) -> Html {
        match self {
            Self::Bomb => html! { <circle class="solid" cx="10" cy="13.5" r="7" /> },
            _ => Html::default(),
        }
    }

    /// Renders the icon. Hidden from assistive technology: the text or the button has a name of its own.
    pub(crate) fn draw(self) -> Html {
        html! {
            <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
                { self.solid() }
                <path d={self.path()} />
            </svg>
        }
    }
}
