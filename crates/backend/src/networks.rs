//! Lists of addresses and networks.

use std::{net::IpAddr, str::FromStr};

use ipnet::{AddrParseError, IpNet};

/// A list of networks, as in a setting.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Networks(Vec<IpNet>);

impl Networks {
    pub(crate) fn contains(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }
}

/// The error for an entry that is not an address or network.
#[derive(Clone, Debug, thiserror::Error)]
#[error("`{entry}` is not an address or network; separate entries by commas, as in 10.0.0.0/8,::1")]
pub struct ParseNetworksError {
    entry: String,
    source: AddrParseError,
}

impl FromStr for Networks {
    type Err = ParseNetworksError;

    fn from_str(text: &str) -> Result<Self, ParseNetworksError> {
        let entries = text.split(',').map(str::trim);
        let networks = entries.filter(|entry| !entry.is_empty()).map(parse);
        networks.collect::<Result<_, _>>().map(Self)
    }
}

fn parse(entry: &str) -> Result<IpNet, ParseNetworksError> {
    match entry.parse::<IpAddr>() {
        Ok(address) => Ok(IpNet::from(address.to_canonical())),
        Err(_) => entry.parse().map_err(|source| ParseNetworksError {
            entry: entry.to_owned(),
            source,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_networks_are_parsed() {
        let networks: Networks = "127.0.0.1, 10.0.0.0/8,fd00::/8,".parse().unwrap();
        let contains = |address: &str| networks.contains(address.parse().unwrap());
        assert!(contains("127.0.0.1") && contains("10.9.8.7") && contains("fd00::1"));
        assert!(!contains("127.0.0.2") && !contains("11.0.0.1") && !contains("::1"));
        assert_eq!("".parse::<Networks>().unwrap(), Networks::default());
    }

    #[test]
    fn invalid_entry_is_an_error_with_an_example() {
        for text in ["proxy.example", "10.0.0.0/40", "::1,x"] {
            let error = text.parse::<Networks>().unwrap_err().to_string();
            assert!(error.contains("10.0.0.0/8"), "{error}");
        }
    }
}
