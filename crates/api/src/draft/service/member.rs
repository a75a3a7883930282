use std::net::IpAddr;

use model::config::{AnswerAs, Member};
use model::{DnsName, Problems};
use serde::{Deserialize, Serialize};

use super::{Form, choice, parse};

/// A member as the form holds it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MemberDraft {
    /// Address, or a name that stands for one.
    pub address: String,
    /// What of a name is answered.
    pub answer: String,
    /// What clients outside the groups of private addresses are answered, or nothing.
    pub public_address: String,
    /// Name of its location, or nothing.
    pub location: String,
    /// 0 to 1000.
    pub weight: String,
    /// 1 to 128.
    pub preference: String,
    /// Answered at all.
    pub enabled: bool,
    /// Takes no new answers while others can be.
    pub draining: bool,
}

impl MemberDraft {
    pub(super) fn empty_row() -> Self {
        MemberDraft {
            answer: AnswerAs::default().as_str().to_owned(),
            weight: "1".to_owned(),
            preference: "1".to_owned(),
            enabled: true,
            ..MemberDraft::default()
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        [&self.address, &self.location, &self.public_address].iter().all(|text| text.trim().is_empty())
    }

    pub(super) fn of(member: &Member) -> Self {
        MemberDraft {
            address: member.id().to_string(),
            answer: member.answer.as_str().to_owned(),
            public_address: member.public_address.map(|a| a.to_string()).unwrap_or_default(),
            location: member.location.as_ref().map(ToString::to_string).unwrap_or_default(),
            weight: member.weight.to_string(),
            preference: member.preference.to_string(),
            enabled: member.enabled,
            draining: member.draining,
        }
    }

    pub(super) fn from_form(form: &Form, at: &str) -> Self {
        let text = |field: &str| form.text(&format!("{at}.{field}"));
        MemberDraft {
            address: text("address"),
            answer: text("answer"),
            public_address: text("public_address"),
            location: text("location"),
            weight: text("weight"),
            preference: text("preference"),
            enabled: form.ticked(&format!("{at}.enabled")),
            draining: form.ticked(&format!("{at}.draining")),
        }
    }

    pub(super) fn parse(&self, problems: &mut Problems, at: &str) -> Option<Member> {
        let member = parse_target(problems, &format!("{at}.address"), self.address.trim());
        let answers = [AnswerAs::Address, AnswerAs::Cname].map(|answer| (answer.as_str(), answer));
        let answer = match self.answer.as_str() {
            "" => Some(AnswerAs::default()),
            text => choice(problems, format!("{at}.answer"), text, &answers),
        };
        let public_address = match self.public_address.trim() {
            "" => Some(None),
            text => parse_address(problems, &format!("{at}.public_address"), text).map(Some),
        };
        let location = match self.location.trim() {
            "" => Some(None),
            text => parse(problems, format!("{at}.location"), text).map(Some),
        };
        let weight = parse(problems, format!("{at}.weight"), &self.weight);
        let preference = match self.preference.trim() {
            "" => Some(Default::default()),
            text => parse(problems, format!("{at}.preference"), text),
        };
        Some(Member {
            answer: answer?,
            public_address: public_address?,
            location: location?,
            weight: weight?,
            preference: preference?,
            enabled: self.enabled,
            draining: self.draining,
            ..member?
        })
    }
}

fn parse_address(problems: &mut Problems, field: &str, text: &str) -> Option<IpAddr> {
    let parsed = text.parse().ok();
    if parsed.is_none() {
        problems.push(field, text, "this is no address: give one such as 192.0.2.1 or 2001:db8::1");
    }
    parsed
}

/// What has letters beside those of hexadecimal digits, or none of the signs of an address, is meant as a name.
fn parse_target(problems: &mut Problems, field: &str, text: &str) -> Option<Member> {
    if let Ok(address) = text.parse::<IpAddr>() {
        return Some(Member::at(address));
    }
    let meant_as_address = text.contains(':') || text.chars().all(|c| c.is_ascii_digit() || c == '.');
    match text.parse::<DnsName>() {
        Ok(name) if !meant_as_address && name.label_count() > 1 => {
            Some(Member::named(name, AnswerAs::default()))
        }
        _ => {
            let message =
                "this is neither an address nor a full name: give 192.0.2.1, 2001:db8::1 or app.example.org";
            problems.push(field, text, message);
            None
        }
    }
}
