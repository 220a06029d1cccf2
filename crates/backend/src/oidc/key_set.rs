//! The usable keys of a JSON Web Key Set (RFC 7517).

use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;
use serde_json::Value;

/// Further keys are ignored.
const MAX_KEYS: usize = 64;
/// Longer key ids are ignored.
const MAX_KEY_ID_BYTES: usize = 256;

/// A set as it is received. A key of an unknown form does not make the others unusable.
#[derive(Deserialize)]
struct Received {
    keys: Vec<Value>,
}

/// The fields of RSA keys and of keys on the curve P-256.
#[derive(Deserialize)]
struct ReceivedKey {
    kty: String,
    kid: Option<String>,
    alg: Option<String>,
    #[serde(rename = "use")]
    usage: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

/// A key for signatures.
#[derive(Clone, Debug)]
pub(super) struct Key {
    id: Option<String>,
    /// The only algorithm that the key is used with, whatever a token says.
    pub(super) algorithm: Algorithm,
    pub(super) decoding: DecodingKey,
}

impl Key {
    fn new(value: &Value) -> Option<Self> {
        let key = ReceivedKey::deserialize(value).ok()?;
        if key.usage.as_deref().is_some_and(|usage| usage != "sig") {
            return None;
        }
        let (algorithm, decoding) = match (key.kty.as_str(), key.crv.as_deref()) {
            ("RSA", _) => {
                let decoding = DecodingKey::from_rsa_components(&key.n?, &key.e?);
                (Algorithm::RS256, decoding.ok()?)
            }
            ("EC", Some("P-256")) => {
                let decoding = DecodingKey::from_ec_components(&key.x?, &key.y?);
                (Algorithm::ES256, decoding.ok()?)
            }
            _ => return None,
        };
        let is_named = |name: &str| name.parse() == Ok(algorithm);
        let is_id_short = key
            .kid
            .as_ref()
            .is_none_or(|id| id.len() <= MAX_KEY_ID_BYTES);
        (key.alg.as_deref().is_none_or(is_named) && is_id_short).then_some(Self {
            id: key.kid,
            algorithm,
            decoding,
        })
    }
}

/// The usable keys of an issuer.
#[derive(Clone, Debug)]
pub(super) struct KeySet(Vec<Key>);

impl KeySet {
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        let received: Received = serde_json::from_slice(bytes)?;
        let keys = received.keys.iter().take(MAX_KEYS);
        Ok(Self(keys.filter_map(Key::new).collect()))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the key with this id. A token without an id means the only key of its algorithm.
    pub(super) fn find(&self, id: Option<&str>, algorithm: Algorithm) -> Option<&Key> {
        let mut keys = self.0.iter().filter(|key| key.algorithm == algorithm);
        match id {
            Some(id) => keys.find(|key| key.id.as_deref() == Some(id)),
            None => keys.next().filter(|_| keys.next().is_none()),
        }
    }
}
