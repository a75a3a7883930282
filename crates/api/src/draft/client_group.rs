use model::config::{Addresses, ClientGroup};
use model::{Label, Problems};
use serde::{Deserialize, Serialize};

use super::place::{beside_fields, lines, networks};
use super::{Form, choice, parse};

/// A group of clients as its form holds it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ClientGroupDraft {
    /// Name.
    pub name: String,
    /// Networks, one a line.
    pub cidr: String,
    /// `private` or `public`.
    pub addresses: String,
}

impl ClientGroupDraft {
    /// What a new group's form starts with: who is in none is answered public addresses already.
    pub fn new() -> Self {
        ClientGroupDraft { addresses: Addresses::Private.as_str().to_owned(), ..ClientGroupDraft::default() }
    }

    /// The form of an existing group.
    pub fn of(group: &ClientGroup) -> Self {
        ClientGroupDraft {
            name: group.name.to_string(),
            cidr: lines(&group.cidr),
            addresses: group.addresses.as_str().to_owned(),
        }
    }

    /// The form as it was posted.
    pub fn from_form(form: &Form) -> Self {
        ClientGroupDraft {
            name: form.text("name"),
            cidr: form.text("cidr").replace('\r', ""),
            addresses: form.text("addresses"),
        }
    }

    /// The group, or every problem under the name of its field.
    pub fn parse(&self) -> Result<ClientGroup, Problems> {
        let mut problems = Problems::default();
        let name: Option<Label> = parse(&mut problems, "name", &self.name);
        let cidr = networks(&mut problems, "cidr", &self.cidr);
        let kinds = [Addresses::Private, Addresses::Public].map(|kind| (kind.as_str(), kind));
        let addresses = choice(&mut problems, "addresses", &self.addresses, &kinds);
        let group = || Some(ClientGroup { name: name?, cidr, addresses: addresses? });
        group().filter(|_| problems.0.is_empty()).ok_or(problems)
    }

    /// Puts the checks' problems beside the form's fields.
    pub fn beside_fields(&self, problems: Problems) -> Problems {
        beside_fields(problems, "client_groups", &self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::config::Config;

    #[test]
    fn a_form_read_from_a_group_gives_the_group_back() {
        for addresses in ["private", "public"] {
            let value = serde_json::json!({"name": "inside", "cidr": ["10.0.0.0/8", "2001:db8::/32"], "addresses": addresses});
            let group: ClientGroup = serde_json::from_value(value).unwrap();
            assert_eq!(ClientGroupDraft::of(&group).parse(), Ok(group));
        }
    }

    #[test]
    fn a_network_of_two_groups_is_named_beside_the_networks() {
        let other = ClientGroup {
            name: "a".parse().unwrap(),
            cidr: vec!["10.0.0.0/8".parse().unwrap()],
            addresses: Addresses::Private,
        };
        let draft = ClientGroupDraft {
            name: "b".to_owned(),
            cidr: "10.0.0.0/8".to_owned(),
            ..ClientGroupDraft::new()
        };
        let config = Config { client_groups: vec![other, draft.parse().unwrap()], ..Config::default() };
        let problems = draft.beside_fields(model::check::check(&config).unwrap_err());
        assert_eq!(problems.0[0].field, "cidr");
        assert!(problems.0[0].message.contains("in the group a as well"));
    }
}
