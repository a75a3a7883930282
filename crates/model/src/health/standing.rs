use serde::{Deserialize, Serialize};

use super::Health;

/// What answers have to know of a member: its measured health, and what was decided beside it. The two are kept apart,
/// so that taking a decision back restores the measurement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Standing {
    /// What its checks say.
    pub measured: Health,
    /// What an operator decided instead, `UP` or `DOWN`, until it is taken back or expires.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forced: Option<Health>,
    /// Its checks pass again, and it waits for an operator to resume it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub held: bool,
    /// How far it has climbed back to its weight after a recovery; none when it has all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ramp: Option<RampStep>,
}

/// A step of a climb: the member has `step / of` of its weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RampStep {
    /// The step it is on, from 1.
    pub step: u8,
    /// Steps in all, at least 2.
    pub of: u8,
}

impl Standing {
    /// What checks alone say.
    pub fn measured(health: Health) -> Standing {
        Standing { measured: health, ..Standing::default() }
    }

    /// The health that decides: the forced one, else down while it is held, else the measured one.
    pub fn health(self) -> Health {
        match self.forced {
            Some(forced) => forced,
            None if self.held => Health::Down,
            None => self.measured,
        }
    }
}

impl From<Health> for Standing {
    fn from(health: Health) -> Standing {
        Standing::measured(health)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operator_s_decision_hides_the_measurement_and_keeps_it() {
        let forced = Standing { forced: Some(Health::Down), ..Standing::measured(Health::Up) };
        assert_eq!((forced.health(), forced.measured), (Health::Down, Health::Up));
        assert_eq!(Standing { forced: None, ..forced }.health(), Health::Up);
        let held = Standing { held: true, ..Standing::measured(Health::Up) };
        assert_eq!(held.health(), Health::Down);
        assert_eq!(Standing { forced: Some(Health::Up), ..held }.health(), Health::Up);
    }
}
