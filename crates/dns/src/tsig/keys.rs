use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

use hickory_proto::rr::rdata::tsig::TsigAlgorithm;
use hickory_proto::rr::{Name, TSigner};
use hickory_proto::serialize::binary::{BinDecodable, BinDecoder};
use model::DnsName;

use super::FUDGE;

/// How a message is authenticated (RFC 8945 section 6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hmac {
    /// `hmac-sha256`.
    Sha256,
    /// `hmac-sha384`.
    Sha384,
    /// `hmac-sha512`.
    Sha512,
}

impl FromStr for Hmac {
    type Err = String;

    fn from_str(text: &str) -> Result<Hmac, String> {
        match text.to_ascii_lowercase().as_str() {
            "hmac-sha256" => Ok(Hmac::Sha256),
            "hmac-sha384" => Ok(Hmac::Sha384),
            "hmac-sha512" => Ok(Hmac::Sha512),
            _ => Err(format!("{text:?} is not supported: give hmac-sha256, hmac-sha384 or hmac-sha512")),
        }
    }
}

/// A shared secret with its name.
#[derive(Clone, PartialEq, Eq)]
pub struct TsigKey {
    /// The name both sides know it by.
    pub name: DnsName,
    /// How it is used.
    pub hmac: Hmac,
    /// The secret.
    pub secret: Vec<u8>,
}

/// Every key this server knows. Secrets are never shown.
#[derive(Clone, Default)]
pub struct TsigKeys {
    keys: Vec<TsigKey>,
    signers: HashMap<DnsName, TSigner>,
}

impl PartialEq for TsigKeys {
    fn eq(&self, other: &TsigKeys) -> bool {
        self.keys == other.keys
    }
}

impl TsigKeys {
    /// Keys by their names; of two of one name the last counts.
    pub fn new(keys: impl IntoIterator<Item = TsigKey>) -> TsigKeys {
        let keys: Vec<TsigKey> = keys.into_iter().collect();
        let signer = |key: TsigKey| {
            let algorithm = match key.hmac {
                Hmac::Sha256 => TsigAlgorithm::HmacSha256,
                Hmac::Sha384 => TsigAlgorithm::HmacSha384,
                Hmac::Sha512 => TsigAlgorithm::HmacSha512,
            };
            // Neither fails: the name was one, and hickory has all three.
            let name = Name::read(&mut BinDecoder::new(key.name.wire())).ok()?;
            Some((key.name, TSigner::new(key.secret, algorithm, name, FUDGE).ok()?))
        };
        TsigKeys { signers: keys.iter().cloned().filter_map(signer).collect(), keys }
    }

    /// Whether there is a key of this name.
    pub fn contains(&self, name: &DnsName) -> bool {
        self.signers.contains_key(name)
    }

    /// The names, in no order.
    pub fn names(&self) -> impl Iterator<Item = &DnsName> {
        self.signers.keys()
    }

    pub(crate) fn get(&self, name: &DnsName) -> Option<&TSigner> {
        self.signers.get(name)
    }
}

impl fmt::Debug for TsigKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.names().map(DnsName::to_string)).finish()
    }
}
