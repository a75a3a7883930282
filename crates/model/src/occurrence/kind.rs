use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::problem::nearest;
use crate::value::ValueError;

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $level:ident, $good:literal;)*) => {
        /// What can happen, by the ids of the field.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Kind {
            $($(#[$doc])* #[serde(rename = $text)] $name,)*
        }

        impl Kind {
            /// All of them.
            pub const ALL: &'static [Kind] = &[$(Kind::$name),*];

            /// The id in capitals.
            pub fn as_str(self) -> &'static str {
                match self { $(Kind::$name => $text,)* }
            }

            /// How much it matters unless a rule says otherwise.
            pub fn level(self) -> Level {
                match self { $(Kind::$name => Level::$level,)* }
            }

            /// Whether it is good news.
            pub fn is_good(self) -> bool {
                match self { $(Kind::$name => $good,)* }
            }
        }
    };
}

kinds! {
    /// At least one member of a service can be answered again.
    GsUp = "GS_UP", Low, true;
    /// None can.
    GsDown = "GS_DOWN", High, false;
    /// The same of a pool.
    GsGroupUp = "GS_GROUP_UP", Low, true;
    /// The same of a pool.
    GsGroupDown = "GS_GROUP_DOWN", Medium, false;
    /// A member can be answered again.
    GsMemberUp = "GS_MEMBER_UP", Low, true;
    /// A member cannot.
    GsMemberDown = "GS_MEMBER_DOWN", Medium, false;
    /// A site started or stops.
    SiteOperStatus = "GSLB_SITE_OPER_STATUS", Low, true;
    /// A site is in step with the leader, or is not.
    SiteSyncStatus = "GSLB_SITE_SYNC_STATUS", Medium, false;
    /// A revision was made.
    ConfigChanged = "CONFIG_CHANGED", Low, true;
    /// A certificate ends soon.
    CertificateExpiring = "CERTIFICATE_EXPIRING", Medium, false;
    /// A certificate was read again.
    CertificateReloaded = "CERTIFICATE_RELOADED", Low, true;
    /// It could not be, and the one before stays.
    CertificateFailed = "CERTIFICATE_FAILED", Medium, false;
    /// Rows of the query log are lost.
    LogLoss = "LOG_LOSS", Medium, false;
    /// No more of them are.
    LogLossOver = "LOG_LOSS_OVER", Low, true;
    /// Traffic did not split as configured.
    SplitFail = "SPLIT_FAIL", High, false;
    /// PostgreSQL is away.
    StorageAway = "STORAGE_AWAY", High, false;
    /// It is back.
    StorageBack = "STORAGE_BACK", Low, true;
    /// A site sees everything down at once, and keeps the last state.
    SiteSuspectsItself = "SITE_SUSPECTS_ITSELF", High, false;
    /// It believes its checks again.
    SiteTrustsItself = "SITE_TRUSTS_ITSELF", Low, true;
    /// An operator decided instead of the checks.
    OverrideSet = "OVERRIDE_SET", Low, true;
    /// That ended by itself.
    OverrideExpired = "OVERRIDE_EXPIRED", Low, true;
    /// Somebody tries a channel.
    Test = "TEST", Low, true;
    /// A canary ramp put the weights of a step in force, or goes on at one.
    RampStep = "RAMP_STEP", Low, true;
    /// A gate stopped a ramp, or an operator did.
    RampPaused = "RAMP_PAUSED", Medium, false;
    /// It is through its last step.
    RampDone = "RAMP_DONE", Low, true;
    /// The weights are those before it again.
    RampAborted = "RAMP_ABORTED", Medium, false;
}

/// What no rule can ask for: a test goes to the channel that is tried and nowhere else, and of the others no site tells
/// in this version.
const NO_CHOICE: [Kind; 2] = [Kind::Test, Kind::SiteSyncStatus];

impl Kind {
    /// What a rule can ask for.
    pub fn choices() -> impl Iterator<Item = Kind> + Clone {
        Kind::ALL.iter().copied().filter(|kind| !NO_CHOICE.contains(kind))
    }

    /// The trouble that this good news ends, where there is one.
    pub fn ends(self) -> Option<Kind> {
        match self {
            Kind::GsUp => Some(Kind::GsDown),
            Kind::GsGroupUp => Some(Kind::GsGroupDown),
            Kind::GsMemberUp => Some(Kind::GsMemberDown),
            Kind::LogLossOver => Some(Kind::LogLoss),
            Kind::StorageBack => Some(Kind::StorageAway),
            Kind::SiteTrustsItself => Some(Kind::SiteSuspectsItself),
            Kind::CertificateReloaded => Some(Kind::CertificateFailed),
            Kind::RampStep => Some(Kind::RampPaused),
            _ => None,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Kind {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let wanted = text.trim();
        let named = |kind: &Kind| kind.as_str().eq_ignore_ascii_case(wanted);
        Kind::choices().find(named).ok_or_else(|| {
            let known = Kind::choices().map(Kind::as_str);
            let remedy = match nearest(&wanted.to_ascii_uppercase(), known) {
                Some(near) => format!("did you mean {near}?"),
                None => "give an id such as GS_DOWN or GS_MEMBER_DOWN".to_owned(),
            };
            ValueError(format!("{wanted:?} is no event: {remedy}"))
        })
    }
}

/// How much an event or an alert matters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Good to know.
    #[default]
    Low,
    /// Somebody should look today.
    Medium,
    /// Somebody should look now.
    High,
}

impl Level {
    /// All, from the lowest.
    pub const ALL: [Level; 3] = [Level::Low, Level::Medium, Level::High];

    /// `low`, `medium` or `high`.
    pub fn as_str(self) -> &'static str {
        match self {
            Level::Low => "low",
            Level::Medium => "medium",
            Level::High => "high",
        }
    }

    /// As the field writes an alert's level: `ALERT_LOW` and so on.
    pub fn alert(self) -> &'static str {
        match self {
            Level::Low => "ALERT_LOW",
            Level::Medium => "ALERT_MEDIUM",
            Level::High => "ALERT_HIGH",
        }
    }
}

impl FromStr for Level {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let wanted = text.trim();
        Level::ALL
            .into_iter()
            .find(|level| level.as_str() == wanted)
            .ok_or_else(|| ValueError(format!("{wanted:?} is no level: give low, medium or high")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_back_as_it_is_written_and_a_test_is_no_choice() {
        for kind in Kind::choices() {
            assert_eq!(kind.as_str().parse::<Kind>().unwrap(), kind);
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
        assert!("TEST".parse::<Kind>().is_err());
        assert_eq!("gs_dwn".parse::<Kind>().unwrap_err().0, "\"gs_dwn\" is no event: did you mean GS_DOWN?");
    }

    #[test]
    fn good_news_ends_trouble() {
        for kind in Kind::choices() {
            assert!(kind.ends().is_none_or(|trouble| kind.is_good() && !trouble.is_good()), "{kind}");
        }
    }
}
