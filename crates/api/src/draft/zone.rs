use std::collections::HashMap;

use model::config::{RecordSet, Secondary, Soa, Transfer, Unhandled, Zone};
use model::rrtype::RrType;
use model::{Problems, Ttl};
use serde::{Deserialize, Serialize};

use super::{Form, optional, parse, without_path};

/// A zone as its form holds it; records are lines `name [ttl] type data`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ZoneDraft {
    /// Apex.
    pub name: String,
    /// Seconds.
    pub ttl: String,
    /// Seconds.
    pub negative_ttl: String,
    /// Primary server, or nothing.
    pub mname: String,
    /// Mail address, or nothing.
    pub rname: String,
    /// Names, one a line.
    pub name_servers: String,
    /// Word of the policy.
    pub unhandled: String,
    /// Lines.
    pub records: String,
    /// Seconds.
    pub refresh: String,
    /// Seconds.
    pub retry: String,
    /// Seconds.
    pub expire: String,
    /// Lines `address [key]`.
    pub secondaries: String,
    /// Networks, one a line.
    pub allow: String,
    /// Name of a TSIG key, or nothing.
    pub transfer_key: String,
    /// Whether secondaries are told of changes.
    pub notify: bool,
}

impl ZoneDraft {
    /// What a new zone's form starts with.
    pub fn new() -> Self {
        let soa = Soa::default();
        ZoneDraft {
            ttl: "30".to_owned(),
            negative_ttl: "30".to_owned(),
            unhandled: "nxdomain".to_owned(),
            refresh: soa.refresh.to_string(),
            retry: soa.retry.to_string(),
            expire: soa.expire.to_string(),
            notify: true,
            ..ZoneDraft::default()
        }
    }

    /// The form of an existing zone.
    pub fn of(zone: &Zone) -> Self {
        let line = |set: &RecordSet, data: &String| {
            let ttl = set.ttl.map(|t| format!("{t} ")).unwrap_or_default();
            format!("{} {ttl}{} {data}", set.name, set.rr_type)
        };
        let records: Vec<String> =
            zone.records.iter().flat_map(|set| set.data.iter().map(move |data| line(set, data))).collect();
        let servers: Vec<String> = zone.name_servers.iter().map(ToString::to_string).collect();
        let transfer = zone.transfer.clone().unwrap_or_default();
        let secondary = |s: &Secondary| match &s.key {
            Some(key) => format!("{} {key}", s.text()),
            None => s.text(),
        };
        let secondaries: Vec<String> = transfer.secondaries.iter().map(secondary).collect();
        let allow: Vec<String> = transfer.allow.iter().map(ToString::to_string).collect();
        ZoneDraft {
            name: zone.name.to_string(),
            ttl: zone.ttl.to_string(),
            negative_ttl: zone.soa.negative_ttl.to_string(),
            mname: zone.soa.mname.as_ref().map(ToString::to_string).unwrap_or_default(),
            rname: zone.soa.rname.as_ref().map(ToString::to_string).unwrap_or_default(),
            name_servers: servers.join("\n"),
            unhandled: zone.unhandled.as_str().to_owned(),
            records: records.join("\n"),
            refresh: zone.soa.refresh.to_string(),
            retry: zone.soa.retry.to_string(),
            expire: zone.soa.expire.to_string(),
            secondaries: secondaries.join("\n"),
            allow: allow.join("\n"),
            transfer_key: transfer.key.as_ref().map(ToString::to_string).unwrap_or_default(),
            notify: transfer.notify,
        }
    }

    /// The form as it was posted.
    pub fn from_form(form: &Form) -> Self {
        ZoneDraft {
            name: form.text("name"),
            ttl: form.text("ttl"),
            negative_ttl: form.text("negative_ttl"),
            mname: form.text("mname"),
            rname: form.text("rname"),
            name_servers: form.text("name_servers").replace('\r', ""),
            unhandled: form.text("unhandled"),
            records: form.text("records").replace('\r', ""),
            refresh: form.text("refresh"),
            retry: form.text("retry"),
            expire: form.text("expire"),
            secondaries: form.text("secondaries").replace('\r', ""),
            allow: form.text("allow").replace('\r', ""),
            transfer_key: form.text("transfer_key"),
            notify: form.ticked("notify"),
        }
    }

    /// The zone, or every problem under the name of its field.
    pub fn parse(&self) -> Result<Zone, Problems> {
        let mut problems = Problems::default();
        let name = parse(&mut problems, "name", &self.name);
        let ttl = parse(&mut problems, "ttl", &self.ttl);
        let negative_ttl = parse(&mut problems, "negative_ttl", &self.negative_ttl);
        let mname = optional(&mut problems, "mname", &self.mname);
        let rname = optional(&mut problems, "rname", &self.rname);
        let mut seconds = |field: &str, text: &str| match text.trim().parse::<u32>() {
            Ok(seconds) if seconds <= i32::MAX as u32 => Some(seconds),
            _ => {
                problems.push(field, text, "give whole seconds");
                None
            }
        };
        let refresh = seconds("refresh", &self.refresh);
        let retry = seconds("retry", &self.retry);
        let expire = seconds("expire", &self.expire);
        let words = self.name_servers.split_whitespace();
        let name_servers = words.filter_map(|w| parse(&mut problems, "name_servers", w)).collect();
        let unhandled = match self.unhandled.as_str() {
            "nxdomain" | "" => Unhandled::Nxdomain,
            "drop" => Unhandled::Drop,
            other => {
                problems.push("unhandled", other, "choose nxdomain or drop");
                Unhandled::Nxdomain
            }
        };
        let records = self.parse_records(&mut problems);
        let transfer = self.parse_transfer(&mut problems);
        let zone = || {
            let soa = Soa {
                mname: mname?,
                rname: rname?,
                refresh: refresh?,
                retry: retry?,
                expire: expire?,
                negative_ttl: negative_ttl?,
            };
            Some(Zone { name: name?, soa, name_servers, ttl: ttl?, unhandled, records, transfer })
        };
        zone().filter(|_| problems.0.is_empty()).ok_or(problems)
    }

    /// Who may transfer the zone; none when every field of it is empty.
    fn parse_transfer(&self, problems: &mut Problems) -> Option<Transfer> {
        let key = optional(problems, "transfer_key", &self.transfer_key).flatten();
        let mut secondaries = Vec::new();
        for line in self.secondaries.lines().filter(|line| !line.trim().is_empty()) {
            let (address, key) = split_word(line);
            let key = optional(problems, "secondaries", key).flatten();
            match Secondary::parse_address(address) {
                Ok(address) => secondaries.push(Secondary { address, key }),
                Err(why) => problems.push("secondaries", line.trim(), why),
            }
        }
        let mut allow = Vec::new();
        for word in self.allow.split_whitespace() {
            let alone = || word.parse::<std::net::IpAddr>().map(Into::into);
            match word.parse().or_else(|_| alone()) {
                Ok(network) => allow.push(network),
                Err(_) => problems.push("allow", word, "write a network such as 192.0.2.0/24"),
            }
        }
        let nobody = secondaries.is_empty() && allow.is_empty() && self.transfer_key.trim().is_empty();
        (!nobody).then_some(Transfer { secondaries, allow, key, notify: self.notify })
    }

    fn parse_records(&self, problems: &mut Problems) -> Vec<RecordSet> {
        let mut sets: Vec<RecordSet> = Vec::new();
        let mut places: HashMap<(String, RrType), usize> = HashMap::new();
        for (number, line) in self.records.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with(';') {
                continue;
            }
            let mut wrong =
                |why: String| problems.push("records", line, format!("line {}: {why}", number + 1));
            let (name, rest) = split_word(line);
            let (ttl, type_word, data) = ttl_type_data(rest);
            let rr_type = match type_word.parse::<RrType>() {
                Ok(_) if data.is_empty() => {
                    wrong("write it as `name [ttl] type data`".to_owned());
                    continue;
                }
                Ok(rr_type) => rr_type,
                Err(e) => {
                    wrong(e.to_string());
                    continue;
                }
            };
            let place = *places.entry((name.to_ascii_lowercase(), rr_type)).or_insert(sets.len());
            match sets.get_mut(place) {
                Some(set) if set.ttl == ttl => set.data.push(data.to_owned()),
                Some(_) => {
                    wrong("records of one name and type share one TTL (RFC 2181 section 5.2)".to_owned());
                }
                None => {
                    sets.push(RecordSet { name: name.to_owned(), rr_type, ttl, data: vec![data.to_owned()] });
                }
            }
        }
        sets
    }

    /// Puts the checks' problems beside the form's fields.
    pub fn beside_fields(&self, problems: Problems) -> Problems {
        let mut problems = without_path(problems, "zones", &self.name);
        for problem in &mut problems.0 {
            let Some(field) = problem.field.strip_prefix("transfer") else { continue };
            problem.field = match field.trim_start_matches('.') {
                "key" => "transfer_key",
                field if field.starts_with("allow") => "allow",
                _ => "secondaries",
            }
            .to_owned();
        }
        problems
    }
}

/// What follows the name: a TTL and the class IN, each if it is there and in either order, the type, and the data.
fn ttl_type_data(rest: &str) -> (Option<Ttl>, &str, &str) {
    let (mut ttl, mut class) = (None, false);
    let (mut word, mut data) = split_word(rest);
    loop {
        if let Some(number) = word.parse().ok().filter(|_| ttl.is_none()) {
            ttl = Some(number);
        } else if !class && word.eq_ignore_ascii_case("IN") {
            class = true;
        } else {
            return (ttl, word, data);
        }
        (word, data) = split_word(data);
    }
}

fn split_word(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    (&text[..end], text[end..].trim_start())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_read_from_a_zone_gives_the_zone_back() {
        let draft = ZoneDraft {
            name: "example.org".into(),
            rname: "me@example.net".into(),
            name_servers: "ns1.example.net ns2.example.net".into(),
            records: "test A 192.0.2.1\ntest A 192.0.2.2\n@ 60 TXT \"a b\"".into(),
            secondaries: "192.0.2.53 own.example\n\n[2001:db8::53]:5353".into(),
            allow: "198.51.100.0/24 198.51.101.1".into(),
            transfer_key: "xfr.example".into(),
            notify: false,
            ..ZoneDraft::new()
        };
        let zone = draft.parse().unwrap();
        assert_eq!(zone.records.len(), 2);
        assert_eq!(zone.records[0].data.len(), 2);
        assert_eq!(ZoneDraft::of(&zone).parse().unwrap(), zone);
    }

    #[test]
    fn a_record_may_have_its_class_as_in_a_master_file() {
        let records = "a IN A 192.0.2.1\nA 60 IN TXT x\nb IN 60 A 192.0.2.2\nin A 192.0.2.3";
        let draft = ZoneDraft { name: "example.org".into(), records: records.into(), ..ZoneDraft::new() };
        let said: Vec<String> = draft
            .parse()
            .unwrap()
            .records
            .iter()
            .map(|set| {
                format!("{} {:?} {} {}", set.name, set.ttl.map(Ttl::get), set.rr_type, set.data.join(","))
            })
            .collect();
        assert_eq!(
            said,
            ["a None A 192.0.2.1", "A Some(60) TXT x", "b Some(60) A 192.0.2.2", "in None A 192.0.2.3"]
        );
    }

    #[test]
    fn transfers_are_refused_unless_somebody_is_named() {
        let draft = ZoneDraft { name: "example.org".into(), ..ZoneDraft::new() };
        assert_eq!(draft.parse().unwrap().transfer, None);
        let draft = ZoneDraft { secondaries: "ns.example.org".into(), allow: "everybody".into(), ..draft };
        let fields: Vec<String> = draft.parse().unwrap_err().0.into_iter().map(|p| p.field).collect();
        assert_eq!(fields, ["secondaries", "allow"]);
    }

    #[test]
    fn a_bad_line_is_named_by_its_number() {
        let draft =
            ZoneDraft { name: "example.org".into(), records: "a A\nb BOGUS x".into(), ..ZoneDraft::new() };
        let messages: Vec<String> = draft.parse().unwrap_err().0.into_iter().map(|p| p.message).collect();
        assert!(messages[0].starts_with("line 1:") && messages[1].starts_with("line 2:"), "{messages:?}");
    }
}
