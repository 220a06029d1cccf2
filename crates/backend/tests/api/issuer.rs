//! An OpenID Connect issuer: an HTTP server with keys that sign and can be rotated.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{Json, Router, extract::State, http::StatusCode, routing::get};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::{
    hmac,
    rand::SystemRandom,
    rsa::PublicKeyComponents,
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
    },
};
use serde_json::{Value, json};
use tokio::{net::TcpListener, time::sleep};

/// Made for these tests with `openssl genpkey -algorithm RSA -outform DER`.
const RSA_KEYS: [&[u8]; 2] = [
    include_bytes!("keys/rsa_1.der"),
    include_bytes!("keys/rsa_2.der"),
];

pub(crate) const AUDIENCE: &str = "cruddur-app";
/// Longer than any request of these tests may wait.
const ENDLESS: Duration = Duration::from_secs(3600);

/// A private key.
pub(crate) enum SigningKey {
    Rsa(RsaKeyPair),
    Ec(EcdsaKeyPair),
    /// Signs with HMAC and these bytes, which no issuer would do.
    Hmac(Vec<u8>),
    None,
}

impl SigningKey {
    pub(crate) fn rsa(index: usize) -> Self {
        Self::Rsa(RsaKeyPair::from_der(RSA_KEYS[index]).unwrap())
    }

    pub(crate) fn ec() -> Self {
        let (random, algorithm) = (SystemRandom::new(), &ECDSA_P256_SHA256_FIXED_SIGNING);
        let document = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
        Self::Ec(EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref(), &random).unwrap())
    }

    /// Returns the public key, as in a set.
    pub(crate) fn public(&self, id: &str) -> Value {
        match self {
            Self::Rsa(key) => {
                let public = PublicKeyComponents::<Vec<u8>>::from(key.public());
                let (n, e) = (encode(&public.n), encode(&public.e));
                json!({ "kty": "RSA", "kid": id, "alg": "RS256", "use": "sig", "n": n, "e": e })
            }
            Self::Ec(key) => {
                let (x, y) = key.public_key().as_ref()[1..].split_at(32);
                let (x, y) = (encode(x), encode(y));
                json!({ "kty": "EC", "kid": id, "crv": "P-256", "x": x, "y": y })
            }
            Self::Hmac(_) | Self::None => panic!("the key is not public"),
        }
    }

    fn algorithm(&self) -> &'static str {
        match self {
            Self::Rsa(_) => "RS256",
            Self::Ec(_) => "ES256",
            Self::Hmac(_) => "HS256",
            Self::None => "none",
        }
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match self {
            Self::Rsa(key) => {
                let mut signature = vec![0; key.public().modulus_len()];
                key.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature)
                    .unwrap();
                signature
            }
            Self::Ec(key) => key.sign(&random, message).unwrap().as_ref().to_vec(),
            Self::Hmac(key) => {
                let key = hmac::Key::new(hmac::HMAC_SHA256, key);
                hmac::sign(&key, message).as_ref().to_vec()
            }
            Self::None => Vec::new(),
        }
    }

    /// Returns a token with a header of this key.
    pub(crate) fn token(&self, id: &str, claims: &Value) -> String {
        let header = json!({ "alg": self.algorithm(), "typ": "JWT", "kid": id });
        self.token_with(&header, claims)
    }

    pub(crate) fn token_with(&self, header: &Value, claims: &Value) -> String {
        let part = |value: &Value| encode(value.to_string().as_bytes());
        let message = format!("{}.{}", part(header), part(claims));
        let signature = encode(&self.sign(message.as_bytes()));
        format!("{message}.{signature}")
    }
}

pub(crate) fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A running issuer.
pub(crate) struct Issuer {
    pub(crate) url: String,
    served: Arc<Served>,
}

#[derive(Default)]
struct Served {
    url: Mutex<String>,
    keys: Mutex<Value>,
    requests: AtomicUsize,
    is_down: AtomicBool,
    is_slow: AtomicBool,
}

impl Issuer {
    pub(crate) async fn start(keys: &[Value]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/pool", listener.local_addr().unwrap());
        let served = Arc::new(Served::default());
        served.url.lock().unwrap().clone_from(&url);
        let router = Router::new()
            .route("/pool/.well-known/openid-configuration", get(discovery))
            .route("/pool/keys", get(keys_of))
            .with_state(served.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let issuer = Self { url, served };
        issuer.set_keys(keys);
        issuer
    }

    pub(crate) fn set_keys(&self, keys: &[Value]) {
        *self.served.keys.lock().unwrap() = json!({ "keys": keys });
    }

    /// Makes the discovery document one of another issuer.
    pub(crate) fn claim_to_be(&self, url: &str) {
        url.clone_into(&mut self.served.url.lock().unwrap());
    }

    pub(crate) fn set_down(&self, is_down: bool) {
        self.served.is_down.store(is_down, Ordering::Relaxed);
    }

    pub(crate) fn set_slow(&self) {
        self.served.is_slow.store(true, Ordering::Relaxed);
    }

    /// Returns how often the keys were requested.
    pub(crate) fn requests(&self) -> usize {
        self.served.requests.load(Ordering::Relaxed)
    }

    /// Returns the claims of a valid token.
    pub(crate) fn claims(&self, subject: &str) -> Value {
        let now = crate::support::now().as_millis() / 1000;
        json!({
            "iss": self.url, "sub": subject, "aud": AUDIENCE, "token_use": "id",
            "iat": now, "exp": now + 300, "cognito:username": subject
        })
    }
}

async fn discovery(State(served): State<Arc<Served>>) -> Json<Value> {
    let url = served.url.lock().unwrap().clone();
    Json(json!({ "issuer": url, "jwks_uri": format!("{url}/keys") }))
}

async fn keys_of(State(served): State<Arc<Served>>) -> Result<Json<Value>, StatusCode> {
    served.requests.fetch_add(1, Ordering::Relaxed);
    if served.is_slow.load(Ordering::Relaxed) {
        sleep(ENDLESS).await;
    }
    if served.is_down.load(Ordering::Relaxed) {
        return Err(StatusCode::BAD_GATEWAY);
    }
    Ok(Json(served.keys.lock().unwrap().clone()))
}
