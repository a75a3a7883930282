use model::config::{Site, SiteRole};
use model::{Label, Problems};
use serde::{Deserialize, Serialize};

use super::place::{beside_fields, lines, or_nothing, responders};
use super::{Form, choice, optional, parse};

/// A site as its form holds it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SiteDraft {
    /// Name.
    pub name: String,
    /// `leader` or `follower`.
    pub role: String,
    /// Addresses of its responder, one a line.
    pub dns: String,
    /// Whether its members are answered at all.
    pub enabled: bool,
    /// Whether its members take no new answers.
    pub draining: bool,
    /// Weight of each of its members, or nothing.
    pub weight: String,
}

impl SiteDraft {
    /// What a new site's form starts with.
    pub fn new() -> Self {
        SiteDraft { role: SiteRole::Follower.as_str().to_owned(), enabled: true, ..SiteDraft::default() }
    }

    /// The form of an existing site.
    pub fn of(site: &Site) -> Self {
        SiteDraft {
            name: site.name.to_string(),
            role: site.role.as_str().to_owned(),
            dns: lines(&site.dns),
            enabled: site.enabled,
            draining: site.draining,
            weight: or_nothing(site.weight.as_ref()),
        }
    }

    /// The form as it was posted.
    pub fn from_form(form: &Form) -> Self {
        SiteDraft {
            name: form.text("name"),
            role: form.text("role"),
            dns: form.text("dns").replace('\r', ""),
            enabled: form.ticked("enabled"),
            draining: form.ticked("draining"),
            weight: form.text("weight"),
        }
    }

    /// The site, or every problem under the name of its field.
    pub fn parse(&self) -> Result<Site, Problems> {
        let mut problems = Problems::default();
        let name: Option<Label> = parse(&mut problems, "name", &self.name);
        let roles = [SiteRole::Leader, SiteRole::Follower].map(|role| (role.as_str(), role));
        let role = choice(&mut problems, "role", &self.role, &roles);
        let dns = responders(&mut problems, "dns", &self.dns);
        let weight = optional(&mut problems, "weight", &self.weight);
        let (enabled, draining) = (self.enabled, self.draining);
        let site = || Some(Site { name: name?, role: role?, dns, enabled, draining, weight: weight? });
        site().filter(|_| problems.0.is_empty()).ok_or(problems)
    }

    /// Puts the checks' problems beside the form's fields.
    pub fn beside_fields(&self, problems: Problems) -> Problems {
        beside_fields(problems, "sites", &self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_read_from_a_site_gives_the_site_back() {
        let values = [
            serde_json::json!({"name": "Madrid"}),
            serde_json::json!({"name": "m", "role": "follower", "dns": ["192.0.2.53:53", "[2001:db8::53]:5353"],
                               "enabled": false, "draining": true, "weight": 0}),
        ];
        for value in values {
            let site: Site = serde_json::from_value(value).unwrap();
            assert_eq!(SiteDraft::of(&site).parse(), Ok(site));
        }
        let fresh = SiteDraft { name: "new".to_owned(), ..SiteDraft::new() }.parse().unwrap();
        assert_eq!((fresh.role, fresh.enabled, fresh.weight), (SiteRole::Follower, true, None));
    }

    #[test]
    fn every_wrong_field_is_named_at_once() {
        let wrong = SiteDraft {
            name: "two words".to_owned(),
            role: "boss".to_owned(),
            dns: "192.0.2.53:99999".to_owned(),
            weight: "1001".to_owned(),
            ..SiteDraft::new()
        };
        let fields: Vec<String> = wrong.parse().unwrap_err().0.into_iter().map(|p| p.field).collect();
        assert_eq!(fields, ["name", "role", "dns", "weight"]);
    }
}
