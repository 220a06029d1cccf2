//! A disc with initials, in a colour that belongs to the handle.

use api_types::visible::is_visible;
use yew::prelude::*;

/// How many `tone-…` classes the stylesheet has.
const TONES: u32 = 6;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Size {
    Small,
    #[default]
    Medium,
    Large,
}

#[derive(Properties, PartialEq)]
pub(crate) struct AvatarProps {
    pub(crate) handle: AttrValue,
    pub(crate) name: AttrValue,
    #[prop_or_default]
    pub(crate) size: Size,
}

/// Hidden from assistive technology: the name stands beside it.
#[component]
pub(crate) fn Avatar(props: &AvatarProps) -> Html {
    let size = match props.size {
        Size::Small => "small",
        Size::Medium => "medium",
        Size::Large => "large",
    };
    let tone = format!("tone-{}", tone(&props.handle));
    html! {
        <span class={classes!("avatar", size, tone)} aria-hidden="true">{ initials(&props.name) }</span>
    }
}

/// The first letters of the first and the last word that can be seen.
fn initials(name: &str) -> String {
    let mut words = name
        .split_whitespace()
        .filter_map(|word| word.chars().find(|c| is_visible(*c)));
    let first = words.next();
    first
        .into_iter()
        .chain(words.next_back())
        .flat_map(char::to_uppercase)
        .collect()
}

/// FNV-1a of the handle: the same user has the same colour everywhere. Not with the usual start
/// value, but with one that spreads the demo users over different tones.
fn tone(handle: &str) -> u32 {
    let hash = handle.bytes().fold(82_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    (hash >> 20) % TONES
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn initials_are_those_of_the_first_and_last_word() {
        assert_eq!(initials("Andrew Brown"), "AB");
        assert_eq!(initials("worf"), "W");
        assert_eq!(initials("Élim  de la Garek"), "ÉG");
        assert_eq!(initials("  "), "");
        assert_eq!(initials("\u{202e}evil \u{200b}"), "E");
    }

    #[test]
    fn a_tone_depends_on_the_handle_only_and_is_one_the_stylesheet_has() {
        let handles = ["andrewbrown", "bayko", "worf", "garek", "londo", "", "é"];
        assert!(handles.iter().all(|handle| tone(handle) < TONES));
        let tones: HashSet<u32> = handles[..5].iter().map(|handle| tone(handle)).collect();
        assert_eq!(tones.len(), 5);
    }
}
