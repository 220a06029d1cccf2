//! An API on a temporary database, and people who call it.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

use api_types::{Activity, Timestamp};
use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use cruddur_backend::{AppState, app, demo, security::SecuritySettings, store};
use http_body_util::BodyExt;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use sqlx::{Connection, SqliteConnection};
use tempfile::TempDir;
use tokio::sync::OnceCell;
use tower::ServiceExt;

const FILE: &str = "cruddur.db";

/// The API with the demo data.
pub(crate) struct Api {
    router: Router,
    pub(crate) state: AppState,
    pub(crate) db: store::Pool,
    folder: TempDir,
}

impl Api {
    pub(crate) async fn start() -> Self {
        Self::with(SecuritySettings::default()).await
    }

    pub(crate) async fn with(security: SecuritySettings) -> Self {
        static PLANTED: OnceCell<Vec<u8>> = OnceCell::const_new();
        let folder = TempDir::new().unwrap();
        let file = folder.path().join(FILE);
        std::fs::write(&file, PLANTED.get_or_init(planted).await).unwrap();
        let db = open(&file).await;
        let state = AppState::with_security(db.clone(), security);
        Self {
            router: app(state.clone()),
            state,
            db,
            folder,
        }
    }

    /// The database's file.
    pub(crate) fn file(&self) -> PathBuf {
        self.folder.path().join(FILE)
    }

    /// What is on the disk: the file and its log.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let log = self.file().with_extension("db-wal");
        let mut bytes = std::fs::read(self.file()).unwrap();
        bytes.extend(std::fs::read(log).unwrap_or_default());
        bytes
    }

    /// Somebody who is not signed in.
    pub(crate) fn visitor(&self) -> Caller<'_> {
        Caller {
            api: self,
            cookie: None,
            headers: Vec::new(),
            peer: None,
        }
    }

    /// Somebody who signed in.
    pub(crate) async fn signed_in(&self, handle: &str) -> Caller<'_> {
        let answer = self.visitor().sign_in(handle, "cruddur-demo").await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        Caller {
            cookie: Some(answer.session_cookie()),
            ..self.visitor()
        }
    }

    pub(crate) async fn execute(&self, sql: &'static str) {
        // On a connection of its own: those of the pool have a deadline.
        let url = format!("sqlite:{}", self.file().display());
        let mut connection = SqliteConnection::connect(&url).await.unwrap();
        sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    }
}

/// A database with the demo data, as bytes: planting takes longer than most tests.
async fn planted() -> Vec<u8> {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join(FILE);
    let db = open(&file).await;
    demo::plant(&db).await.unwrap();
    db.close().await;
    std::fs::read(file).unwrap()
}

async fn open(file: &Path) -> store::Pool {
    store::open(&format!("sqlite:{}", file.display()))
        .await
        .unwrap()
}

/// Who sends requests.
#[derive(Clone)]
pub(crate) struct Caller<'a> {
    api: &'a Api,
    pub(crate) cookie: Option<String>,
    headers: Vec<(&'static str, String)>,
    peer: Option<SocketAddr>,
}

impl Caller<'_> {
    /// The same caller, in a trace of their own making, on the server's own page.
    pub(crate) fn traced(&self, traceparent: impl Into<String>) -> Self {
        self.with("sec-fetch-site", "same-origin")
            .with("traceparent", traceparent)
    }

    /// The same caller, who sends this header too.
    pub(crate) fn with(&self, name: &'static str, value: impl Into<String>) -> Self {
        let mut caller = self.clone();
        caller.headers.push((name, value.into()));
        caller
    }

    /// The same caller, whose browser holds this cookie and no other.
    pub(crate) fn holding(&self, cookie: impl Into<String>) -> Self {
        Self {
            cookie: Some(cookie.into()),
            ..self.clone()
        }
    }

    /// The same caller, at this address.
    pub(crate) fn from(&self, address: &str) -> Self {
        Self {
            peer: Some(SocketAddr::new(address.parse().unwrap(), 4711)),
            ..self.clone()
        }
    }

    pub(crate) async fn sign_in(&self, handle: &str, password: &str) -> Answer {
        let email = format!("{handle}@example.com");
        let credentials = json!({ "email": email, "password": password });
        self.post("/api/auth/signin", &credentials).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, Body::empty()).await
    }

    pub(crate) async fn put(&self, path: &str) -> Answer {
        self.send(Method::PUT, path, Body::empty()).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, Body::empty()).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::POST, path, Body::from(body.to_string()))
            .await
    }

    /// Posts a crud that is valid.
    pub(crate) async fn crud(&self, message: &str) -> Activity {
        self.post(
            "/api/activities",
            &json!({ "message": message, "ttl": "1-day" }),
        )
        .await
        .json()
    }

    pub(crate) async fn send(&self, method: Method, path: &str, body: Body) -> Answer {
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
        self.send_request(request.body(body).unwrap()).await
    }

    pub(crate) async fn send_request(&self, request: Request<Body>) -> Answer {
        let response = self.api.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8(body.to_vec()).unwrap(),
        }
    }
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    /// The body of a success.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> T {
        assert_eq!(self.status, StatusCode::OK, "{}", self.text);
        serde_json::from_str(&self.text).unwrap()
    }

    /// The status and the body of an error.
    pub(crate) fn error(&self) -> (u16, Value) {
        (
            self.status.as_u16(),
            serde_json::from_str(&self.text).unwrap(),
        )
    }

    /// That the answer is this error, with a sentence.
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

    /// The session's cookie, as a browser sends it back.
    pub(crate) fn session_cookie(&self) -> String {
        self.cookies().remove(0)
    }

    /// All cookies, as a browser sends them back.
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
