//! An API on a temporary database, and its clients.

use std::{net::SocketAddr, path::PathBuf};

use api_types::{Activity, Timestamp};
use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use cruddur_backend::{
    AppState, LiveLimits, app, app_with_page,
    config::Config,
    oidc::{OidcLimits, OidcSettings},
    page::{Page, PageSettings},
    security::SecuritySettings,
    store,
};
use http_body_util::BodyExt;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt;

use crate::{database::Database, outbox::Outbox};

const OUTBOX: &str = "outbox";

/// The API with the demo data.
pub(crate) struct Api {
    router: Router,
    pub(crate) state: AppState,
    pub(crate) db: store::Pool,
    pub(crate) database: Database,
    /// For the outbox.
    directory: TempDir,
}

impl Api {
    /// Starts on the database of the contract suite: a file, or a database in PostgreSQL.
    pub(crate) async fn start() -> Self {
        Self::with(SecuritySettings::default()).await
    }

    pub(crate) async fn with(security: SecuritySettings) -> Self {
        Self::with_limits(security, LiveLimits::default()).await
    }

    pub(crate) async fn with_limits(security: SecuritySettings, live: LiveLimits) -> Self {
        Self::on(Database::create().await, security, live, None).await
    }

    /// Starts an API that sends mail to this server.
    pub(crate) async fn with_mail_server(url: &str) -> Self {
        let (security, live) = (SecuritySettings::default(), LiveLimits::default());
        Self::on(Database::create().await, security, live, Some(url)).await
    }

    /// Starts an API that accepts bearer tokens.
    pub(crate) async fn with_oidc(settings: &OidcSettings, limits: OidcLimits) -> Self {
        let api = Self::start().await;
        let state = api.state.clone().with_oidc(settings, limits).unwrap();
        Self {
            router: app(state.clone()),
            state,
            ..api
        }
    }

    /// Starts on a file, for tests of what only a file has.
    pub(crate) async fn on_file() -> Self {
        let (security, live) = (SecuritySettings::default(), LiveLimits::default());
        Self::on(Database::file().await, security, live, None).await
    }

    async fn on(
        database: Database,
        security: SecuritySettings,
        live: LiveLimits,
        smtp_url: Option<&str>,
    ) -> Self {
        let db = store::open(&database.url()).await.unwrap();
        let directory = TempDir::new().unwrap();
        let outbox = directory.path().join(OUTBOX);
        let args = ["cruddur-backend", "--mail-outbox", outbox.to_str().unwrap()];
        let env = |name: &str| {
            smtp_url
                .filter(|_| name == "CRUDDUR_SMTP_URL")
                .map(str::to_owned)
        };
        let mail = Config::read(args, env).unwrap().mail;
        let state = AppState::new(db.clone(), security, &mail)
            .unwrap()
            .with_live_limits(live);
        tokio::spawn(state.receive_updates().await.unwrap());
        Self {
            router: app(state.clone()),
            state,
            db,
            database,
            directory,
        }
    }

    /// Returns the same API, together with a page.
    pub(crate) fn with_page(self, settings: &PageSettings) -> Self {
        let page = Page::open(settings).unwrap().unwrap();
        Self {
            router: app_with_page(self.state.clone(), &page),
            ..self
        }
    }

    /// Returns the path of the database.
    pub(crate) fn file(&self) -> PathBuf {
        self.database.path()
    }

    /// Reads the database and its write-ahead log.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let log = self.file().with_extension("db-wal");
        let mut bytes = std::fs::read(self.file()).unwrap();
        bytes.extend(std::fs::read(log).unwrap_or_default());
        bytes
    }

    /// Returns all messages that were sent, oldest first.
    pub(crate) fn outbox(&self) -> Outbox {
        Outbox::new(&self.directory.path().join(OUTBOX))
    }

    /// Executes SQL on a connection without a deadline.
    pub(crate) async fn execute(&self, sql: impl Into<String>) {
        self.database.execute(sql).await;
    }

    /// Selects one number.
    pub(crate) async fn number(&self, sql: &'static str) -> i64 {
        self.database.number(sql).await
    }

    /// Selects one column of texts.
    pub(crate) async fn texts(&self, sql: &'static str) -> Vec<String> {
        self.database.texts(sql).await
    }

    /// Returns a client that is not signed in.
    pub(crate) fn visitor(&self) -> Client<'_> {
        Client {
            api: self,
            cookie: None,
            headers: Vec::new(),
            peer: None,
        }
    }

    /// Returns a client that is signed in to a demo account.
    pub(crate) async fn signed_in(&self, handle: &str) -> Client<'_> {
        let response = self.visitor().sign_in(handle, "cruddur-demo").await;
        assert_eq!(response.status, StatusCode::OK, "{}", response.text);
        Client {
            cookie: Some(response.session_cookie()),
            ..self.visitor()
        }
    }
}

/// A client of the API.
#[derive(Clone)]
pub(crate) struct Client<'a> {
    api: &'a Api,
    pub(crate) cookie: Option<String>,
    headers: Vec<(&'static str, String)>,
    peer: Option<SocketAddr>,
}

impl Client<'_> {
    /// Returns the client with a `traceparent`, on a page of the server's own origin.
    pub(crate) fn traced(&self, traceparent: impl Into<String>) -> Self {
        self.with("sec-fetch-site", "same-origin")
            .with("traceparent", traceparent)
    }

    /// Returns the client with an additional header.
    pub(crate) fn with(&self, name: &'static str, value: impl Into<String>) -> Self {
        let mut client = self.clone();
        client.headers.push((name, value.into()));
        client
    }

    /// Returns the client with this cookie only.
    pub(crate) fn with_cookie(&self, cookie: impl Into<String>) -> Self {
        Self {
            cookie: Some(cookie.into()),
            ..self.clone()
        }
    }

    /// Returns the client with this peer address.
    pub(crate) fn from(&self, address: &str) -> Self {
        Self {
            peer: Some(SocketAddr::new(address.parse().unwrap(), 4711)),
            ..self.clone()
        }
    }

    pub(crate) async fn sign_in(&self, handle: &str, password: &str) -> Response {
        let email = format!("{handle}@example.com");
        let credentials = json!({ "email": email, "password": password });
        self.post("/api/auth/signin", &credentials).await
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.send(Method::GET, path, Body::empty()).await
    }

    pub(crate) async fn put(&self, path: &str) -> Response {
        self.send(Method::PUT, path, Body::empty()).await
    }

    pub(crate) async fn put_json(&self, path: &str, body: &Value) -> Response {
        self.send(Method::PUT, path, Body::from(body.to_string()))
            .await
    }

    pub(crate) async fn delete(&self, path: &str) -> Response {
        self.send(Method::DELETE, path, Body::empty()).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Response {
        self.send(Method::POST, path, Body::from(body.to_string()))
            .await
    }

    /// Posts a valid crud.
    pub(crate) async fn crud(&self, message: &str) -> Activity {
        self.post(
            "/api/activities",
            &json!({ "message": message, "ttl": "1-day" }),
        )
        .await
        .json()
    }

    pub(crate) async fn send(&self, method: Method, path: &str, body: Body) -> Response {
        self.send_request(self.request(method, path, body)).await
    }

    /// Sends a GET and returns the response without waiting for the end of its body.
    pub(crate) async fn open(&self, path: &str) -> axum::response::Response {
        let request = self.request(Method::GET, path, Body::empty());
        self.api.router.clone().oneshot(request).await.unwrap()
    }

    fn request(&self, method: Method, path: &str, body: Body) -> Request<Body> {
        let json = (header::CONTENT_TYPE, "application/json".to_owned());
        let cookie = self.cookie.clone().map(|cookie| (header::COOKIE, cookie));
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in [Some(json), cookie].into_iter().flatten() {
            request = request.header(name, value);
        }
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        if let Some(peer) = self.peer {
            request = request.extension(ConnectInfo(peer));
        }
        request.body(body).unwrap()
    }

    pub(crate) async fn send_request(&self, request: Request<Body>) -> Response {
        let response = self.api.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Response {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8_lossy(&body).into_owned(),
        }
    }
}

/// A response.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Response {
    /// Returns the body of a 200.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> T {
        assert_eq!(self.status, StatusCode::OK, "{}", self.text);
        serde_json::from_str(&self.text).unwrap()
    }

    /// Returns the status and the body of an error.
    pub(crate) fn error(&self) -> (u16, Value) {
        (
            self.status.as_u16(),
            serde_json::from_str(&self.text).unwrap(),
        )
    }

    /// Asserts the status, and a sentence in the body.
    pub(crate) fn assert_problem(&self, status: u16) {
        let (actual, body) = self.error();
        assert_eq!(actual, status, "{body}");
        assert!(
            body["error"]
                .as_str()
                .is_some_and(|text| text.ends_with('.')),
            "{body}"
        );
    }

    pub(crate) fn header(&self, name: header::HeaderName) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// Returns the headers without the ids of the trace and the request.
    pub(crate) fn headers_but_ids(&self) -> HeaderMap {
        let mut headers = self.headers.clone();
        headers.remove("server-timing");
        headers.remove("x-request-id");
        headers
    }

    /// Returns the session cookie, as a browser sends it.
    pub(crate) fn session_cookie(&self) -> String {
        self.cookies().remove(0)
    }

    /// Returns all cookies, as a browser sends them.
    pub(crate) fn cookies(&self) -> Vec<String> {
        let set = self.headers.get_all(header::SET_COOKIE).iter();
        set.map(|cookie| {
            cookie
                .to_str()
                .unwrap()
                .split(';')
                .next()
                .unwrap()
                .to_owned()
        })
        .collect()
    }
}

pub(crate) fn messages(activities: &[Activity]) -> Vec<&str> {
    activities
        .iter()
        .map(|activity| activity.message.as_str())
        .collect()
}

pub(crate) fn now() -> Timestamp {
    let since_epoch = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap();
    Timestamp::from_millis(since_epoch.as_millis() as i64)
}
