//! Icons, as inline SVG so that they have the color of the text.

use yew::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IconKind {
    Logo,
    Search,
    Back,
    Copy,
    Check,
    Close,
}

#[derive(Clone, Debug, PartialEq, Properties)]
pub(crate) struct IconProps {
    pub(crate) kind: IconKind,
}

/// An icon. Assistive technology ignores it, because it is beside text or in a labeled button.
#[component]
pub(crate) fn Icon(props: &IconProps) -> Html {
    let path = match props.kind {
        IconKind::Logo => return logo(),
        IconKind::Search => "M7 2.5a4.5 4.5 0 1 1 0 9a4.5 4.5 0 0 1 0-9M10.5 10.5l3.5 3.5",
        IconKind::Back => "M10 3.5l-4.5 4.5l4.5 4.5",
        IconKind::Copy => "M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3",
        IconKind::Check => "M3 8.5l3.5 3.5l6.5-8",
        IconKind::Close => "M3.5 3.5l9 9M12.5 3.5l-9 9",
    };
    html! {
        <svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d={path} /></svg>
    }
}

fn logo() -> Html {
    html! {
        <svg class="logo" viewBox="0 0 24 24" aria-hidden="true">
            <path class="lane-browser" d="M3 6h16" />
            <path class="lane-backend" d="M7 12h12" />
            <path class="lane-database" d="M11 18h5" />
        </svg>
    }
}
