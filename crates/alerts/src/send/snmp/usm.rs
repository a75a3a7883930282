//! Messages of SNMPv3 under the user-based security model, level authNoPriv (RFC 3412, RFC 3414, RFC 7860).

use hmac::digest::{Digest, KeyInit};
use hmac::{Hmac, Mac};
use model::Label;
use model::config::{SnmpAuth, SnmpUser};
use sha2::{Sha256, Sha512};
use zeroize::Zeroizing;

use super::ber::{int, octets, sequence};
use crate::send::Failure;

/// Octets a password is stretched over (RFC 3414 section A.2).
const STRETCHED: usize = 1 << 20;
/// Shortest password that standard receivers take (RFC 3414 section 11.2).
const MIN_PASSWORD: usize = 8;
/// Largest message we could be sent; nobody sends us any.
const MAX_SIZE: i32 = 65_507;
/// Authenticated, not encrypted, not to be answered.
const FLAGS: u8 = 0b001;
/// The user-based model.
const USM: i32 = 3;

/// How often the engine started, and for how long it runs, seconds.
#[derive(Clone, Copy, Debug)]
pub struct Time {
    pub boots: i32,
    pub seconds: i32,
}

/// The sender's engine: the one that is given, or one made of the site's name as text (RFC 3411 section 5, format 4).
pub fn engine(user: &SnmpUser, site: &Label) -> Result<Vec<u8>, Failure> {
    match &user.engine_id {
        Some(hex) => data_encoding::HEXLOWER_PERMISSIVE
            .decode(hex.as_bytes())
            .map_err(|_| Failure::lasting("engine_id is no hex")),
        None => {
            let mut engine = (0x8000_0000u32 | 32473).to_be_bytes().to_vec();
            engine.push(4);
            engine.extend(site.as_str().bytes().take(27));
            Ok(engine)
        }
    }
}

/// A whole message with its authentication.
pub fn message(
    user: &SnmpUser,
    password: &[u8],
    engine: &[u8],
    time: Time,
    id: i32,
    pdu: &[u8],
) -> Result<Vec<u8>, Failure> {
    if password.len() < MIN_PASSWORD {
        return Err(Failure::lasting(format!("secret {} has fewer than 8 characters", user.auth_secret)));
    }
    let length = match user.auth {
        SnmpAuth::Sha256 => 24,
        SnmpAuth::Sha512 => 48,
    };
    let with = |mac: &[u8]| {
        let header = sequence(&[int(id), int(MAX_SIZE), octets(&[FLAGS]), int(USM)]);
        let security = sequence(&[
            octets(engine),
            int(time.boots),
            int(time.seconds),
            octets(user.user.as_bytes()),
            octets(mac),
            octets(&[]),
        ]);
        let scoped = sequence(&[octets(engine), octets(&[]), pdu.to_vec()]);
        sequence(&[int(3), header, octets(&security), scoped])
    };
    // The digest is over the message with zeros in its place.
    let zeros = vec![0; length];
    let whole = with(&zeros);
    let mac = match user.auth {
        SnmpAuth::Sha256 => digest::<Hmac<Sha256>>(&localised::<Sha256>(password, engine), &whole),
        SnmpAuth::Sha512 => digest::<Hmac<Sha512>>(&localised::<Sha512>(password, engine), &whole),
    };
    Ok(with(&mac[..length]))
}

fn digest<M: Mac + KeyInit>(key: &[u8], whole: &[u8]) -> Vec<u8> {
    // HMAC takes a key of any length.
    let Ok(mut mac) = <M as Mac>::new_from_slice(key) else { return Vec::new() };
    mac.update(whole);
    mac.finalize().into_bytes().to_vec()
}

/// The key of a password at an engine (RFC 3414 section A.2, with the hash of RFC 7860).
pub fn localised<H: Digest>(password: &[u8], engine: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut hash = H::new();
    let mut left = STRETCHED;
    while left > 0 {
        let part = &password[..password.len().min(left)];
        hash.update(part);
        left -= part.len();
    }
    let key = Zeroizing::new(hash.finalize().to_vec());
    let whole = H::new().chain_update(&*key).chain_update(engine).chain_update(&*key);
    Zeroizing::new(whole.finalize().to_vec())
}
