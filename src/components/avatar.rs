//! A user's initials on a disc, in a color derived from the handle.

use api_types::visible::is_visible;
use yew::prelude::*;

/// The number of `tone-…` classes in the stylesheet.
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

/// Hidden from assistive technology: the name is shown next to it.
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

/// Returns the first visible letters of the first and the last word. The stylesheet shows them in upper case: the table
/// for it is in the browser already.
fn initials(name: &str) -> String {
    let mut words = name
        .split_whitespace()
        .filter_map(|word| word.chars().find(|c| is_visible(*c)));
    let first = words.next();
    first.into_iter().chain(words.next_back()).collect()
}

/// Returns the color index of a handle, an FNV-1a hash. The offset basis is chosen so that the demo
/// users have different colors.
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
    fn initials_are_of_the_first_and_last_word() {
        assert_eq!(initials("Andrew Brown"), "AB");
        assert_eq!(initials("worf"), "w");
        assert_eq!(initials("Élim  de la Garek"), "ÉG");
        assert_eq!(initials("  "), "");
        assert_eq!(initials("\u{202e}evil \u{200b}"), "e");
    }

    #[test]
    fn tones_exist_in_the_stylesheet_and_differ_for_the_demo_users() {
        let handles = ["andrewbrown", "bayko", "worf", "garek", "londo", "", "é"];
        assert!(handles.iter().all(|handle| tone(handle) < TONES));
        let tones: HashSet<u32> = handles[..5].iter().map(|handle| tone(handle)).collect();
        assert_eq!(tones.len(), 5);
    }
}
