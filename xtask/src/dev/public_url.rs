//! The URLs of this machine's ports for a browser on another machine: in GitHub Codespaces and in Gitpod.

/// The variables of GitHub Codespaces.
const CODESPACE: &str = "CODESPACE_NAME";
const CODESPACES_DOMAIN: &str = "GITHUB_CODESPACES_PORT_FORWARDING_DOMAIN";
const DEFAULT_CODESPACES_DOMAIN: &str = "app.github.dev";
/// The variable of Gitpod: the URL of the editor.
const GITPOD: &str = "GITPOD_WORKSPACE_URL";

/// Returns the URL at which browsers reach a loopback port: a forwarded one, or else that of this machine.
pub(super) fn of(port: u16) -> String {
    forwarded(port).unwrap_or_else(|| format!("http://127.0.0.1:{port}"))
}

/// Returns the URL of a port that is forwarded to another machine.
pub(super) fn forwarded(port: u16) -> Option<String> {
    by(port, |name| std::env::var(name).ok())
}

fn by(port: u16, variable: impl Fn(&str) -> Option<String>) -> Option<String> {
    let value = |name| variable(name).filter(|value| !value.is_empty());
    if let Some(name) = value(CODESPACE) {
        let domain = value(CODESPACES_DOMAIN);
        let domain = domain.as_deref().unwrap_or(DEFAULT_CODESPACES_DOMAIN);
        return Some(format!("https://{name}-{port}.{domain}"));
    }
    let editor = value(GITPOD)?;
    let host = editor.strip_prefix("https://")?.trim_end_matches('/');
    Some(format!("https://{port}-{host}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(variables: &[(&str, &str)], expected: Option<&str>) {
        let variable = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        assert_eq!(by(8080, variable).as_deref(), expected, "{variables:?}");
    }

    #[test]
    fn forwarded_ports_have_hosts_of_their_own() {
        let codespace = (CODESPACE, "shiny-space-train-9p7");
        let default = "https://shiny-space-train-9p7-8080.app.github.dev";
        check(&[codespace], Some(default));
        check(&[codespace, (CODESPACES_DOMAIN, "")], Some(default));
        check(
            &[codespace, (CODESPACES_DOMAIN, "preview.example")],
            Some("https://shiny-space-train-9p7-8080.preview.example"),
        );
        for editor in [
            "https://cruddur-a1b2c3.ws-eu121.gitpod.io",
            "https://cruddur-a1b2c3.ws-eu121.gitpod.io/",
        ] {
            let page = "https://8080-cruddur-a1b2c3.ws-eu121.gitpod.io";
            check(&[(GITPOD, editor)], Some(page));
        }
    }

    #[test]
    fn ports_of_this_machine_are_not_forwarded() {
        check(&[], None);
        check(&[(CODESPACE, ""), (GITPOD, "")], None);
        check(&[(GITPOD, "http://localhost")], None);
    }
}
