//! Routes: where a router finds them in an address, and how they match templates.

/// Returns the route in a fragment: `/users/7` for `#/users/7` and `#!/users/7`.
#[cfg(any(feature = "document-load", feature = "navigation"))]
pub(crate) fn fragment_route(hash: &str) -> Option<&str> {
    let fragment = hash.strip_prefix('#')?;
    let route = fragment.strip_prefix('!').unwrap_or(fragment);
    route.starts_with('/').then_some(route)
}

/// Whether a path matches a template. From `:`, `{` or `*` on, the rest of a segment is variable.
pub(crate) fn matches_template(path: &str, template: &str) -> bool {
    let mut segments = path.as_bytes().split(|byte| *byte == b'/');
    let mut parts = template.as_bytes().split(|byte| *byte == b'/');
    loop {
        match (parts.next(), segments.next()) {
            (Some(part), Some(segment)) if matches_segment(part, segment) => {}
            (None, None) => return true,
            _ => return false,
        }
    }
}

/// Compares the fixed part of one segment.
fn matches_segment(part: &[u8], segment: &[u8]) -> bool {
    let mut segment = segment.iter();
    for byte in part {
        if matches!(byte, b':' | b'{' | b'*') {
            return true;
        }
        if segment.next() != Some(byte) {
            return false;
        }
    }
    segment.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fragment_with_a_path_is_a_route() {
        assert_eq!(fragment_route("#/users/7?q=1"), Some("/users/7?q=1"));
        assert_eq!(fragment_route("#!/"), Some("/"));
        assert_eq!(fragment_route("#part"), None);
        assert_eq!(fragment_route("#"), None);
        assert_eq!(fragment_route(""), None);
    }

    #[test]
    fn path_matches_its_template() {
        assert!(matches_template("/", "/"));
        assert!(matches_template("/@bob/status/7", "/@:handle/status/{id}"));
        assert!(!matches_template("/@bob/status/7", "/@:handle"));
        assert!(!matches_template("/@bob", "/@:handle/status/{id}"));
        assert!(!matches_template("/users/7", "/@:handle/7"));
        assert!(!matches_template("/users", "/"));
    }
}
