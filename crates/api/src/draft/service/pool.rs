use model::config::{Algorithm, Fallback, HashMask, Pool};
use model::{Problems, Weight};
use serde::{Deserialize, Serialize};

use super::{Form, MemberDraft, choice, parse};

/// A pool as the form holds it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PoolDraft {
    /// Name.
    pub name: String,
    /// 0 to 100.
    pub priority: String,
    /// Word of the algorithm.
    pub algorithm: String,
    /// Word of the algorithm where the client's place does not decide.
    pub fallback: String,
    /// Bits of an IPv4 client that a hash is made of.
    pub mask_v4: String,
    /// Bits of an IPv6 client.
    pub mask_v6: String,
    /// Weight of each member in the place of its own, or nothing.
    pub weight: String,
    /// Chosen at all.
    pub enabled: bool,
    /// Takes no new answers while others can be.
    pub draining: bool,
    /// Members; wholly empty rows are left out.
    pub members: Vec<MemberDraft>,
}

impl PoolDraft {
    pub(super) fn new(number: usize) -> Self {
        let mask = HashMask::default();
        PoolDraft {
            name: format!("pool-{number}"),
            priority: "10".to_owned(),
            algorithm: Algorithm::default().as_str().to_owned(),
            fallback: Fallback::default().as_str().to_owned(),
            mask_v4: mask.v4.to_string(),
            mask_v6: mask.v6.to_string(),
            enabled: true,
            members: vec![MemberDraft::empty_row(); 3],
            ..PoolDraft::default()
        }
    }

    pub(super) fn of(pool: &Pool) -> Self {
        PoolDraft {
            name: pool.name.to_string(),
            priority: pool.priority.to_string(),
            algorithm: pool.algorithm.as_str().to_owned(),
            fallback: pool.fallback.as_str().to_owned(),
            mask_v4: pool.mask.v4.to_string(),
            mask_v6: pool.mask.v6.to_string(),
            weight: pool.weight.map(|weight| weight.to_string()).unwrap_or_default(),
            enabled: pool.enabled,
            draining: pool.draining,
            members: pool.members.iter().map(MemberDraft::of).collect(),
        }
    }

    pub(super) fn from_form(form: &Form, index: usize) -> Self {
        let at = format!("pools.{index}");
        let text = |field: &str| form.text(&format!("{at}.{field}"));
        let members = 0..form.count(&format!("{at}.members"));
        PoolDraft {
            name: text("name"),
            priority: text("priority"),
            algorithm: text("algorithm"),
            fallback: text("fallback"),
            mask_v4: text("mask_v4"),
            mask_v6: text("mask_v6"),
            weight: text("weight"),
            enabled: form.ticked(&format!("{at}.enabled")),
            draining: form.ticked(&format!("{at}.draining")),
            members: members.map(|i| MemberDraft::from_form(form, &format!("{at}.members.{i}"))).collect(),
        }
    }

    /// Whether any of its settings beside name, priority, algorithm and members is not the default.
    pub fn is_particular(&self) -> bool {
        let plain = PoolDraft::new(0);
        let set = |own: &str, plain: &str| !own.trim().is_empty() && own != plain;
        self.draining
            || !self.weight.trim().is_empty()
            || set(&self.fallback, &plain.fallback)
            || set(&self.mask_v4, &plain.mask_v4)
            || set(&self.mask_v6, &plain.mask_v6)
    }

    pub(super) fn parse(&self, problems: &mut Problems, at: &str) -> Option<Pool> {
        let name = parse(problems, format!("{at}.name"), &self.name);
        let priority = parse(problems, format!("{at}.priority"), &self.priority);
        let algorithms = Algorithm::ALL.map(|(algorithm, _)| (algorithm.as_str(), algorithm));
        let algorithm = choice(problems, format!("{at}.algorithm"), &self.algorithm, &algorithms);
        let fallbacks = Fallback::ALL.map(|fallback| (fallback.as_str(), fallback));
        let fallback = match self.fallback.as_str() {
            "" => Some(Fallback::default()),
            text => choice(problems, format!("{at}.fallback"), text, &fallbacks),
        };
        let plain = HashMask::default();
        let mut bits = |field: &str, text: &str, most: u8, plain: u8| match text.trim() {
            "" => Some(plain),
            text => {
                let bits = text.parse::<u8>().ok().filter(|bits| (1..=most).contains(bits));
                if bits.is_none() {
                    problems.push(format!("{at}.{field}"), text, format!("give 1 to {most} bits"));
                }
                bits
            }
        };
        let v4 = bits("mask_v4", &self.mask_v4, 32, plain.v4);
        let v6 = bits("mask_v6", &self.mask_v6, 128, plain.v6);
        let weight: Option<Option<Weight>> = match self.weight.trim() {
            "" => Some(None),
            text => parse(problems, format!("{at}.weight"), text).map(Some),
        };
        let mut members = Vec::new();
        for (i, member) in self.members.iter().enumerate().filter(|(_, m)| !m.is_empty()) {
            members.extend(member.parse(problems, &format!("{at}.members.{i}")));
        }
        if self.members.iter().all(MemberDraft::is_empty) {
            let message = "a pool needs at least one member: give its address";
            problems.push(format!("{at}.members.0.address"), "", message);
        }
        Some(Pool {
            priority: priority?,
            algorithm: algorithm?,
            fallback: fallback?,
            mask: HashMask { v4: v4?, v6: v6? },
            weight: weight?,
            enabled: self.enabled,
            draining: self.draining,
            ..Pool::new(name?, members)
        })
    }
}
