//! Deep links to traces in Honeycomb's page:
//! <https://docs.honeycomb.io/investigate/collaborate/share-trace/>.

use std::sync::{Arc, OnceLock};

use trace_model::TraceId;

use super::auth::Account;
use crate::config::Honeycomb;

/// Extends the time range of a link, because clocks disagree. Without a range, Honeycomb searches
/// the last two hours.
const MARGIN_SECONDS: u64 = 60;

/// OpenTelemetry's name of an unnamed service. SDKs add the program: `unknown_service:node`.
const UNKNOWN_SERVICE: &str = "unknown_service";

/// Makes links once the account of the key is known.
#[derive(Clone, Debug)]
pub(crate) struct TraceLinks {
    page: String,
    dataset: String,
    account: Arc<OnceLock<Account>>,
}

impl TraceLinks {
    pub(in super::super) fn new(config: &Honeycomb) -> Self {
        Self {
            page: page(&config.endpoint),
            dataset: config.dataset.clone(),
            account: Arc::default(),
        }
    }

    pub(in super::super) fn set_account(&self, account: Account) {
        // The key does not change while the gateway runs, so the first value stays.
        let _ = self.account.set(account);
    }

    /// Returns the URL of a trace of `service` from `start` to `end`, in nanoseconds since 1970.
    pub(crate) fn to(&self, id: TraceId, service: &str, start: u64, end: u64) -> Option<String> {
        let Account { team, environment } = self.account.get()?;
        let dataset = match environment.slug.as_str() {
            "" => format!("datasets/{}", slug(&self.dataset)),
            environment => format!(
                "environments/{environment}/datasets/{}",
                dataset_of(service)
            ),
        };
        let from = (start / 1_000_000_000).saturating_sub(MARGIN_SECONDS);
        let to = end / 1_000_000_000 + MARGIN_SECONDS;
        Some(format!(
            "{}/{}/{dataset}/trace?trace_id={id}&trace_start_ts={from}&trace_end_ts={to}",
            self.page, team.slug
        ))
    }
}

/// Returns the UI of the API's region: `ui.eu1.honeycomb.io` for `api.eu1.honeycomb.io`.
fn page(endpoint: &str) -> String {
    let region = endpoint.split_once("://api.").map(|(_, host)| host);
    let host = region.filter(|host| host.ends_with("honeycomb.io"));
    format!("https://ui.{}", host.unwrap_or("honeycomb.io"))
}

/// Returns the dataset of a service in a team with environments. Unnamed services share one.
fn dataset_of(service: &str) -> String {
    let is_unknown = service.trim().is_empty() || service.starts_with(UNKNOWN_SERVICE);
    slug(if is_unknown { UNKNOWN_SERVICE } else { service })
}

/// Returns a dataset's name as in URLs: lowercase, with `-` for other characters.
fn slug(name: &str) -> String {
    let is_allowed = |char: char| char.is_ascii_alphanumeric() || "-_.".contains(char);
    let chars = name.trim().chars();
    chars
        .map(|char| {
            if is_allowed(char) {
                char.to_ascii_lowercase()
            } else {
                '-'
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{super::auth::Named, *};
    use crate::secret::Secret;

    const ID: &str = "6a2b7c1e98038103d269b633813fc60c";

    fn link(endpoint: &str, environment: &str) -> Option<String> {
        let mut config = Honeycomb::new(Secret::new("k"));
        endpoint.clone_into(&mut config.endpoint);
        let links = TraceLinks::new(&config);
        assert_eq!(links.to(ID.parse().unwrap(), "a", 0, 0), None);
        let slug = |slug: &str| Named {
            slug: slug.to_owned(),
        };
        links.set_account(Account {
            team: slug("cruddur"),
            environment: slug(environment),
        });
        links.to(
            ID.parse().unwrap(),
            "My Shop",
            1_790_000_060_000_000_000,
            1_790_000_061_000_000_000,
        )
    }

    #[test]
    fn link_has_team_environment_dataset_trace_and_time() {
        let expected = format!(
            "https://ui.eu1.honeycomb.io/cruddur/environments/test/datasets/my-shop\
             /trace?trace_id={ID}&trace_start_ts=1790000000&trace_end_ts=1790000121"
        );
        assert_eq!(
            link("https://api.eu1.honeycomb.io", "test").unwrap(),
            expected
        );
    }

    /// As in Honeycomb's own OTLP library, also where an SDK adds the program's name.
    #[test]
    fn unnamed_services_share_a_dataset() {
        let check = |service, expected| assert_eq!(dataset_of(service), expected);
        check("unknown_service", "unknown_service");
        check("unknown_service:node", "unknown_service");
        check("", "unknown_service");
        check(" ", "unknown_service");
        check(" My Shop ", "my-shop");
    }

    #[test]
    fn classic_team_has_no_environments() {
        let link = link("https://api.honeycomb.io", "").unwrap();
        let expected = "https://ui.honeycomb.io/cruddur/datasets/traces/trace?";
        assert!(link.starts_with(expected), "{link}");
    }
}
