//! Traps of SNMPv2c, and of SNMPv3 with the user-based security model.

mod ber;
mod usm;

use model::check::split_address;
use model::config::{Snmp, SnmpVersion};
use model::occurrence::Kind;

use super::{Failure, Outside, Sent};
use crate::alert::Alert;
use crate::network::Reach;
use ber::{int, null_safe, object_id, octets, sequence, tagged, unsigned};

/// The port of traps (RFC 3411 and before).
const PORT: u16 = 162;

/// `SNMPv2-Trap-PDU` and `TimeTicks` (RFC 3416, RFC 2578).
const TRAP: u8 = 0xa7;
const TIME_TICKS: u8 = 0x43;

const SYS_UP_TIME: [u32; 9] = [1, 3, 6, 1, 2, 1, 1, 3, 0];
const TRAP_OID: [u32; 11] = [1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0];
/// Where Steelyard's objects are: below the number that is free for all (RFC 5612).
const ROOT: [u32; 8] = [1, 3, 6, 1, 4, 1, 32473, 53];

pub async fn send(outside: &Outside, snmp: &Snmp, alert: &Alert) -> Result<Sent, Failure> {
    let (host, port) = split_address(&snmp.address, Some(PORT)).map_err(Failure::lasting)?;
    let uptime = ((outside.clock)() - outside.started).max(0);
    let request = alert.last.id as i32 & i32::MAX;
    let pdu = trap(alert, request, (uptime / 10_000) as u32);
    let message = match &snmp.version {
        SnmpVersion::V2c { community_secret } => {
            let community = outside.secret(community_secret)?;
            sequence(&[int(1), octets(community.trim().as_bytes()), pdu])
        }
        SnmpVersion::V3(user) => {
            let password = outside.secret(&user.auth_secret)?;
            let engine = usm::engine(user, &outside.site)?;
            // Boots have to rise with each start; the time of the start in seconds does.
            let clock = usm::Time {
                boots: (outside.started / 1_000_000) as i32,
                seconds: (uptime / 1_000_000) as i32,
            };
            usm::message(user, password.trim().as_bytes(), &engine, clock, request, &pdu)?
        }
    };
    let socket = outside.network.datagrams(host, port, Reach::Private).await?;
    let sent = socket.send(&message).await;
    sent.map_err(|error| Failure::passing(format!("it cannot be sent: {}", error.kind())))?;
    Ok(Sent::with("sent"))
}

/// The PDU of an alert's last event. `uptime` is in hundredths of a second.
fn trap(alert: &Alert, request: i32, uptime: u32) -> Vec<u8> {
    let last = &alert.last;
    let below = |rest: &[u32]| -> Vec<u32> { ROOT.iter().chain(rest).copied().collect() };
    // Notifications are numbered in the order of the kinds, which grows at its end.
    let place = Kind::ALL.iter().position(|kind| *kind == last.kind).unwrap_or_default() as u32 + 1;
    let bind = |oid: &[u32], value: Vec<u8>| sequence(&[object_id(oid), value]);
    let mut bindings = vec![
        bind(&SYS_UP_TIME, unsigned(TIME_TICKS, uptime)),
        bind(&TRAP_OID, object_id(&below(&[0, place]))),
    ];
    let texts = [
        Some(last.kind.to_string()),
        Some(alert.level.as_str().to_owned()),
        Some(last.site.to_string()),
        Some(last.subject.clone()),
        Some(last.text.clone()),
        last.service.as_ref().map(ToString::to_string),
        last.pool.as_ref().map(ToString::to_string),
        last.member.map(|member| member.to_string()),
        last.detail("failure").map(ToOwned::to_owned),
        alert.rule.as_ref().map(ToString::to_string),
        Some(super::message::rfc3339(last.at)),
    ];
    for (i, text) in texts.iter().enumerate() {
        if let Some(text) = text {
            bindings.push(bind(&below(&[1, i as u32 + 1, 0]), octets(null_safe(text).as_bytes())));
        }
    }
    tagged(TRAP, &[int(request), int(0), int(0), sequence(&bindings)])
}

#[cfg(test)]
mod tests;
