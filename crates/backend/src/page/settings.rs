//! Settings of the page.

use std::path::PathBuf;

use url::Url;

use crate::telemetry::http_url;

/// Settings of the page. By default, only the API is served.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct PageSettings {
    /// Folder of the built page, to serve it with the API
    #[arg(long, env = "CRUDDUR_PAGE", value_name = "FOLDER")]
    pub page: Option<PathBuf>,
    /// OTLP/HTTP receiver to which the page's spans are forwarded, and to which v1/traces is
    /// appended, such as http://127.0.0.1:4318. Without a receiver, they are rejected
    #[arg(
        long,
        env = "CRUDDUR_PAGE_OTLP_ENDPOINT",
        value_name = "URL",
        value_parser = http_url
    )]
    pub page_otlp_endpoint: Option<Url>,
}
