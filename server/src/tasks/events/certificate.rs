//! The certificate of the secure transports: read again, refused, or about to end.

use std::sync::Arc;
use std::time::Duration;

use dns::Certificate;
use model::occurrence::Kind;
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::clock;
use crate::events::News;
use crate::site::Site;

/// How often its end is looked at.
const ROUND: Duration = Duration::from_secs(3600);
/// Days before the end at which it is told of.
const DAYS: [i64; 3] = [14, 3, 0];
const DAY_US: i64 = 86_400_000_000;

/// Looks for ever.
pub async fn watch(site: Arc<Site>, certificate: Certificate) {
    let mut readings = certificate.readings();
    let mut told: Option<(i64, i64)> = None;
    loop {
        let now = site.now();
        if let Some(end) = end_of(&certificate.own())
            && let Some(days) = threshold(end - now)
            && told != Some((end, days))
        {
            told = Some((end, days));
            site.events.note(News::of_site(Kind::CertificateExpiring, now, "certificate", words(end, now)));
        }
        tokio::select! {
            () = tokio::time::sleep(ROUND) => {}
            changed = readings.changed() => {
                if changed.is_err() {
                    return;
                }
                let reading = readings.borrow_and_update().clone();
                let (kind, text) = match reading.error {
                    None => (Kind::CertificateReloaded, "The certificate was read again.".to_owned()),
                    Some(error) => (Kind::CertificateFailed, format!("The certificate in force stays: {error}.")),
                };
                site.events.note(News::of_site(kind, site.now(), "certificate", text));
            }
        }
    }
}

/// The end of a certificate, microseconds since 1970 UTC.
fn end_of(der: &[u8]) -> Option<i64> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    certificate.validity().not_after.timestamp().checked_mul(1_000_000)
}

/// The least number of days that is not left any more; none while there is time.
fn threshold(left: i64) -> Option<i64> {
    DAYS.into_iter().filter(|days| left <= days * DAY_US).min()
}

fn words(end: i64, now: i64) -> String {
    let at = clock::rfc3339(end);
    match (end - now) / DAY_US {
        _ if end <= now => format!("The certificate ended at {at}: clients refuse it. Replace its files."),
        0 => format!("The certificate ends within a day, at {at}. Replace its files."),
        1 => format!("The certificate ends in a day, at {at}. Replace its files."),
        days => format!("The certificate ends in {days} days, at {at}. Replace its files."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_told_of_two_weeks_and_three_days_before_and_when_it_has_come() {
        let days = |days: i64| threshold(days * DAY_US);
        assert_eq!(
            [days(15), days(14), days(4), days(3), days(1), days(0), days(-9)],
            [None, Some(14), Some(14), Some(3), Some(3), Some(0), Some(0)]
        );
        assert!(words(DAY_US * 3 + 5, 0).contains("ends in 3 days"));
        assert!(words(5, DAY_US).contains("ended at 1970-01-01T00:00:00"));
    }
}
